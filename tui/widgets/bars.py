"""The lines above and below: who and how many, what happened last, which keys are valid now."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich.text import Text
from textual.app import RenderResult
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from core.model.snapshot import ContainerSnapshot
from core.model.state import Status
from tui.keymap import ACTIONS, Selected, label_for
from tui.plain_text import GLYPHS, printable


class TitleBar(Widget):
    """The product, the host, and how many containers are in which state."""

    DEFAULT_CSS = """
    TitleBar { height: 1; background: $primary-muted; color: $text; padding: 0 1; }
    """
    pictures: reactive[Sequence[ContainerSnapshot]] = reactive(())
    note: reactive[str] = reactive("")

    def render(self) -> RenderResult:
        counts = {status: sum(1 for p in self.pictures if p.status is status) for status in Status}
        shown = [f"{GLYPHS[status]} {count} {status}" for status, count in counts.items() if count]
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append("⚓ wharf", "bold")
        text.append(f"  {printable(os.uname().nodename)}")
        text.append(f"  {'   '.join(shown) or 'no containers'}")
        if self.note:
            text.append(f"   {self.note}", "bold reverse")
        return text


class StatusLine(Widget):
    """What happened last."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $surface; color: $text-muted; padding: 0 1; }
    """
    message: reactive[str] = reactive("")

    def render(self) -> RenderResult:
        return Text(printable(self.message), no_wrap=True, overflow="ellipsis")


class KeyBar(Widget):
    """The keys that do something to the selected container now."""

    DEFAULT_CSS = """
    KeyBar { height: auto; max-height: 3; background: $panel; padding: 0 1; }
    """
    selected: reactive[Selected] = reactive(None, layout=True)
    console: reactive[str] = reactive("", layout=True)
    """The words for a console that has the keyboard; empty where the list has it."""

    def render(self) -> RenderResult:
        if self.console:
            return Text(self.console, no_wrap=True, overflow="ellipsis")
        return Text("\n").join(self._lines(self.content_size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1 if self.console else max(1, len(self._lines(width)))

    def _lines(self, width: int) -> list[Text]:
        """The keys in lines that are broken between two of them."""
        lines = [Text(no_wrap=True)]
        for action in ACTIONS:
            if not action.label or not action.enabled(self.selected):
                continue
            item = Text.assemble((action.shown_key, "bold"), " ", (label_for(action, self.selected), "dim"), "  ")
            if len(lines[-1]) + len(item) - 2 > width and lines[-1]:
                lines.append(Text(no_wrap=True))
            lines[-1].append_text(item)
        return lines

"""The lines above and below: who and how many, what happened last, which keys are valid now."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from core.model.snapshot import ContainerSnapshot
from core.model.state import Status
from tui.languages import _
from tui.plain_text import GLYPHS, fitted, printable


class TitleBar(Widget):
    """The product, the host, and how many containers are in which state."""

    DEFAULT_CSS = """
    TitleBar { height: 1; background: $primary-muted; color: $text; padding: 0 1; }
    """
    pictures: reactive[Sequence[ContainerSnapshot]] = reactive(())
    note: reactive[str] = reactive("")
    is_read_only: reactive[bool] = reactive(False)
    workspace: reactive[str] = reactive("")
    """The name of the workspace; empty for the usual one."""

    def render(self) -> RenderResult:
        counts = {status: sum(1 for p in self.pictures if p.status is status) for status in Status}
        shown = [f"{GLYPHS[status]} {count} {_(status)}" for status, count in counts.items() if count]
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append("⚓ wharf", "bold")
        if self.workspace:
            text.append(f" [{printable(self.workspace)}]")
        if self.note:
            text.append("  ")
            text.append(printable(self.note), "bold reverse")
        if self.is_read_only:
            text.append(f"  🔒 {_('read-only')}", "bold reverse")
        text.append(f"  {printable(os.uname().nodename)}")
        text.append(f"  {'   '.join(shown) or _('no containers')}")
        return text


class StatusLine(Widget):
    """What happened last; at the right its command, or what the screen itself costs, where that is asked for."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1; background: $surface; color: $text-muted; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    """
    message: reactive[str] = reactive("")
    cost: reactive[str] = reactive("")
    command: reactive[str] = reactive("")
    """As one would type it. It is left out where there is no room for all of it."""

    def render(self) -> RenderResult:
        width = self.content_size.width
        if not self.cost:
            message, command = printable(self.message), printable(f"$ {self.command}")
            room = width - cell_len(message) - cell_len(command)
            if self.command and room >= 2:
                return Text.assemble(message, " " * room, (command, "italic"), no_wrap=True)
            return Text(message, no_wrap=True, overflow="ellipsis")
        return Text(f"{fitted(printable(self.message), width - len(self.cost) - 2)}  {self.cost}", no_wrap=True)


class KeyBar(Widget):
    """The keys that do something now. A click on one does it, too."""

    DEFAULT_CSS = """
    KeyBar { height: auto; max-height: 3; background: $panel; padding: 0 1; }
    """
    shown: reactive[tuple[tuple[str, str, str], ...]] = reactive((), layout=True)
    """Of each: the action, its key, and the very verb that it would be."""
    console: reactive[str] = reactive("", layout=True)
    """The words for a console that has the keyboard; empty where the list has it."""

    class Pressed(Message):
        """A key of the footer was clicked. `name`: its action."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def render(self) -> RenderResult:
        if self.console:
            return Text(self.console, no_wrap=True, overflow="ellipsis")
        lines = []
        for items in self._lines(self.content_size.width):
            line = Text(no_wrap=True)
            for _name, key, word in items:
                line.append_text(Text.assemble((key, "bold"), " ", (word, "dim"), "  "))
            lines.append(line)
        return Text("\n").join(lines)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1 if self.console else max(1, len(self._lines(width)))

    def _lines(self, width: int) -> list[list[tuple[str, str, str]]]:
        """The keys in lines that are broken between two of them."""
        lines: list[list[tuple[str, str, str]]] = [[]]
        used = 0
        for item in self.shown:
            length = _length(item)
            if used + length - 2 > width and lines[-1]:
                lines.append([])
                used = 0
            lines[-1].append(item)
            used += length
        return lines

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        lines = self._lines(self.content_size.width)
        if offset is None or self.console or offset.y >= len(lines):
            return
        edge = 0
        for item in lines[offset.y]:
            edge += _length(item)
            if offset.x < edge:
                self.post_message(self.Pressed(item[0]))
                return


def _length(item: tuple[str, str, str]) -> int:
    """Columns of a key and its word, with the blanks behind them."""
    return cell_len(item[1]) + cell_len(item[2]) + 3

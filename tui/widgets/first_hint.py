"""What is told once, at the very first start: the few keys from which all others are found."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from tui.languages import _
from tui.plain_text import padded


class FirstHint(Container):
    """A small box above the footer. It takes no keys; a click takes it away."""

    DEFAULT_CSS = """
    FirstHint {
        layer: hint; dock: bottom; width: 1fr; height: auto; align: right bottom; visibility: hidden;
        margin: 0 1 4 0;
        & > Static {
            visibility: visible; width: auto; height: auto; padding: 0 2;
            background: $panel; border: round $accent; border-title-style: bold; border-subtitle-color: $text-muted;
        }
    }
    """

    def __init__(self, lines: Sequence[tuple[str, str]], dismissal: str) -> None:
        """`lines`: keys, and what they do. `dismissal`: what takes it away."""
        super().__init__()
        self._dismissal = dismissal
        self._lines = lines

    def compose(self) -> ComposeResult:
        width = max(cell_len(keys) for keys, _ in self._lines)
        text = Text("\n").join(
            Text.assemble((padded(keys, width), "bold"), "  ", (words, "dim")) for keys, words in self._lines
        )
        box = Static(text)
        box.border_title = _("The keys to begin with")
        box.border_subtitle = _("{key} closes this for good").format(key=self._dismissal)
        yield box

    def on_click(self) -> None:
        self.remove()

"""What every tab of the details is: a widget that is given a row, and reads and samples only while it is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from core.events import Event
from tui.languages import _
from tui.live import Live
from tui.messages import DetailRead

if TYPE_CHECKING:
    from tui.bridge import Bridge

WIDEST: Final = 4_000
"""Columns of a line that can be scrolled to."""


@dataclass(frozen=True, slots=True)
class TabContext:
    """What a tab stands on."""

    bridge: Bridge
    live: Live


class DetailTab(Widget):
    """All methods are called by the area around it, and only while the tab is seen."""

    FOOTER: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Ids of its bindings with the word for the footer, for when it has the keyboard; none without verbs of its own."""

    def __init__(self, context: TabContext) -> None:
        super().__init__()
        self.context = context
        self.row: Any = None
        self.row_id = ""

    def take_row(self, row: Any, row_id: str) -> None:
        """The selected row, also when it has changed; None for none."""
        is_other = row_id != self.row_id
        self.row, self.row_id = row, row_id
        self.row_changed(is_other=is_other)

    def row_changed(self, *, is_other: bool) -> None:
        """There is a new picture of the row. `is_other`: it is another row than before."""

    def tick(self) -> None:
        """A second has gone by; there may be new figures."""

    def take_detail(self, message: DetailRead) -> None:
        """What was asked for of this row has come."""

    def take_events(self, events: Sequence[Event]) -> None:
        """Something happened, to this row or to another."""

    def leave(self) -> None:
        """It is not seen any more; what follows or samples ends."""

    def scroll_rows(self, rows: int) -> None:
        """Scroll, from the list."""
        self.scroll_relative(y=rows, animate=False)


class LinesTab(DetailTab, ScrollView, can_focus=True):
    """Lines of text, of which only those on the screen are ever drawn."""

    DEFAULT_CSS = """
    LinesTab { width: 1fr; height: 1fr; padding: 0 1; background: $surface; scrollbar-size: 1 1; }
    """

    def __init__(self, context: TabContext) -> None:
        super().__init__(context)
        self._lines: list[Text] = [Text(_("reading …"), "dim")]

    @property
    def text_lines(self) -> list[Text]:
        """What is shown, harmless."""
        return self._lines

    def set_lines(self, lines: Sequence[Text], *, to_begin: bool = False, to_end: bool = False) -> None:
        """Show these, which somebody has made harmless."""
        at_end = self.scroll_offset.y >= self.max_scroll_y
        self._lines = list(lines)
        width = max((line.cell_len for line in self._lines), default=0)
        self.virtual_size = Size(min(width, WIDEST), len(self._lines))
        if to_begin:
            self.scroll_to(0, 0, animate=False, immediate=True)
        elif to_end and at_end:
            self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        x, top = self.scroll_offset
        width = self.size.width
        if top + y >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        console = self.app.console
        segments: list[Segment] = [
            Segment(segment.text, self.rich_style + (segment.style or Style()))
            for segment in self._lines[top + y].render(console, end="")
        ]
        return Strip(segments).crop_extend(x, x + width, self.rich_style)

"""What the mouse has marked in a pane: from one cell to another, whole rows between. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_MARKED = Style(reverse=True)


@dataclass(frozen=True, slots=True)
class Selection:
    """Columns and rows from 0; `head` is where the mouse is, and may be before `anchor`."""

    anchor: tuple[int, int]
    head: tuple[int, int]

    @property
    def is_empty(self) -> bool:
        return self.anchor == self.head

    def columns(self, row: int, width: int) -> tuple[int, int] | None:
        """The first column that is marked in a row, and the one after the last; None where none is."""
        (first_column, first_row), (last_column, last_row) = sorted((self.anchor, self.head), key=lambda at: at[::-1])
        if self.is_empty or not first_row <= row <= last_row:
            return None
        return (first_column if row == first_row else 0), (last_column + 1 if row == last_row else width)

    def paint(self, strip: Strip, row: int) -> Strip:
        """The row with what is marked standing out."""
        columns = self.columns(row, strip.cell_length)
        if columns is None:
            return strip
        start, end = columns
        marked = [Segment(text, (style or Style.null()) + _MARKED) for text, style, _ in strip.crop(start, end) if text]
        return Strip.join([strip.crop(0, start), Strip(marked), strip.crop(end)])

    def text(self, strip_at: Callable[[int], Strip], width: int) -> str:
        """What is marked, one line a row, without the blanks at the ends of rows."""
        lines = []
        for row in range(min(self.anchor[1], self.head[1]), max(self.anchor[1], self.head[1]) + 1):
            columns = self.columns(row, width)
            if columns is not None:
                lines.append(strip_at(row).crop(*columns).text.rstrip())
        return "\n".join(lines)

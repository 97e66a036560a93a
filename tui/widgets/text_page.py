"""A text of many lines: wrapped or not, with what is sought lit; only the rows on the screen are ever drawn."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip


class TextPage(ScrollView, can_focus=True):
    """`text` is shown as it is: whoever gives it has made it printable."""

    DEFAULT_CSS = """
    TextPage {
        height: 1fr; padding: 0 0 0 1; background: $surface; overflow-x: hidden;
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
    }
    """

    def __init__(self, text: Text, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: Sequence[Text] = list(text.split("\n", allow_blank=True))
        self._rows: list[tuple[int, Text]] = []
        self._sought = ""
        self._place = -1
        self.wraps = True

    @property
    def plain(self) -> str:
        """All of it."""
        return "\n".join(line.plain for line in self._lines)

    @property
    def sought(self) -> str:
        return self._sought

    def put(self, text: Text) -> None:
        """Another text in place of the one that is shown. What is at the top stays there, what was found stays lit."""
        lines = list(text.split("\n", allow_blank=True))
        if lines == self._lines:
            return
        top, first = self.scroll_offset.y, 0
        if self._rows:
            first = self._rows[min(top, len(self._rows) - 1)][0]
        into = top - self._row_of(first)
        moved = moved_places([line.plain for line in self._lines], [line.plain for line in lines], (first, self._place))
        self._lines = lines
        self._place = self._found_from(moved[1]) if self._place >= 0 else -1
        self._arrange()
        self.scroll_to(y=self._row_of(moved[0]) + into, animate=False, immediate=True)

    def _row_of(self, line: int) -> int:
        return next((row for row, (number, _) in enumerate(self._rows) if number == line), 0)

    def _found_from(self, place: int) -> int:
        """The first line with what is sought, from one on and around the end; -1 where there is none."""
        count = len(self._lines)
        around = ((place + distance) % count for distance in range(count))
        return next((line for line in around if self._sought in self._lines[line].plain.casefold()), -1)

    def toggle_wrap(self) -> bool:
        """Long lines broken, or cut off; whether they are broken now."""
        self.wraps = not self.wraps
        self._arrange()
        return self.wraps

    def seek(self, text: str) -> bool:
        """Light a text, in any case of letters, and go to the first line with it; False where there is none."""
        self._sought = text.casefold()
        self._place = -1
        self._arrange()
        return self.seek_again(1)

    def seek_again(self, step: int) -> bool:
        """Go to the next line with what is sought, or to the one before; around the end, too."""
        count = len(self._lines)
        if not self._sought:
            return False
        for distance in range(1, count + 1):
            place = (self._place + step * distance) % count
            if self._sought in self._lines[place].plain.casefold():
                self._place = place
                self.scroll_to(y=max(0, self._row_of(place) - self.size.height // 3), animate=False, immediate=True)
                self.refresh()
                return True
        return False

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()

    @property
    def _width(self) -> int:
        """Of the text: the column of the scrollbar is never its own, or the bar would cover ends of lines."""
        return max(1, self.size.width - self.scrollbar_size_vertical)

    def _arrange(self) -> None:
        width = self._width
        console = self.app.console
        self._rows = []
        for number, line in enumerate(self._lines):
            pieces = line.wrap(console, width) if self.wraps and line.cell_len > width else [line]
            self._rows += [(number, piece) for piece in pieces]
        self.virtual_size = Size(0, len(self._rows))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        top = self.scroll_offset.y + y
        width = self._width
        if top >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        number, row = self._rows[top]
        if self._sought:
            row = row.copy()
            folded = row.plain.casefold()
            start = folded.find(self._sought)
            while start >= 0 and len(folded) == len(row.plain):
                row.stylize("reverse bold" if number == self._place else "reverse", start, start + len(self._sought))
                start = folded.find(self._sought, start + len(self._sought))
        segments = [
            Segment(part.text, self.rich_style + (part.style or Style()))
            for part in row.render(self.app.console, end="")
        ]
        return Strip(segments).crop_extend(0, width, self.rich_style)


def moved_places(before: Sequence[str], now: Sequence[str], places: Sequence[int]) -> list[int]:
    """Where lines of a text stand in a later one; of what is gone, what stands in its place."""
    # Only what is refreshed needs it.
    from difflib import SequenceMatcher

    found = []
    blocks = SequenceMatcher(None, before, now, autojunk=False).get_opcodes()
    for place in places:
        _, begin, _, new_begin, new_end = next(
            (block for block in blocks if block[1] <= place < block[2]), ("", place, place, 0, 0)
        )
        found.append(max(0, min(new_begin + place - begin, max(new_begin, new_end - 1), len(now) - 1)))
    return found

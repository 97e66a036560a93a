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
    TextPage { height: 1fr; padding: 0 1; background: $surface; scrollbar-size-vertical: 1; overflow-x: hidden; }
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
        """Another text in place of the one that is shown."""
        self._lines = list(text.split("\n", allow_blank=True))
        self._place = -1
        self._arrange()

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
                row = next(n for n, (line, _) in enumerate(self._rows) if line == place)
                self.scroll_to(y=max(0, row - self.size.height // 3), animate=False, immediate=True)
                self.refresh()
                return True
        return False

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        width = max(1, self.size.width)
        console = self.app.console
        self._rows = []
        for number, line in enumerate(self._lines):
            pieces = line.wrap(console, width) if self.wraps and line.cell_len > width else [line]
            self._rows += [(number, piece) for piece in pieces]
        self.virtual_size = Size(0, len(self._rows))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        top = self.scroll_offset.y + y
        width = self.size.width
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

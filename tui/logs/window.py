"""The entries that a log view has at hand, and which row of which entry is the first on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from core.console.log_pages import LogEntry, Position
from tui.logs.reader import Earlier, Later, Replaced

KEPT: Final = 3000
"""Entries that are kept; the farthest from the screen go."""

Height = Callable[[LogEntry], int]
"""How many rows an entry takes."""


class LogWindow:
    """Rows are counted by `height`, which may change at any time (another width, other options): `settle` then."""

    def __init__(self, height: Height) -> None:
        self._height = height
        self.entries: list[LogEntry] = []
        self.at_begin = True
        self.at_end = True
        self.following = True
        """The last row stays on the screen."""
        self.up_to: Position = ()
        """The place that what is at hand reaches to."""
        self._top = 0
        self._row = 0
        self._rows_shown = 1

    @property
    def top_place(self) -> Position | None:
        """Where the first entry on the screen begins; None while the end is followed."""
        return None if self.following or not self.entries else self.entries[self._top].begin

    @property
    def first_shown(self) -> LogEntry | None:
        return self.entries[self._top] if self.entries else None

    def replace(self, answer: Replaced) -> None:
        self.entries = list(answer.entries)
        self.at_begin, self.at_end, self.up_to = answer.at_begin, answer.at_end, answer.up_to
        self.following = answer.focus is None
        self._top = self._row = 0
        if answer.focus is not None:
            for number, entry in enumerate(self.entries):
                self._top = number
                if sum(entry.begin) >= sum(answer.focus):
                    break
        self.settle(self._rows_shown)

    def add_earlier(self, answer: Earlier) -> None:
        self.entries[:0] = answer.entries
        self._top += len(answer.entries)
        self.at_begin = answer.at_begin
        beyond = len(self.entries) - KEPT
        if beyond > 0 and self._top < len(self.entries) - beyond:
            del self.entries[-beyond:]
            self.at_end = False
            self.up_to = self.entries[-1].end
        self.settle(self._rows_shown)

    def add_later(self, answer: Later) -> None:
        while self.entries and sum(self.entries[-1].begin) >= sum(answer.from_place):
            self.entries.pop()
        self.entries.extend(answer.entries)
        self.at_end, self.up_to = answer.at_end, answer.up_to
        beyond = len(self.entries) - KEPT
        if beyond > 0 and (self.following or self._top >= beyond):
            del self.entries[:beyond]
            self._top = max(0, self._top - beyond)
            self.at_begin = False
        self.settle(self._rows_shown)

    @property
    def follow_place(self) -> Position:
        """From where on to read what has come: a line without an end is read again."""
        if self.entries and not self.entries[-1].complete and self.entries[-1].end == self.up_to:
            return self.entries[-1].begin
        return self.up_to

    def settle(self, rows: int) -> None:
        """Take `rows` as the height of the screen, and let neither end of the entries be passed."""
        self._rows_shown = max(1, rows)
        if not self.entries:
            self._top = self._row = 0
            return
        self._top = max(0, min(self._top, len(self.entries) - 1))
        self._row = max(0, min(self._row, self._height(self.entries[self._top]) - 1))
        last = self._from_end()
        if self.following or (self._top, self._row) > last:
            self._top, self._row = last

    def scroll(self, rows: int) -> None:
        """Down by so many rows, up by a negative number. At the very end the end is followed."""
        if not self.entries:
            return
        self.following = False
        while rows < 0 and (self._row or self._top):
            step = min(-rows, self._row)
            self._row -= step
            rows += step
            if rows < 0 and self._top:
                self._top -= 1
                self._row = self._height(self.entries[self._top])
        while rows > 0:
            left = self._height(self.entries[self._top]) - 1 - self._row
            step = min(rows, left)
            self._row += step
            rows -= step
            if not rows or self._top == len(self.entries) - 1:
                break
            self._top, self._row = self._top + 1, 0
            rows -= 1
        before = (self._top, self._row)
        self.settle(self._rows_shown)
        self.following = self.at_end and before >= self._from_end()

    def shown(self) -> Iterator[tuple[LogEntry, int]]:
        """The rows on the screen: the entry and the number of its row."""
        left, skipped = self._rows_shown, self._row
        for entry in self.entries[self._top :]:
            for row in range(skipped, self._height(entry)):
                if left <= 0:
                    return
                yield entry, row
                left -= 1
            skipped = 0

    def wants_earlier(self) -> bool:
        """Whether the begin of what is at hand is near."""
        return not self.at_begin and self._top < 2 * self._rows_shown

    def wants_later(self) -> bool:
        """Whether the end of what is at hand is near."""
        return not self.at_end and len(self.entries) - self._top < 4 * self._rows_shown

    def _from_end(self) -> tuple[int, int]:
        """The entry and row that are first when the last row is last."""
        left = self._rows_shown
        for number in range(len(self.entries) - 1, -1, -1):
            height = self._height(self.entries[number])
            if height >= left:
                return number, height - left
            left -= height
        return 0, 0

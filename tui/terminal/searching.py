"""Looking through the rows that have scrolled away. Runs in the keeper."""

from __future__ import annotations

from typing import Final

from tui.terminal.emulator import Emulator

TEXT_LIMIT: Final = 1024 * 1024
"""Characters that are copied at once."""


class Searcher:
    """Finds a text row by row, from the newest on. Capital letters in the text mean that capitals count."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._query = ""
        self.found = -1
        """The row of the last match, counted from the oldest row that is kept; -1 for none."""

    def find(self, query: str, *, older: bool) -> bool:
        """Bring the next match into view; False, with the view as it was, where there is none."""
        if query != self._query:
            self._query, self.found = query, -1
        before = self._emulator.view
        row = self._find_older(before.total) if older else self._find_newer(before.total)
        if row < 0:
            self._emulator.view_at(before.top)
            return False
        self.found = row
        if not before.top <= row < before.top + before.height:
            self._emulator.view_at(row - before.height // 2)
        else:
            self._emulator.view_at(before.top)
        return True

    def forget(self) -> None:
        self._query, self.found = "", -1

    def _find_older(self, total: int) -> int:
        end = self.found if self.found >= 0 else total
        while end > 0:
            first, texts = self._page(max(0, end - self._emulator.view.height))
            for row in range(min(end, first + len(texts)) - 1, first - 1, -1):
                if self._matches(texts[row - first]):
                    return row
            end = first
        return -1

    def _find_newer(self, total: int) -> int:
        row = self.found + 1
        while row < total:
            first, texts = self._page(row)
            for place in range(row - first, len(texts)):
                if self._matches(texts[place]):
                    return first + place
            row = first + len(texts)
        return -1

    def text_between(self, first: int, last: int) -> str:
        """The rows from `first` to `last` as text; the view stays where it was."""
        before = self._emulator.view
        lines: list[str] = []
        length, row = 0, max(0, first)
        while row <= min(last, before.total - 1) and length < TEXT_LIMIT:
            start, texts = self._page(row)
            piece = texts[row - start : last - start + 1]
            lines += piece
            length += sum(map(len, piece))
            row = start + len(texts)
        self._emulator.view_at(before.top)
        return "\n".join(lines)[:TEXT_LIMIT]

    def _page(self, top: int) -> tuple[int, list[str]]:
        self._emulator.view_at(top)
        return self._emulator.view.top, self._emulator.text()

    def _matches(self, text: str) -> bool:
        return self._query in (text if self._query != self._query.lower() else text.lower())

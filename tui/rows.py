"""The rows of a view: all of them, which are shown and in which order, and which are marked. Draws nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tui.filtering import Filter
from tui.live import Live
from tui.views.view import Column, Row, View


class Rows:
    """Marks are kept by what a row is known by, and outlive sorting, filtering and new readings."""

    def __init__(self, view: View, live: Live) -> None:
        self.view = view
        self._live = live
        self.all: tuple[Row, ...] = ()
        self.shown: tuple[Row, ...] = ()
        self.filter = Filter("", view.terms)
        self.running_only = False
        self.faults_only = False
        self.sorted_by: Column | None = None
        self.falling = False
        self._marks: set[str] = set()
        self._anchor = ""
        self._texts: dict[str, tuple[Row, str]] = {}

    def put(self, rows: Iterable[Row]) -> None:
        """New rows in place of all that were."""
        self.all = tuple(rows)
        if self._marks:
            self._marks &= {self.view.key(row) for row in self.all}
        self.arrange()

    def arrange(self) -> None:
        """Choose and order anew what is shown."""
        rows: Iterable[Row] = self.all
        if self.running_only and self.view.runs is not None:
            rows = filter(self.view.runs, rows)
        if self.faults_only and self.view.has_failed is not None:
            rows = filter(self.view.has_failed, rows)
        if self.filter:
            rows = [row for row in rows if self.filter.fits(row, self._text(row))]
            if len(self._texts) > 2 * len(self.all) + 100:
                self._texts.clear()
        column = self.sorted_by
        if column is not None:
            rows = sorted(rows, key=lambda row: self._order(column, row), reverse=self.falling)
        elif self.falling:
            rows = reversed(list(rows))
        self.shown = tuple(rows)

    def _order(self, column: Column, row: Row) -> Any:
        if column.sort is not None:
            return column.sort(row, self._live)
        return column.text(row, self._live).casefold()

    def _text(self, row: Row) -> str:
        """What a filter can find of a row; made once for each picture of it."""
        key = self.view.key(row)
        known = self._texts.get(key)
        if known is None or known[0] is not row:
            known = self._texts[key] = (row, self.view.searched(row).casefold())
        return known[1]

    def set_filter(self, typed: str) -> None:
        self.filter = Filter(typed, self.view.terms)
        self.arrange()

    def sort_by(self, column: Column | None, *, falling: bool | None = None) -> None:
        """Order by a column; None for the order in which the rows came."""
        self.sorted_by = column
        self.falling = falling if falling is not None else column is not None and column.falls
        self.arrange()

    def is_marked(self, row: Row) -> bool:
        return bool(self._marks) and self.view.key(row) in self._marks

    @property
    def marked(self) -> list[Row]:
        """In the order of the list; those that a filter hides come after those that are shown."""
        if not self._marks:
            return []
        shown = {self.view.key(row) for row in self.shown}
        hidden = (row for row in self.all if self.view.key(row) not in shown)
        return [row for row in (*self.shown, *hidden) if self.is_marked(row)]

    def toggle_mark(self, row: Row) -> None:
        self._marks ^= {self.view.key(row)}
        self._anchor = self.view.key(row)

    def mark(self, rows: Sequence[Row]) -> None:
        self._marks.update(self.view.key(row) for row in rows)

    def mark_range(self, place: int) -> None:
        """Mark from the row that was marked last to this one."""
        anchor = next((n for n, row in enumerate(self.shown) if self.view.key(row) == self._anchor), place)
        self.mark(self.shown[min(anchor, place) : max(anchor, place) + 1])
        self._anchor = self.view.key(self.shown[place])

    @property
    def marks(self) -> tuple[str, ...]:
        """What the marked rows are known by."""
        return tuple(sorted(self._marks))

    def set_marks(self, keys: Iterable[str]) -> None:
        """Mark these alone; those that are not there lose it when rows are read."""
        self._marks = set(keys)

    def clear_marks(self) -> bool:
        """Take all marks away; False where there was none."""
        had = bool(self._marks)
        self._marks.clear()
        return had

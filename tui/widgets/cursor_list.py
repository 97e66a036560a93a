"""Rows with a cursor, below one line that stays: what moves the cursor, and keeps it on the screen."""

from __future__ import annotations

from textual.scroll_view import ScrollView


class CursorList(ScrollView, can_focus=True):
    """Whoever derives from it draws the rows, and binds the keys."""

    _cursor = 0
    """The place of the row under it, from 0."""

    @property
    def row_count(self) -> int:
        raise NotImplementedError

    def action_move(self, rows: int) -> None:
        self._go(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        self._go(self._cursor + pages * max(1, self.size.height - 2))

    def action_edge(self, place: int) -> None:
        self._go(place if place >= 0 else self.row_count - 1)

    def _go(self, place: int) -> None:
        """Put the cursor there, or at the end that is nearer."""
        self._cursor = max(0, min(place, self.row_count - 1))
        self._keep_cursor_visible()
        self.refresh()

    def _keep_cursor_visible(self) -> None:
        room = self.size.height - 1
        if room <= 0:
            return
        top = self.scroll_offset.y
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, immediate=True, force=True)
        elif self._cursor >= top + room:
            self.scroll_to(y=self._cursor - room + 1, animate=False, immediate=True, force=True)

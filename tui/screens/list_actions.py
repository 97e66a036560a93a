"""What the actions do that are about the list: which rows and columns are shown, in which order, which are marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.languages import _
from tui.screens.columns import ColumnsDialog
from tui.screens.sort_dialog import Order, SortDialog
from tui.views.view import Column, label_column

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


class ListActions:
    """A part of the actions of all views."""

    _deck: DeckScreen

    def filter(self) -> None:
        self._deck.open_filter()

    def faults(self) -> None:
        """Only the rows that somebody should look at, or all again."""
        view, rows = self._deck.view, self._deck.views.current.rows
        if view.has_failed is None:
            self._deck.say(_("of {what} none can fail").format(what=view.counted_noun(0)))
            return
        rows.faults_only = not rows.faults_only
        rows.arrange()
        self._deck.rearrange()
        words = _("only {what} that failed") if rows.faults_only else _("all {what} again")
        self._deck.say(words.format(what=view.counted_noun(0)))

    def sort_next(self) -> None:
        """By the next column that is shown; behind the last one in the order in which the rows came."""
        rows, columns = self._deck.views.current.rows, self._deck.table.columns
        names = [column.name for column in columns]
        place = names.index(rows.sorted_by.name) + 1 if rows.sorted_by and rows.sorted_by.name in names else 0
        column = columns[place] if place < len(columns) else None
        self._deck.views.sort_by(column)
        self._deck.say(
            _("sorted by {column}").format(column=_(column.title).lower())
            if column is not None
            else _("in their own order")
        )

    def sort_reverse(self) -> None:
        self._deck.views.sort_by(self._deck.views.current.rows.sorted_by)

    def sort_by(self) -> None:
        """Choose the column, one that is not shown, too."""

        def chosen(order: Order | None) -> None:
            if order is not None:
                self._deck.views.sort_by(order[0], falling=order[1])

        rows = self._deck.views.current.rows
        self._deck.app.push_screen(SortDialog(self._all_columns(), (rows.sorted_by, rows.falling)), chosen)

    def columns(self) -> None:
        def chosen(columns: list[Column] | None) -> None:
            if columns is not None:
                self._deck.views.choose_columns(columns)

        self._deck.app.push_screen(ColumnsDialog(self._all_columns(), self._deck.table.columns), chosen)

    def next_columns(self) -> None:
        """The columns that have no room now, page after page; behind the last page those that were chosen."""
        self._deck.say(self._deck.views.turn_columns(self._known_columns()))

    def _all_columns(self) -> list[Column]:
        """Those that are shown before the others."""
        known = self._known_columns()
        shown = self._deck.table.columns
        return [*shown, *(column for column in known if column not in shown)]

    def _known_columns(self) -> list[Column]:
        """Those of the view, and one for each label that a row has."""
        view = self._deck.view
        if not view.labelled:
            return list(view.columns)
        labels = sorted({label for row in self._deck.views.current.rows.all for label in row.labels})
        return [*view.columns, *(label_column(label) for label in labels)]

    def mark(self, row: Any) -> None:
        self._deck.table.toggle_mark(1)

    def mark_down(self, row: Any) -> None:
        self._deck.table.mark_and_go(1)

    def mark_up(self, row: Any) -> None:
        self._deck.table.mark_and_go(-1)

    def mark_range(self, row: Any) -> None:
        self._deck.table.mark_range()

    def mark_all(self, row: Any) -> None:
        rows = self._deck.views.current.rows
        rows.mark(rows.shown)
        self._deck.table.marks_changed()

    def clear_marks(self) -> None:
        self._deck.views.current.rows.clear_marks()
        self._deck.table.marks_changed()

    def larger_list(self) -> None:
        self._share(1)

    def smaller_list(self) -> None:
        self._share(-1)

    def _share(self, steps: int) -> None:
        self._deck.share = max(0, min(self._deck.share + steps, len(self._deck.SHARES) - 1))
        self._deck.say(_(self._deck.SHARES[self._deck.share]))

    def mouse(self) -> None:
        """Have the terminal's own marking and copying work, or the mouse be the screen's again."""
        is_ours = self._deck.toggle_mouse()
        self._deck.say(
            _("the mouse is the screen's") if is_ours else _("the mouse is the terminal's: mark and copy with it")
        )

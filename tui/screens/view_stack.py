"""The views that were shown so far: of each its table, its rows and its actions, made when it is first shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from textual.binding import Binding

from tui import own_commands
from tui.configuration.keys import bound
from tui.configuration.schema import StateWords
from tui.kept import KeptView
from tui.keymap import GENERAL, PROGRAM, SYSTEM, Action, Scope, bindings
from tui.languages import _
from tui.own_columns import with_own_columns
from tui.own_commands import own_actions
from tui.row_text import fit_columns
from tui.rows import Rows
from tui.views import VIEWS, load
from tui.views.view import Column, View
from tui.widgets.table import Table

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen

SHOWING = tuple(Action(entry.action, (entry.key,), "", entry.going, PROGRAM) for entry in VIEWS)
"""The actions that show a view."""


class ShownView:
    """A view that was shown."""

    def __init__(self, deck: DeckScreen, view: View) -> None:
        self._plain = view
        self._deck = deck
        self.view = view = with_own_columns(view, deck.configuration.columns, deck.live)
        self.rows = Rows(view, deck.live)
        self.is_read = False
        kept = deck.kept.view(view.name)
        self.table = Table(self.rows, deck.live, view.chosen_columns(kept.columns))
        self.rows.sort_by(view.column(kept.sort), falling=kept.falling)

    def take_own_columns(self) -> None:
        """The operator has other columns now."""
        names, rows = self.chosen_names, self.rows
        self.view = rows.view = with_own_columns(self._plain, self._deck.configuration.columns, self._deck.live)
        rows.sort_by(self.view.column(rows.sorted_by.name) if rows.sorted_by else None, falling=rows.falling)
        rows.set_filter(rows.filter.typed)
        self.choose_columns(names)

    def choose_columns(self, names: Sequence[str]) -> None:
        """Show the columns of these names; the usual ones where there is none."""
        self.table.columns = self.view.chosen_columns(names)

    @property
    def chosen_names(self) -> tuple[str, ...]:
        """The columns that are shown; none where they are the usual ones."""
        names = tuple(column.name for column in self.table.columns)
        return () if names == tuple(column.name for column in self.view.chosen_columns(())) else names

    @cached_property
    def keys(self) -> list[Action]:
        """The actions of the view, of the operator's and of all views, with the keys that the operator wants."""
        configuration = self._deck.configuration
        actions = [*own_actions(self.view.name, configuration), *self.view.actions, *GENERAL, *SYSTEM, *SHOWING]
        return bound(actions, self.view.name, configuration)

    @cached_property
    def actions(self) -> object:
        """Has a method for each action of the view."""
        return self.view.actions_of(self._deck)


class ViewStack:
    """Knows which view is in front, and looks actions up: those of the view before those of all."""

    def __init__(self, deck: DeckScreen, first: str) -> None:
        self._deck = deck
        self._made: dict[str, ShownView] = {}
        self.current = self._get(first)
        self.before: list[str] = []
        """The views that one goes back to."""

    def _get(self, name: str) -> ShownView:
        if name not in self._made:
            self._made[name] = ShownView(self._deck, load(name))
        return self._made[name]

    def switch(self, name: str, *, back: bool = False) -> bool:
        """Bring a view to the front; False where it is there."""
        former = self.current
        if name == former.view.name:
            return False
        is_new = name not in self._made
        self.current = self._get(name)
        former.table.display = False
        if is_new:
            self._deck.workspace.lay_over(self.current)
            self._deck.query_one("#work").mount(self.current.table, before="#detail")
        self.current.table.display = True
        if not back:
            self.before = [*(known for known in self.before if known != name), former.view.name]
        return True

    @property
    def shown_so_far(self) -> tuple[ShownView, ...]:
        """The views that were shown."""
        return tuple(self._made.values())

    def tabs(self) -> list[tuple[str, str]]:
        """Names and words for the line of tabs."""
        shown = self.current.view.name
        return [
            (entry.name, f"{entry.key} {_(entry.title)}") for entry in VIEWS if entry.has_tab or entry.name == shown
        ]

    def put(self, name: str, rows: Iterable[Any]) -> bool:
        """New rows of a view; False where that was never shown."""
        shown = self._made.get(name)
        if shown is None:
            return False
        shown.rows.put(rows)
        shown.is_read = True
        return True

    def rows_of(self, name: str) -> Sequence[Any]:
        """All rows of a view; none where it was never shown."""
        return self._made[name].rows.all if name in self._made else ()

    def is_read(self, name: str) -> bool:
        return name in self._made and self._made[name].is_read

    def bind_anew(self) -> None:
        """The keys of all views are others."""
        for shown in self._made.values():
            shown.__dict__.pop("keys", None)

    def actions(self) -> list[Action]:
        """What the keys mean in this view."""
        return self.current.keys

    def actions_of(self, view: str) -> list[Action]:
        """What another view has of its own, the operator's commands for it, too; with the keys that they have there."""
        configuration = self._deck.configuration
        return bound([*own_actions(view, configuration), *load(view).actions], view, configuration)

    def bindings(self) -> list[Binding]:
        return bindings(self.actions())

    def action(self, name: str) -> Action:
        """The action of this name in this view."""
        return next(action for action in self.actions() if action.name == name)

    def perform(self, action: Action, rows: Sequence[Any]) -> None:
        """Do an action that these rows allow."""
        for entry in VIEWS:
            if action.name == entry.action:
                self._deck.show_view(entry.name)
                return
        if own_commands.perform(self._deck, action, rows):
            return
        own = getattr(self.current.actions, action.name, None)
        act = own if own is not None else getattr(self._general, action.name)
        if action.scope is Scope.PROGRAM:
            act()
        elif action.scope is Scope.ROWS:
            act(rows)
        else:
            act(rows[0])

    @cached_property
    def _general(self) -> object:
        from tui.screens.general_actions import GeneralActions

        return GeneralActions(self._deck)

    def sort_by(self, column: Column | None, *, falling: bool | None = None) -> None:
        """Order by a column, the other way round where it is that already; None for the order of the rows' own.

        `falling`: that way round, whatever it is now.
        """
        rows = self.current.rows
        if falling is None and rows.sorted_by is column:
            falling = not rows.falling
        rows.sort_by(column, falling=falling)
        self._deck.rearrange()
        self.keep()

    def turn_columns(self, columns: Sequence[Column]) -> str:
        """Show the next of these columns that have no room, beside the first two; which page it is, in words."""
        table, kept = self.current.table, self._deck.kept.view(self.current.view.name).columns
        usual = self.current.view.chosen_columns(kept)
        pages = pages_of(
            usual, [column for column in columns if column not in usual], table.size.width, self._deck.live.states
        )
        page = next((n for n, shown in enumerate(pages) if tuple(shown) == table.columns), 0)
        page = (page + 1) % len(pages)
        table.columns = tuple(pages[page])
        if len(pages) == 1:
            return _("all columns are shown")
        return _("columns: page {page} of {pages}").format(page=page + 1, pages=len(pages))

    def choose_columns(self, columns: Sequence[Column]) -> None:
        """Show these columns; the usual ones where there is none."""
        self.current.choose_columns([column.name for column in columns])
        self.keep()

    def keep(self) -> None:
        """Have columns and order be there at the next run."""
        shown = self.current
        by = shown.rows.sorted_by
        kept = KeptView(list(shown.chosen_names), by.name if by is not None else "", shown.rows.falling)
        try:
            self._deck.kept.keep(shown.view.name, kept)
        except OSError as error:
            self._deck.say(_("the columns can not be kept: {error}").format(error=error))


def pages_of(
    usual: Sequence[Column], others: Sequence[Column], width: int, states: StateWords = "long"
) -> list[list[Column]]:
    """The usual columns, then the others in pages of as many as have room beside the first two; all in some page."""
    pages = [list(usual)]
    shown = [column for column, _ in fit_columns(usual, width, states)]
    first = list(usual[:2])
    left = [column for column in (*usual, *others) if column not in shown and column not in first]
    while left:
        page = list(first)
        while left and len(fit_columns([*page, left[0]], width, states)) > len(page):
            page.append(left.pop(0))
        if len(page) == len(first):
            page.append(left.pop(0))
        pages.append(page)
    return pages

"""Has read what the operator's columns show: of rows that are seen; of all, where these are sorted or found by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from core.events import Event, EventKind
from tui.filtering import term_of
from tui.messages import DetailRead
from tui.own_columns import VIEW
from tui.views.view import Column

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen

KIND: Final = "values"
AT_ONCE: Final = 50
"""Containers of one question: what is seen comes soon, however many there are."""


class OwnFacts:
    """What was read holds until something happens to the container. One question at a time."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck
        self._known: set[str] = set()
        self._is_asking = False
        self._still_holds: set[str] = set()
        """Containers of the question of which the answer will be true: nothing has happened to them since."""

    def follow(self) -> None:
        """The screen is there: hear what happens and what was read."""
        self._deck.happened.subscribe(self._deck, self._take_events)
        self._deck.detail_read.subscribe(self._deck, self._take_detail)

    def forget(self) -> None:
        """Nothing that was read, or is being read, holds any more."""
        self._known.clear()
        self._still_holds.clear()

    def choose(self) -> None:
        """Ask for what is wanted and not known."""
        columns = [column for column in self._deck.view.columns if column.path]
        if self._is_asking or not columns or not self._are_seen(columns):
            return
        wanted = [key for key in self._rows(columns) if key not in self._known][:AT_ONCE]
        if wanted:
            self._is_asking = True
            self._still_holds = set(wanted)
            self._deck.bridge.read_detail(KIND, "", tuple(wanted), tuple(column.path for column in columns))

    def _are_seen(self, columns: Sequence[Column]) -> bool:
        return self._are_sought(columns) or any(column in self._deck.table.columns for column in columns)

    def _are_sought(self, columns: Sequence[Column]) -> bool:
        """Whether the order or the choice of the rows hangs on them."""
        rows = self._deck.views.current.rows
        return rows.sorted_by in columns or any(term_of(column.title) in rows.filter.keys for column in columns)

    def _rows(self, columns: Sequence[Column]) -> Iterator[str]:
        table, rows = self._deck.table, self._deck.views.current.rows
        yield from table.on_screen
        if self._are_sought(columns):
            yield from (row.id for row in rows.all)
        elif table.selected is not None:
            yield table.selected.id

    def _take_events(self, events: Sequence[Event]) -> None:
        if any(event.kind is EventKind.OVERFLOW for event in events):
            self.forget()
        touched = {event.container_id for event in events}
        self._known -= touched
        self._still_holds -= touched
        self.choose()

    def _take_detail(self, message: DetailRead) -> None:
        if message.kind != KIND:
            return
        _, paths = message.given
        self._is_asking = False
        # What can't be read is not asked for again and again, either.
        self._known |= self._still_holds
        deck = self._deck
        columns = [column for column in deck.view.columns if column.path]
        if message.error is None:
            deck.live.take_values(paths, message.found, {row.id for row in deck.views.rows_of(VIEW)})
        if columns and self._are_sought(columns):
            deck.views.current.rows.arrange()
            deck.rearrange()
        else:
            deck.table.refresh_figures()
        self.choose()

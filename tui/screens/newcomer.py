"""The cursor goes to what was just made, unless the operator has moved it by then."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen

PATIENCE: Final = 60.0
"""Seconds after which the operator has forgotten that something is on its way."""


class Newcomer:
    """What was ordered is told by its row not being among those of now. A screen has one at most."""

    def __init__(self, deck: DeckScreen) -> None:
        self._view = deck.view.name
        self._known = self._keys(deck)
        self._cursor = self._selected(deck)
        self._until = time.monotonic() + PATIENCE

    def arrive(self, deck: DeckScreen) -> bool:
        """Go to it once it is there; True where there is nothing more to wait for."""
        if deck.view.name != self._view or self._selected(deck) != self._cursor or time.monotonic() > self._until:
            return True
        return any(deck.table.select(key) for key in self._keys(deck) - self._known)

    def _keys(self, deck: DeckScreen) -> set[str]:
        return {deck.view.key(row) for row in deck.views.current.rows.all}

    def _selected(self, deck: DeckScreen) -> str:
        row = deck.table.selected
        return "" if row is None else deck.view.key(row)

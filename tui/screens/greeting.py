"""The hint of the very first start: shown once, and taken away by the key that goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui.first_run import note_first_run
from tui.languages import N_, _
from tui.widgets.first_hint import FirstHint

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen

_TOLD: Final = (
    ("help", N_("all keys of what is on the screen")),
    ("palette", N_("find any action by its name")),
    ("filter", N_("show only what fits")),
    ("attach", N_("into a container's console; {escape} d leaves it")),
    ("quit", N_("back, and in the end quit; containers go on")),
)
"""Actions, and what is said of them."""


def greet(deck: DeckScreen) -> None:
    """Tell the keys to begin with, as they are bound; those that have none are left out."""
    note_first_run()
    keys = {action.name: action.shown_key for action in deck.views.actions()}
    escape = deck.console_keys.escape
    lines = [(keys[name], _(words).format(escape=escape)) for name, words in _TOLD if keys.get(name)]
    deck.mount(FirstHint(lines, keys["back"] or _("a click")))


def dismiss(deck: DeckScreen) -> bool:
    """Take the hint away; False where there is none."""
    hints = deck.query(FirstHint)
    was_there = bool(hints)
    hints.remove()
    return was_there

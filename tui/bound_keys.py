"""Which keys a pane's own bindings have now: the operator may have moved them, or taken them away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui.keymap import shown_key

NO_KEY: Final = "unbound"
"""In Textual's key map: a key that no keyboard has."""


def bound_keys(screen: Screen[Any], declared: Iterable[BindingType]) -> dict[str, list[str]]:
    """The id of a binding → its keys, as people write them, the usual ones first; those without a key are left out.

    `declared`: bindings of the screen, or of what has the keyboard on it.
    """
    active: dict[str, list[str]] = {}
    for key, found in screen.active_bindings.items():
        if found.binding.id and key != NO_KEY:
            active.setdefault(found.binding.id, []).append(key)
    keys: dict[str, list[str]] = {}
    for binding in declared:
        if isinstance(binding, Binding) and binding.id in active:
            usual = [key for key in binding.key.split(",") if key in active[binding.id]]
            moved = [key for key in active[binding.id] if key not in usual]
            keys[binding.id] = [shown_key(key) for key in (*usual, *moved)]
    return keys

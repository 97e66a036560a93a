"""Everything on the screen that has keys, by the name that it has in the configuration."""

from __future__ import annotations

from tui.keymap import GENERAL, SYSTEM, Action
from tui.screens.view_stack import SHOWING
from tui.views import VIEWS, load


def screens() -> dict[str, list[Action]]:
    """A view's name → its actions, and those of all views. Loads every view."""
    return {entry.name: [*load(entry.name).actions, *GENERAL, *SYSTEM, *SHOWING] for entry in VIEWS}

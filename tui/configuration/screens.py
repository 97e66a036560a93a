"""Everything on the screen that has keys, by the name that it has in the configuration."""

from __future__ import annotations

from tui.configuration.schema import DEFAULT, Configuration
from tui.keymap import GENERAL, SYSTEM, Action
from tui.own_commands import own_actions
from tui.screens.view_stack import SHOWING
from tui.views import VIEWS, load


def screens(configuration: Configuration = DEFAULT) -> dict[str, list[Action]]:
    """A view's name → its actions, those of the operator's, and those of all views. Loads every view."""
    return {
        entry.name: [*own_actions(entry.name, configuration), *load(entry.name).actions, *GENERAL, *SYSTEM, *SHOWING]
        for entry in VIEWS
    }

"""Everything on the screen that has keys, by the name that it has in the configuration."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from tui.bound_keys import NO_KEY
from tui.configuration.keys import bound
from tui.configuration.schema import DEFAULT, Configuration
from tui.keymap import GENERAL, SYSTEM, Action
from tui.own_commands import own_actions
from tui.screens.view_stack import SHOWING
from tui.views import VIEWS, load


def screens(configuration: Configuration = DEFAULT) -> dict[str, list[Action]]:
    """A view's or a pane's name → its actions, those of the operator's, and those of all views. Loads all of them."""
    views = {
        entry.name: [*own_actions(entry.name, configuration), *load(entry.name).actions, *GENERAL, *SYSTEM, *SHOWING]
        for entry in VIEWS
    }
    return {**views, **panes()}


def panes() -> dict[str, list[Action]]:
    """What has the keyboard for itself: the list's movements, the log, the files."""
    from tui.logs.log_lines import LogLines
    from tui.screens.log_screen import LogScreen
    from tui.tabs.files import FilesTab
    from tui.widgets.table import Table

    return {
        "list": _actions(Table.BINDINGS),
        "log": _actions([*LogLines.BINDINGS, *LogScreen.BINDINGS]),
        "files": _actions(FilesTab.BINDINGS),
    }


def _actions(bindings: Iterable[BindingType]) -> list[Action]:
    made = []
    for binding in bindings:
        if isinstance(binding, Binding) and binding.id:
            pane, _, name = binding.id.partition(".")
            made.append(Action(name, tuple(binding.key.split(",")), "", binding.description, pane.capitalize()))
    return made


def pane_keymap(configuration: Configuration) -> dict[str, str]:
    """The keys of the panes that are not the usual ones, as Textual's `App.set_keymap` takes them."""
    if not configuration.bindings and configuration.keys == DEFAULT.keys:
        return {}
    changed = {}
    for pane, actions in panes().items():
        usual = {action.name: action.keys for action in actions}
        for action in bound(actions, pane, configuration):
            if action.keys != usual[action.name]:
                changed[f"{pane}.{action.name}"] = ",".join(action.keys) or NO_KEY
    return changed

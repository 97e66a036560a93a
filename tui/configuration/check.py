"""Names and keys in the configuration, held against the actions that there are. Loads every view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tui.configuration.keys import clashes
from tui.configuration.loading import Problem, parse
from tui.configuration.places import line_of
from tui.configuration.schema import Configuration
from tui.filtering import term_of
from tui.keymap import Action, shown_key


def check(path: Path, screens: Mapping[str, Sequence[Action]]) -> list[Problem]:
    """All that is wrong in a file. `screens`: a view or another screen → its actions."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return [] if isinstance(error, FileNotFoundError) else [Problem(1, "", f"it can not be read: {error}")]
    configuration, problems = parse(text)
    found = {
        *problems,
        *_of_bindings(configuration, text, screens),
        *_of_commands(configuration, text, screens),
        *_of_hosts(configuration, text),
        *_of_columns(configuration, text),
    }
    return sorted(found, key=lambda problem: problem.line)


def _of_bindings(configuration: Configuration, text: str, screens: Mapping[str, Sequence[Action]]) -> list[Problem]:
    found = []
    for name in configuration.bindings:
        view, _, action = name.rpartition(".")
        if view and view not in screens:
            found.append(_problem(text, name, f"there is no view {view}; there are {', '.join(screens)}"))
        elif action not in {known.name for each in ([view] if view else screens) for known in screens[each]}:
            where = f"the {view} have" if view else "there is"
            found.append(_problem(text, name, f"{where} no action {action}: the help (?) shows their names"))
    for view, actions in screens.items():
        for action, said in clashes(actions, view, configuration):
            name = f"{view}.{action}" if f"{view}.{action}" in configuration.bindings else action
            found.append(_problem(text, name, said))
    return found


def _of_commands(configuration: Configuration, text: str, screens: Mapping[str, Sequence[Action]]) -> list[Problem]:
    """Commands of a view that there is not, or with the key or the name of another."""
    found, names = [], set()
    for number, command in enumerate(configuration.commands):
        said = ""
        owner = next((one for one in screens.get(command.view, ()) if command.key and command.key in one.keys), None)
        if command.view not in screens:
            said = f"there is no view {command.view}; there are {', '.join(screens)}"
        elif (command.view, command.name) in names:
            said = f"there is a command {command.name} already"
        elif owner is not None:
            said = f"{shown_key(command.key)} is the key of {owner.name} in the {command.view}, which loses it"
        names.add((command.view, command.name))
        if said:
            found.append(Problem(line_of(text, ("commands", number)), f"commands.{number}", said))
    return found


def _of_columns(configuration: Configuration, text: str) -> list[Problem]:
    """Columns whose title is a word of the filter already."""
    from tui.own_columns import VIEW
    from tui.views import load

    known, found = set(load(VIEW).terms), []
    for number, column in enumerate(configuration.columns):
        term = term_of(column.title)
        if term in known:
            said = f"{term}: is a word of the filter already: this column is sorted, but not filtered by its title"
            found.append(Problem(line_of(text, ("columns", number, "title")), f"columns.{number}.title", said))
        known.add(term)
    return found


def _of_hosts(configuration: Configuration, text: str) -> list[Problem]:
    """Hosts with the name of another."""
    names = [host.name for host in configuration.hosts]
    return [
        Problem(line_of(text, ("hosts", number)), f"hosts.{number}", f"there is a host {name} already")
        for number, name in enumerate(names)
        if name in names[:number]
    ]


def _problem(text: str, name: str, said: str) -> Problem:
    return Problem(line_of(text, ("bindings", *name.split("."))), f"bindings.{name}", said)

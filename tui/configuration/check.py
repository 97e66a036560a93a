"""Names and keys in the configuration, held against the actions that there are. Loads every view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tui.configuration.keys import clashes
from tui.configuration.loading import Problem, parse
from tui.configuration.places import line_of
from tui.configuration.schema import Configuration
from tui.keymap import Action


def check(path: Path, screens: Mapping[str, Sequence[Action]]) -> list[Problem]:
    """All that is wrong in a file. `screens`: a view or another screen → its actions."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return [] if isinstance(error, FileNotFoundError) else [Problem(1, "", f"it can not be read: {error}")]
    configuration, problems = parse(text)
    return sorted({*problems, *_of_bindings(configuration, text, screens)}, key=lambda problem: problem.line)


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


def _problem(text: str, name: str, said: str) -> Problem:
    return Problem(line_of(text, ("bindings", *name.split("."))), f"bindings.{name}", said)

"""config: check the configuration file, say where it is, or what can be bound."""

from __future__ import annotations

import sys
from pathlib import Path

from core.cli.command import command_parser
from core.cli.main import Invocation
from core.paths import configuration_file

WRONG = 125


def file_of(invocation: Invocation) -> Path:
    """The configuration file of a command line."""
    return Path(invocation.config or configuration_file())


def run(invocation: Invocation) -> int:
    """Carry out `wharf config`; the exit code. Raises `InvalidArgument`."""
    parser = command_parser(invocation, "check the screen's configuration, or say where it is")
    what = ("check", "path", "actions")
    parser.add_argument("what", choices=what, help="check the file, show its path, or list the actions with their keys")
    asked = parser.parse_args(invocation.arguments).what
    if asked == "path":
        sys.stdout.write(f"{file_of(invocation)}\n")
        return 0
    return _list_actions(invocation) if asked == "actions" else _check(file_of(invocation))


def _check(path: Path) -> int:
    from tui.configuration.check import check
    from tui.configuration.screens import screens

    problems = check(path, screens())
    for problem in problems:
        sys.stdout.write(f"{path}, {problem}\n")
    if not problems:
        sys.stdout.write(f"{path}: {'all is well' if path.exists() else 'there is none; all is as usual'}\n")
    return WRONG if problems else 0


def _list_actions(invocation: Invocation) -> int:
    from core.cli.output import print_table
    from tui.configuration.keys import bound
    from tui.configuration.loading import load
    from tui.configuration.screens import screens
    from tui.keymap import shown_keys

    configuration, _ = load(file_of(invocation))
    rows = [
        (view, action.name, shown_keys(action), action.description)
        for view, actions in screens(configuration).items()
        for action in bound(actions, view, configuration)
    ]
    print_table(("VIEW", "ACTION", "KEYS", "DOES"), rows)
    return 0

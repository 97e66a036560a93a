"""completion: what a shell needs to complete wharf's commands, flags, and the names that are there at the time."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any, Final

from core.cli.command import command_parser
from core.cli.commands import COMMANDS, GROUPS
from core.cli.declarations import declared, global_parser
from core.cli.main import Invocation
from core.cli.parser import HIDDEN, REST, Argument, CommandParser
from core.errors import InvalidArgument

SHELLS: Final = ("bash", "zsh", "fish", "tcsh")
LISTINGS: Final = {
    "CONTAINER": "ps --all --format '{{.Names}}'",
    "HOST": "host ls --quiet",
    "IMAGE": "images --format '{{.Repository}}:{{.Tag}}'",
    "NETWORK": "network ls --format '{{.Name}}'",
    "POD": "pod ps --format '{{.Name}}'",
    "SECRET": "secret ls --format '{{.Name}}'",
    "VOLUME": "volume ls --format '{{.Name}}'",
}
"""What an argument is called → the command that lists the names for it."""


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    parser.add_argument("--file", "-f", type=Path, default=None, metavar="FILE", help="write it to this file")
    parser.add_argument("shell", choices=SHELLS, metavar="|".join(SHELLS))
    options = parser.parse_args(invocation.arguments)
    script = completion_script(options.shell)
    if options.file is None:
        print(script, end="")
        return 0
    try:
        options.file.write_text(script)
    except OSError as error:
        raise InvalidArgument(
            f"{options.file} can not be written: {error.strerror}",
            hint="choose another file with --file, or a directory that can be written to",
        ) from error
    return 0


def completion_script(shell: str) -> str:
    """The script for one of `SHELLS`."""
    import shtab

    return str(shtab.complete(_whole_parser(), shell=shell, preamble=_functions(shell)))


def _functions(shell: str) -> str:
    """Shell functions that print the names of each kind."""
    if shell == "bash":
        body = 'local names; names=$(wharf {listing} 2>/dev/null) && compgen -W "$names" -- "$1"'
    elif shell == "zsh":
        body = 'local -a names; names=(${{(f)"$(wharf {listing} 2>/dev/null)"}}); compadd -- $names'
    else:
        return ""
    return "".join(
        f"_wharf_{kind.lower()}() {{ {body.format(listing=listing)}; }}\n" for kind, listing in LISTINGS.items()
    )


def _whole_parser() -> argparse.ArgumentParser:
    """All commands as argparse has them, which is what shtab reads."""
    root = argparse.ArgumentParser(prog="wharf", description="containers", add_help=False)
    _copy(global_parser(), root)
    commands = root.add_subparsers()
    for command, (_, line) in sorted(COMMANDS.items()):
        if " " not in command:
            _add(commands, command, line, command)
    for group, words in sorted(GROUPS.items()):
        below = commands.add_parser(group, help=f"work with {group}s", add_help=False).add_subparsers()
        for word, command in sorted(words.items()):
            _add(below, word, COMMANDS[command][1], command)
    return root


def _add(commands: Any, word: str, line: str, command: str) -> None:
    parser = commands.add_parser(word, help=_plain(line), description=_plain(line), add_help=False)
    _copy(declared(command), parser)


def _copy(source: CommandParser, target: argparse.ArgumentParser) -> None:
    for argument in source.declared:
        if argument.help != HIDDEN:
            action = target.add_argument(*(argument.flags or [argument.name]), **_keywords(argument))
            _add_completer(action, argument.metavar)


def _keywords(argument: Argument) -> dict[str, Any]:
    text = _plain(argument.help)
    if argument.flags and not argument.takes_value:
        return {"action": "store_true", "help": text}
    nargs = argparse.REMAINDER if argument.nargs == REST else argument.nargs
    choices = [str(choice) for choice in argument.choices] if argument.choices else None
    return {"nargs": nargs, "choices": choices, "help": text, "metavar": argument.metavar if argument.flags else None}


def _plain(text: str) -> str:
    """Nothing that argparse would fill in."""
    return text.replace("%", "%%")


def _add_completer(action: argparse.Action, metavar: str) -> None:
    import shtab

    kind = re.split(r"[^A-Z]", metavar)[0]
    if kind in LISTINGS:
        command = f"wharf {LISTINGS[kind]} 2>/dev/null"
        function = f"_wharf_{kind.lower()}"
        # fish puts it between double quotes.
        action.complete = {"bash": function, "zsh": function, "fish": f"({command})", "tcsh": f"`{command}`"}  # type: ignore[attr-defined]
    elif kind in ("FILE", "PATH"):
        action.complete = shtab.FILE  # type: ignore[attr-defined]
    elif kind == "DIRECTORY":
        action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]

"""What every command takes, for those who describe the commands: completion, the manual, tests."""

from __future__ import annotations

import importlib

from core.cli.commands import COMMANDS
from core.cli.main import parse_global
from core.cli.parser import DECLARATION, CommandParser, Declared


def declared(command: str) -> CommandParser:
    """The parser of a command, of `COMMANDS`, with all that it declares."""
    module = importlib.import_module(f"core.cli.{COMMANDS[command][0]}")
    invocation = parse_global([]).instead(command, DECLARATION)
    try:
        module.run(invocation)
    except Declared as found:
        return found.parser
    raise AssertionError(f"{command} reads no command line")


def global_parser() -> CommandParser:
    """The parser of what stands before a command."""
    try:
        parse_global(DECLARATION)
    except Declared as found:
        return found.parser
    raise AssertionError("no command line was read")

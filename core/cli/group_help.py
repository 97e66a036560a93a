"""The help of a word that stands before commands: `wharf container --help`."""

from __future__ import annotations

from collections.abc import Mapping

from core.cli.commands import COMMANDS


def print_group(word: str, commands: Mapping[str, str]) -> None:
    """Print what may be behind a word. `commands`: those words, with the subcommand that each is."""
    print(f"usage: wharf {word} COMMAND ...\n\ncommands:")
    for name, command in sorted(commands.items()):
        print(f"  {name:<12} {COMMANDS[command][1]}")
    print(f"\nwharf {word} COMMAND --help tells more of each")

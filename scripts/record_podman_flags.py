"""Writes core/cli/podman_flags.py: every command of the podman that is installed, and the flags of each.

Usage: record_podman_flags.py, with the project's folder as the working directory.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Final

TARGET: Final = Path("core/cli/podman_flags.py")
_FLAG: Final = re.compile(r"^\s+(?:(-\w), )?(--[a-z0-9-]+)", re.MULTILINE)
_COMMAND: Final = re.compile(r"^  ([a-z-]+)\*? +\S", re.MULTILINE)
_WIDTH: Final = 108


def help_of(words: list[str]) -> str:
    return subprocess.run(["podman", *words, "--help"], capture_output=True, text=True, check=True).stdout


def part(text: str, heading: str) -> str:
    """What is under a heading of a help text."""
    found = re.search(rf"^{heading}:\n(.*?)(?:^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def recorded(words: list[str]) -> dict[str, list[str]]:
    """A command and those below it, each with its flags; a short one behind a comma."""
    text = help_of(words)
    flags = [",".join(filter(None, (long, short))) for short, long in _FLAG.findall(part(text, "Options"))]
    found = {" ".join(words): [flag for flag in flags if not flag.startswith("--help")]}
    for name in _COMMAND.findall(part(text, "Available Commands")):
        if name != "help":
            found.update(recorded([*words, name]))
    return found


def lines(flags: list[str]) -> list[str]:
    found = [""]
    for flag in flags:
        if len(found[-1]) + len(flag) > _WIDTH:
            found.append("")
        found[-1] += f"{flag} "
    return found


def main() -> None:
    version = subprocess.run(["podman", "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    rows = []
    commands = recorded([])
    for command, flags in sorted(commands.items()):
        group, _, word = command.partition(" ")
        if group in ("container", "image") and word and commands.get(word) == flags:
            # `container ps` is `ps`.
            continue
        pieces = lines(flags)
        last = len(pieces) - 1
        texts = [f'"{piece.rstrip() if place == last else piece}"' for place, piece in enumerate(pieces)]
        if len(texts) == 1 and len(command) + len(texts[0]) < _WIDTH:
            rows.append(f'    "{command}": {texts[0]},')
        else:
            rows += [f'    "{command}": (', *(f"        {text}" for text in texts), "    ),"]
    TARGET.write_text(
        f'"""Every command of podman {version} and its flags, short ones behind a comma: what is refused by name.\n\n'
        'Written by scripts/record_podman_flags.py.\n"""\n\n'
        "FLAGS = {\n" + "\n".join(rows) + "\n}\n"
    )


if __name__ == "__main__":
    main()

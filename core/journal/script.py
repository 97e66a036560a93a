"""Actions as command lines, and as a script for a shell that does them again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from core.model.journal import JournalEntry, Result

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def shell_line(entry: JournalEntry) -> str:
    """The command line, as a shell takes it; empty where no command does the same."""
    return shlex.join(entry.whole_command)


def short_line(entry: JournalEntry) -> str:
    """The same for the usual directories: what a person would type."""
    return shlex.join(entry.command)


def together(commands: Sequence[tuple[str, ...]]) -> str:
    """Commands that differ in their last word alone, as one; of others the last."""
    if not commands:
        return ""
    heads = {command[:-1] for command in commands}
    return shlex.join([*heads.pop(), *(command[-1] for command in commands)] if len(heads) == 1 else commands[-1])


def script(entries: Iterable[JournalEntry]) -> str:
    """A script for sh(1), the oldest action first. What failed, was cancelled or can't be repeated is a comment."""
    ordered = sorted(entries, key=lambda entry: entry.time)
    lines = [
        "#!/bin/sh",
        f"# {len(ordered)} action{'' if len(ordered) == 1 else 's'} of Wharfinger's screen.",
        "set -e",
    ]
    for entry in ordered:
        lines += ["", *_lines(entry)]
    return "\n".join(lines) + "\n"


def _lines(entry: JournalEntry) -> Iterator[str]:
    said = f": {entry.error}" if entry.error else ""
    yield _comment(
        f"{entry.time:%Y-%m-%dT%H:%M:%SZ} {entry.who}: {entry.verb}, {entry.target}: "
        f"{entry.result} in {entry.seconds:.1f} s{said}"
    )
    line = shell_line(entry)
    if reason := _hindrance(entry):
        yield _comment(reason)
        yield from (f"# {piece}" for piece in line.split("\n") if line)
        return
    for name in entry.environment:
        yield f': "${{{name}?export it first: its value is not in the journal}}"'
    yield line


def _hindrance(entry: JournalEntry) -> str:
    """Why the command is not to be run again; empty where it is."""
    if entry.result is not Result.DONE:
        return "not to be repeated:"
    if not entry.command:
        return f"left out: {', '.join(entry.lacking)}" if entry.lacking else "no command does this"
    if entry.lacking:
        return f"left out: {', '.join(entry.lacking)}"
    if not all(map(_VARIABLE.fullmatch, entry.environment)):
        return f"left out: the values of {', '.join(entry.environment)}"
    return "at a terminal:" if entry.interactive else ""


def _comment(text: str) -> str:
    """A comment of one line, whatever is in the text."""
    return "# " + "".join(char if char.isprintable() else "\ufffd" for char in text)

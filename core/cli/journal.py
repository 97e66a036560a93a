"""journal: what was done from the screen, by whom, how it ended, and as a script that does it again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from core.cli.command import command_parser, open_engine
from core.cli.formatting import add_format, print_formatted
from core.cli.journal_events import command_lines
from core.cli.main import Invocation
from core.cli.moments import moment
from core.cli.output import printable
from core.cli.parser import Options, WrongValue
from core.errors import InvalidArgument
from core.journal.file import Journal
from core.journal.script import script, shell_line, short_line
from core.model.journal import JournalEntry, Result

_FIELDS: Final[Mapping[str, tuple[str, Callable[[JournalEntry], object]]]] = {
    "Time": ("TIME", lambda entry: f"{entry.time:%Y-%m-%dT%H:%M:%SZ}"),
    "User": ("USER", lambda entry: entry.who),
    "Source": ("SOURCE", lambda entry: entry.source),
    "Verb": ("VERB", lambda entry: entry.verb),
    "Kind": ("KIND", lambda entry: entry.kind),
    "Name": ("NAME", lambda entry: printable(entry.name)),
    "ID": ("ID", lambda entry: entry.id),
    "Result": ("RESULT", lambda entry: str(entry.result)),
    "Error": ("ERROR", lambda entry: printable(entry.error)),
    "Seconds": ("SECONDS", lambda entry: f"{entry.seconds:.1f}"),
    "Command": ("COMMAND", lambda entry: printable(short_line(entry))),
    "Shell": ("SHELL", lambda entry: printable(shell_line(entry))),
    "Runtime": ("RUNTIME", lambda entry: printable(entry.runtime)),
    "PID": ("PID", lambda entry: entry.process),
}
_COLUMNS: Final = ("Time", "User", "Result", "Seconds", "Command")


def _count(text: str) -> int:
    if not text.isdecimal():
        raise WrongValue(f"{text!r} is no number of actions")
    return int(text)


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    add = parser.add_argument
    add("--since", default=None, metavar="TIME", help="what began later than a time, or a span ago (10m)")
    add("--until", default=None, metavar="TIME", help="what began before a time, or a span ago")
    add("--failed", action="store_true", help="what failed alone")
    add("--verb", action="append", default=[], metavar="VERB", help="this verb alone, as stop or 'remove image'")
    add("--all", "-a", action="store_true", help="what command lines did, too, by the engine's events")
    add("--last", "-n", type=_count, default=None, metavar="N", help="the newest N alone")
    add("--script", action="store_true", help="a script for sh that does the same, the oldest first")
    add_format(parser)
    options = parser.parse_args(invocation.arguments)
    if options.all and options.script:
        raise InvalidArgument(
            "--all and --script cannot be used together", hint="command lines are in the shell's history"
        )
    journal = Journal()
    entries, damaged = journal.read()
    if words := journal.damage(damaged):
        print(f"Warning: {words}", file=sys.stderr)
    if options.all:
        with open_engine(invocation) as engine:
            entries += command_lines(engine.past_events())
    chosen = _chosen(entries, options)
    columns = ("Time", "Source", *_COLUMNS[1:]) if options.all else _COLUMNS
    if options.script:
        sys.stdout.buffer.write(script(chosen).encode())
    else:
        print_formatted(
            chosen,
            options,
            fields=_FIELDS,
            columns=columns,
            as_json=lambda: list(map(_as_json, chosen)),
            name="journal",
        )
    return 0


def _chosen(entries: Sequence[JournalEntry], options: Options) -> list[JournalEntry]:
    """Those that the options ask for, oldest first. Raises `InvalidArgument` for what is no time."""
    since = moment(options.since) if options.since is not None else None
    until = moment(options.until) if options.until is not None else None
    chosen = [
        entry
        for entry in sorted(entries, key=lambda entry: entry.time)
        if (since is None or entry.time.timestamp() >= since)
        and (until is None or entry.time.timestamp() <= until)
        and (not options.failed or entry.result is Result.FAILED)
        and (not options.verb or entry.verb in options.verb)
    ]
    return chosen if options.last is None else chosen[len(chosen) - min(options.last, len(chosen)) :]


def _as_json(entry: JournalEntry) -> dict[str, object]:
    """With the facts as they are, not cut and not replaced."""
    return {
        "Time": entry.time.isoformat(),
        "Seconds": entry.seconds,
        "User": entry.user,
        "SudoUser": entry.sudo_user,
        "PID": entry.process,
        "Source": entry.source,
        "Verb": entry.verb,
        "Kind": entry.kind,
        "Name": entry.name,
        "ID": entry.id,
        "Result": entry.result,
        "Error": entry.error,
        "Command": list(entry.command),
        "Shell": shell_line(entry),
        "Environment": list(entry.environment),
        "LeftOut": list(entry.lacking),
        "Runtime": entry.runtime,
    }

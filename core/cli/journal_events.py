"""What command lines did, as actions: made of the engine's events, which know who ran what."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from core.cli.commands import GROUPS
from core.cli.main import parse_global
from core.errors import EngineError
from core.events import Event
from core.model.journal import PROGRAM, JournalEntry, Result

SOURCE: Final = "command line"
_WITHOUT: Final = frozenset({"", "web", "plain", "cleanup"})
"""Commands whose doings are in the journal, or are nobody's."""
_VARIABLE: Final = re.compile(r"(-e|--env=|)([A-Za-z_][A-Za-z0-9_]*)=.*", re.DOTALL)


def command_lines(events: Iterable[Event]) -> list[JournalEntry]:
    """An action for each command line that events came of, oldest first. What it failed at has left no event."""
    lines: dict[tuple[int, str], list[Event]] = {}
    for event in events:
        if event.command:
            lines.setdefault((event.process, event.command), []).append(event)
    found = []
    for (_, command), of_line in lines.items():
        words = _words(command)
        verb = _verb(words)
        if words[:1] == [PROGRAM] and verb not in _WITHOUT:
            found.append(_entry(of_line, verb, _without_values(words)))
    return found


def _entry(events: list[Event], verb: str, words: list[str]) -> JournalEntry:
    first = events[0]
    names = list(dict.fromkeys(event.name for event in events if event.name))
    ids = {event.container_id for event in events if event.container_id}
    runtime = "; ".join(filter(None, (event.attributes.get("runtime", "") for event in events)))
    return JournalEntry(
        time=datetime.fromtimestamp(first.time, UTC),
        seconds=round(events[-1].time - first.time, 3),
        user=first.user,
        process=first.process,
        source=SOURCE,
        verb=verb,
        kind="container" if ids else str(first.kind),
        name=" ".join(names),
        id=ids.pop() if len(ids) == 1 else "",
        result=Result.DONE,
        command=tuple(words),
        runtime=runtime,
    )


def _words(command: str) -> list[str]:
    """The words of a line, which may be cut off within a quoted one."""
    for end in ("", "'", '"'):
        with contextlib.suppress(ValueError):
            return shlex.split(command + end)
    return []


def _verb(words: list[str]) -> str:
    """The subcommand of a line; empty for the screen, and for what is not understood."""
    try:
        invocation = parse_global(words[1:])
    except EngineError:
        return ""
    group = GROUPS.get(invocation.command, {})
    return group.get(next(iter(invocation.arguments), ""), invocation.command)


def _without_values(words: list[str]) -> list[str]:
    """The words without the values of variables."""
    kept = list(words)
    for place, word in enumerate(words):
        known = _VARIABLE.fullmatch(word)
        if known and (known[1] or words[place - 1] in ("-e", "--env")):
            kept[place] = known[1] + known[2]
    return kept

"""What is chosen by a number in the plain mode is in the journal of actions, as what is done on the screen."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from core.cli.output import printable
from core.cli.plain.actions import Action
from core.engine import Engine
from core.errors import EngineError
from core.journal.file import Journal
from core.journal.origin import global_options, runtime_commands, who
from core.log import LOG
from core.model.journal import PROGRAM, JournalEntry, Result
from core.model.snapshot import ContainerSnapshot

_LOOKING: Final = frozenset({"logs", "inspect", "top", "diff"})


def recorded(
    engine: Engine, action: Action, picture: ContainerSnapshot, words: Sequence[str], carry_out: Callable[[], int]
) -> None:
    """Do an action; what changes something is in the journal then. Never raises for want of a journal."""
    began, clock, last = datetime.now(UTC), time.monotonic(), engine.last_sequence()
    code = carry_out()
    verb = action.words[0]
    if verb in _LOOKING:
        return
    entry = JournalEntry(
        **who(),  # type: ignore[arg-type]
        time=began,
        seconds=round(time.monotonic() - clock, 3),
        source="plain mode",
        verb=verb,
        kind="container",
        name=picture.name,
        id=picture.id,
        result=Result.FAILED if code else Result.DONE,
        error=f"it ended with exit code {code}" if code else "",
        command=(PROGRAM, *_from_everywhere(words)),
        options=global_options(engine.paths, engine.settings),
        interactive=verb == "attach" or "--tty" in action.words,
        runtime=runtime_commands(engine.past_events(last), {picture.id}),
    )
    try:
        Journal().add(entry)
    except (OSError, EngineError) as error:
        LOG.warning("%s could not be written to the journal: %s", printable(verb), error)


def _from_everywhere(words: Sequence[str]) -> list[str]:
    """With the whole path of the file that is written."""
    place = list(words).index("--output") + 1 if "--output" in words else 0
    return [os.path.abspath(word) if place and number == place else word for number, word in enumerate(words)]

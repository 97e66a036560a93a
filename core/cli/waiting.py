"""wait --condition: until a container is in one of some states."""

from __future__ import annotations

import time

from core.cli.parser import WrongValue
from core.cli.state_words import STATE_WORDS
from core.errors import InvalidArgument
from core.model.durations import parse_duration
from core.model.state import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from core.cli.parser import CommandParser, Options
    from core.container import Container

_LONGEST_INTERVAL = 3600.0


def add_conditions(parser: CommandParser) -> None:
    """--condition and --interval, for `conditions`."""
    add = parser.add_argument
    explanation = f"wait for one of these states in place of the end: {', '.join(STATE_WORDS)}"
    add("--condition", action="append", default=[], metavar="STATE", help=explanation)
    add("--interval", "-i", type=_interval, default=0.25, metavar="TIME", help="from one look to the next: 250ms")


def conditions(options: Options) -> Callable[[Container], int]:
    """What waits for a container, and gives its exit code, or -1 where it has not ended. Raises `InvalidArgument`."""
    wanted: set[Status] = set()
    for word in (word for text in options.condition for word in text.split(",")):
        if word not in STATE_WORDS:
            raise InvalidArgument(f"unknown container state: {word}", hint=f"use one of {', '.join(STATE_WORDS)}")
        wanted.update(STATE_WORDS[word])
    if not wanted:
        return lambda container: container.wait()
    return lambda container: _reached(container, wanted, options.interval)


def _reached(container: Container, wanted: set[Status], interval: float) -> int:
    while (picture := container.refresh()).status not in wanted:
        time.sleep(interval)
    if picture.status is Status.EXITED and picture.exit_code is not None:
        return picture.exit_code
    return -1


def _interval(text: str) -> float:
    """A span, or a number of milliseconds as podman has it."""
    try:
        span = float(text) / 1000 if text.replace(".", "", 1).isdigit() else parse_duration(text)
    except ValueError as error:
        raise WrongValue("it is no time, as 250ms") from error
    if not 0 < span <= _LONGEST_INTERVAL:
        raise WrongValue("it is not between 1ms and an hour")
    return span

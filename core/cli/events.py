"""events: the journal of what happened, and what happens from now on."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from core.cli.command import command_parser, open_engine
from core.cli.formatting import add_format, unescaped, wants_json
from core.cli.main import Invocation
from core.cli.moments import moment
from core.cli.output import printable
from core.cli.parser import Options, add_boolean
from core.engine import Engine
from core.errors import InvalidArgument
from core.events import Event, EventKind

Filter = Callable[[Event], bool]
_FILTERS: Final = ("container", "event", "image", "network", "pod", "type", "volume")
_STEP: Final = 0.5
"""Seconds between two looks whether `--until` has come."""


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    add = parser.add_argument
    add("--since", default=None, metavar="TIME", help="show what is later than a time, or a span ago (10m)")
    add("--until", default=None, metavar="TIME", help="end at a time, or a span ago")
    add(
        "--filter",
        "-f",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="container, event, image, pod, volume …",
    )
    add_format(parser, no_heading=())
    add("--no-trunc", action="store_true", default=True, help="ids are never cut")
    add_boolean(parser, "--stream", default=True, explanation="go on with what happens from now on")
    options = parser.parse_args(invocation.arguments)
    show = _show(options)
    with open_engine(invocation) as engine:
        fits = event_filter(options.filter)
        for event in _events(engine, options):
            if fits(event):
                sys.stdout.write(show(event) + "\n")
                sys.stdout.flush()
    return 0


def _events(engine: Engine, options: Options) -> Iterator[Event]:
    """Those of the journal that are asked for, then the new ones, none twice and none left out."""
    since = moment(options.since) if options.since is not None else None
    until = moment(options.until) if options.until is not None else None
    is_over = until is not None and until <= time.time()
    subscription = engine.subscribe() if options.stream and not is_over else None
    last = 0
    for event in engine.past_events():
        last = event.sequence
        wanted = not options.stream or since is not None or is_over
        if wanted and (since is None or event.time >= since) and (until is None or event.time <= until):
            yield event
    if subscription is None:
        return
    while until is None or time.time() <= until:
        for event in subscription.drain(_STEP):
            if event.kind is EventKind.OVERFLOW:
                yield from (kept for kept in engine.past_events() if kept.sequence > last)
            elif event.sequence > last:
                yield event
            last = max(last, event.sequence)


def event_filter(texts: Sequence[str]) -> Filter:
    """One filter of many `KEY=VALUE`: of one key any of them, of different keys all. Raises `InvalidArgument`."""
    groups: dict[str, list[Filter]] = {}
    for text in texts:
        key, separator, value = text.partition("=")
        if not separator or key not in _FILTERS:
            raise InvalidArgument(f"the filter {text!r} is not known", hint=f"use one of {', '.join(_FILTERS)}")
        groups.setdefault(key, []).append(_filter(key, value))
    return lambda event: all(any(fits(event) for fits in group) for group in groups.values())


def _filter(key: str, value: str) -> Filter:
    if key == "event":
        return lambda event: event.kind == value
    if key == "type":
        return lambda event: _type(event) == value
    if key == "image":
        return lambda event: event.attributes.get("image") == value
    if key == "pod":
        return lambda event: event.kind is EventKind.POD and _is_pod(event, value)
    if key == "volume":
        return lambda event: event.kind is EventKind.VOLUME and event.name == value
    if key == "network":
        return lambda event: event.kind is EventKind.NETWORK and event.attributes.get("network") == value
    # By name, too, as one that was removed can be looked up no more.
    return lambda event: bool(event.container_id) and (event.name == value or event.container_id.startswith(value))


def _is_pod(event: Event, value: str) -> bool:
    return event.name == value or event.attributes.get("pod", "").startswith(value)


_OTHER_TYPES = frozenset({EventKind.IMAGE, EventKind.POD, EventKind.VOLUME, EventKind.NETWORK, EventKind.SECRET})
"""Kinds that are not about a container."""


def _type(event: Event) -> str:
    return str(event.kind) if event.kind in _OTHER_TYPES else "container"


def _status(event: Event) -> str:
    return event.attributes.get("action", "") if event.kind in _OTHER_TYPES else str(event.kind)


def _moment_of(event: Event) -> str:
    return datetime.fromtimestamp(event.time, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _as_line(event: Event) -> str:
    """podman's line: time, type, what happened, id, and the rest in brackets."""
    named = {"name": event.name, **event.attributes, "user": event.user, "command": event.command}
    rest = ", ".join(f"{key}={value}" for key, value in named.items() if value)
    return printable(f"{_moment_of(event)} +0000 UTC {_type(event)} {_status(event)} {event.container_id} ({rest})")


def _show(options: Options) -> Callable[[Event], str]:
    """What makes the line of an event. Raises `InvalidArgument` for a wrong template."""
    if wants_json(options):
        return lambda event: json.dumps(_fields(event))
    if not options.format:
        return _as_line
    from core.cli.template import Record, Template

    template = Template("events", unescaped(options.format))
    return lambda event: template.fill(Record(_fields(event), "Event"))


def _fields(event: Event) -> dict[str, object]:
    return {
        "ID": event.container_id,
        "Image": event.attributes.get("image", ""),
        "Name": event.name,
        "Status": _status(event),
        "Time": datetime.fromtimestamp(event.time, UTC).isoformat(),
        "Type": _type(event),
        "Attributes": event.attributes,
        "ContainerExitCode": int(event.attributes.get("exit_code", "0") or 0),
        "User": event.user,
        "Command": event.command,
        "PID": event.process,
    }

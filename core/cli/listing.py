"""ps inspect logs top."""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from core.cli.command import command_parser, open_engine, selected
from core.cli.main import COMMANDS, Invocation, report
from core.cli.output import ago, print_json, print_table, span
from core.engine import Engine
from core.errors import InvalidArgument, NotFound
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status

_SHOWN_BY_DEFAULT: Final = (Status.RUNNING, Status.PAUSED, Status.UNKNOWN)
_COMMAND_WIDTH: Final = 20
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_SECONDS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}

Filter = Callable[[ContainerSnapshot], bool]


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation, COMMANDS[invocation.command][1])
    return {"ps": _ps, "inspect": _inspect, "logs": _logs, "top": _top}[invocation.command](invocation, parser)


def _ps(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    parser.add_argument("--all", "-a", action="store_true", help="those that do not run, too")
    parser.add_argument("--quiet", "-q", action="store_true", help="ids alone")
    parser.add_argument("--no-trunc", action="store_true", help="ids and commands at full length")
    parser.add_argument("--noheading", action="store_true", help="no line of headings")
    parser.add_argument("--last", "-n", type=int, default=0, help="the last N that were created, in any state")
    parser.add_argument("--latest", "-l", action="store_true", help="the one created last, in any state")
    parser.add_argument("--filter", "-f", action="append", default=[], help="id, name, status, label or ancestor=VALUE")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    options = parser.parse_args(invocation.arguments)
    filters = [_filter(text) for text in options.filter]
    with open_engine(invocation) as engine:
        pictures = engine.containers()
    any_state = options.all or options.latest or options.last or any("status=" in text for text in options.filter)
    chosen = [
        picture
        for picture in pictures
        if (any_state or picture.status in _SHOWN_BY_DEFAULT) and all(fits(picture) for fits in filters)
    ]
    last = 1 if options.latest else options.last
    _print_containers(chosen[-last:] if last else chosen, options)
    return 0


def _print_containers(pictures: Sequence[ContainerSnapshot], options: argparse.Namespace) -> None:
    if options.format == "json":
        print_json([_as_json(picture) for picture in pictures])
        return
    if options.quiet:
        for picture in pictures:
            print(picture.id if options.no_trunc else picture.id[:12])
        return
    rows = [
        (
            picture.id if options.no_trunc else picture.id[:12],
            picture.image,
            _command(picture, options.no_trunc),
            ago(picture.created_at),
            status_text(picture),
            picture.name,
        )
        for picture in pictures
    ]
    header = ("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "NAMES")
    if options.noheading:
        for row in rows:
            print("  ".join(row))
    else:
        print_table(header, rows)


def _command(picture: ContainerSnapshot, whole: bool) -> str:
    text = " ".join(picture.command)
    return text if whole or len(text) <= _COMMAND_WIDTH else text[:_COMMAND_WIDTH] + "..."


def status_text(picture: ContainerSnapshot) -> str:
    """`Up 3 minutes`, `Exited (3) 2 hours ago`, `Created`."""
    if picture.status in (Status.RUNNING, Status.PAUSED):
        up = f"Up {span(time.time() - picture.started_at)}"
        marks = [
            mark
            for mark, there in (
                ("Paused", picture.status is Status.PAUSED),
                ("console lost", picture.monitor_lost),
            )
            if there
        ]
        return up + (f" ({', '.join(marks)})" if marks else "")
    if picture.status is Status.EXITED:
        return f"Exited ({picture.exit_code}) {ago(picture.finished_at)}"
    return {Status.CONFIGURED: "Created", Status.CREATED: "Initialized"}.get(picture.status, "Unknown")


def _as_json(picture: ContainerSnapshot) -> dict[str, Any]:
    return {
        "Id": picture.id,
        "Names": [picture.name],
        "Image": picture.image,
        "ImageID": picture.image_id,
        "Command": list(picture.command),
        "Created": int(picture.created_at),
        "StartedAt": int(picture.started_at),
        "ExitedAt": int(picture.finished_at),
        "Exited": picture.status is Status.EXITED,
        "ExitCode": picture.exit_code or 0,
        "State": str(picture.status),
        "Status": status_text(picture),
        "Pid": picture.pid,
        "Labels": picture.labels,
        "Mountpoint": picture.mount_point,
        "MonitorLost": picture.monitor_lost,
    }


def _filter(text: str) -> Filter:
    key, separator, value = text.partition("=")
    if not separator or key not in ("id", "name", "status", "label", "ancestor"):
        raise InvalidArgument(f"the filter {text!r} is not known", hint="use id, name, status, label or ancestor=VALUE")
    if key == "status":
        value = {"stopped": "exited"}.get(value, value)
        if value not in {str(status) for status in Status}:
            raise InvalidArgument(f"{value!r} is not a status", hint=", ".join(Status))
        return lambda picture: picture.status == value
    if key == "name":
        try:
            pattern = re.compile(value)
        except re.error as error:
            raise InvalidArgument(f"the name filter {value!r} is not a regular expression: {error}") from error
        return lambda picture: bool(pattern.search(picture.name))
    if key == "label":
        name, has_value, wanted = value.partition("=")
        return lambda picture: name in picture.labels and (not has_value or picture.labels[name] == wanted)
    if key == "ancestor":
        return lambda picture: picture.image.startswith(value) or picture.image_id.startswith(value)
    return lambda picture: picture.id.startswith(value)


def _inspect(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    parser.add_argument("names", nargs="+", metavar="NAME")
    parser.add_argument("--type", "-t", choices=("all", "container", "image"), default="all")
    parser.add_argument("--format", "-f", choices=("json",), default="json")
    options = parser.parse_args(invocation.arguments)
    found: list[dict[str, object]] = []
    code = 0
    with open_engine(invocation) as engine:
        for name in options.names:
            try:
                found.append(_inspect_one(engine, name, options.type))
            except NotFound as error:
                code = report(error)
    print_json(found)
    return code


def _inspect_one(engine: Engine, name: str, kind: str) -> dict[str, object]:
    if kind == "container":
        return engine.lookup(name).inspect()
    if kind == "image":
        return engine.inspect_image(name)
    with contextlib.suppress(NotFound):
        return engine.lookup(name).inspect()
    try:
        return engine.inspect_image(name)
    except NotFound as error:
        raise NotFound(f'no such object: "{name}"', hint="see wharf ps --all and wharf images") from error


def _logs(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    parser.add_argument("containers", nargs="*", metavar="CONTAINER")
    parser.add_argument("--latest", "-l", action="store_true", help="of the one created last")
    parser.add_argument("--follow", "-f", action="store_true", help="go on with what comes")
    parser.add_argument("--tail", type=int, default=None, help="the last N lines alone")
    parser.add_argument("--since", default=None, help="from a time (RFC 3339) or a span ago (10m) on")
    parser.add_argument("--timestamps", "-t", action="store_true", help="the time before each line")
    options = parser.parse_args(invocation.arguments)
    options.all = False
    since = None if options.since is None else _moment(options.since)
    tail = None if options.tail is not None and options.tail < 0 else options.tail
    with open_engine(invocation) as engine:
        container = engine.lookup(selected(engine, options)[0])
        for line in container.logs(tail=tail, since=since, follow=options.follow):
            output = sys.stderr.buffer if line.stream == "stderr" else sys.stdout.buffer
            if options.timestamps:
                output.write(datetime.fromtimestamp(line.time).astimezone().isoformat().encode() + b" ")
            output.write(line.data if line.partial else line.data + b"\n")
            output.flush()
    return 0


def _moment(text: str) -> float:
    """Unix seconds of a time, or of a span before now."""
    parts = _DURATION.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return time.time() - sum(float(number) * _SECONDS[unit] for number, unit in parts)
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError as error:
        raise InvalidArgument(
            f"{text!r} is neither a time nor a span", hint="use 2026-01-31T12:00:00 or 1h30m"
        ) from error


def _top(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    parser.add_argument("container", metavar="CONTAINER")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        processes = engine.lookup(options.container).top()
    rows = [
        (p.user, str(p.pid), str(p.parent), p.state, f"{p.cpu_time:.2f}s", str(p.memory // 1024), p.command)
        for p in processes
    ]
    print_table(("USER", "HPID", "HPPID", "STATE", "TIME", "RSS KiB", "COMMAND"), rows)
    return 0

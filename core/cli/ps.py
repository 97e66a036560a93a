"""ps: the list of containers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from core.cli.command import command_parser, open_engine
from core.cli.filters import any_state, container_filter
from core.cli.main import COMMANDS, Invocation
from core.cli.output import ago, print_json, print_table, span
from core.cli.parser import Options
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status

_SHOWN_BY_DEFAULT: Final = (Status.RUNNING, Status.PAUSED, Status.UNKNOWN)
_COMMAND_WIDTH: Final = 20
_HEADER: Final = ("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "NAMES")
_SORT_KEYS: Final[dict[str, Callable[[ContainerSnapshot], object]]] = {
    "created": lambda picture: picture.created_at,
    "id": lambda picture: picture.id,
    "image": lambda picture: picture.image,
    "names": lambda picture: picture.name,
    "command": lambda picture: picture.command,
    "status": lambda picture: str(picture.status),
}


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation, COMMANDS[invocation.command][1])
    add = parser.add_argument
    add("--all", "-a", action="store_true", help="those that do not run, too")
    add("--quiet", "-q", action="store_true", help="ids alone")
    add("--no-trunc", "--notruncate", action="store_true", help="ids and commands at full length")
    add("--noheading", action="store_true", help="no line of headings")
    add("--last", "-n", type=int, default=0, help="the last N that were created, in any state")
    add("--latest", "-l", action="store_true", help="the one created last, in any state")
    add("--filter", "-f", action="append", default=[], metavar="KEY=VALUE", help="id, name, status, label, ancestor …")
    add("--format", choices=("table", "json"), default="table")
    add("--sort", choices=tuple(_SORT_KEYS), default="created")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        pictures = engine.containers()
    _print(_chosen(pictures, options), options)
    return 0


def _chosen(pictures: Sequence[ContainerSnapshot], options: Options) -> list[ContainerSnapshot]:
    fits = container_filter(options.filter, pictures)
    every_state = options.all or options.latest or options.last > 0 or any_state(options.filter)
    chosen = [picture for picture in pictures if (every_state or picture.status in _SHOWN_BY_DEFAULT) and fits(picture)]
    last = 1 if options.latest else options.last
    if last > 0:
        chosen = chosen[-last:]
    if options.sort != "created":
        chosen.sort(key=_SORT_KEYS[options.sort])  # type: ignore[arg-type]
    return chosen


def _print(pictures: Sequence[ContainerSnapshot], options: Options) -> None:
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
    print_table(None if options.noheading else _HEADER, rows)


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
                (str(picture.health.status) if picture.health else "", picture.health is not None),
            )
            if there
        ]
        return up + (f" ({', '.join(marks)})" if marks else "")
    if picture.status is Status.EXITED:
        code = -1 if picture.exit_code is None else picture.exit_code
        return f"Exited ({code}) {ago(picture.finished_at)}"
    return {Status.CONFIGURED: "Created", Status.CREATED: "Initialized"}.get(picture.status, "Unknown")


def _as_json(picture: ContainerSnapshot) -> dict[str, object]:
    return {
        "Id": picture.id,
        "Names": [picture.name],
        "Image": picture.image,
        "ImageID": picture.image_id,
        "Command": list(picture.command),
        "Created": int(picture.created_at),
        "CreatedAt": datetime.fromtimestamp(picture.created_at, UTC).isoformat(),
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
        "OOMKilled": picture.oom_killed,
        "Network": picture.network,
    }

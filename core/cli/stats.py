"""stats: what containers use, again and again or once."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec

from core.cli.command import command_parser, open_engine
from core.cli.formatting import add_format, print_formatted
from core.cli.main import Invocation
from core.cli.parser import Options
from core.engine import Engine
from core.errors import InvalidArgument
from core.model.amounts import go_duration, human_size
from core.model.snapshot import ContainerSnapshot, ResourceSample
from core.model.state import Status

_CLEAR = "\033[H\033[2J"
_NOTHING = ResourceSample(at=0.0, cpu_ns=0, cpu_percent=0.0, memory=0, memory_limit=0, pids=0)
_FIELDS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "ID": ("ID", lambda row: row.shown_id),
    "ContainerID": ("CONTAINERID", lambda row: row.shown_id),
    "Name": ("NAME", lambda row: row.picture.name),
    "CPUPerc": ("CPU %", lambda row: f"{row.cpu_percent:.2f}%"),
    "MemUsage": ("MEM USAGE / LIMIT", lambda row: f"{human_size(row.sample.memory)} / {human_size(row.memory_limit)}"),
    "MemPerc": ("MEM %", lambda row: f"{row.memory_percent:.2f}%"),
    "NetIO": ("NET IO", lambda row: _network(row.sample)),
    "BlockIO": ("BLOCK IO", lambda row: _both(row.sample.block_read, row.sample.block_written)),
    "PIDS": ("PIDS", lambda row: row.sample.pids),
    "UpTime": ("CPU TIME", lambda row: go_duration(row.sample.cpu_ns)),
    "AVGCPU": ("AVG CPU %", lambda row: f"{row.average:.2f}%"),
    "CPUNano": ("CPUNANO", lambda row: row.sample.cpu_ns),
    "MemLimit": ("MEMLIMIT", lambda row: row.memory_limit),
}
_COLUMNS = ("ID", "Name", "CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO", "PIDS", "UpTime", "AVGCPU")
_JSON = {
    "id": "ID",
    "name": "Name",
    "cpu_time": "UpTime",
    "cpu_percent": "CPUPerc",
    "avg_cpu": "AVGCPU",
    "mem_usage": "MemUsage",
    "mem_percent": "MemPerc",
    "net_io": "NetIO",
    "block_io": "BlockIO",
    "pids": "PIDS",
}


class Row(msgspec.Struct, frozen=True):
    """A container and its last reading; for the first one the share of the CPU is that since its start, as podman's."""

    picture: ContainerSnapshot
    sample: ResourceSample
    shown_id: str
    memory_limit: int
    first: bool

    @property
    def average(self) -> float:
        """Percent of one CPU since the start."""
        ran = time.time() - self.picture.started_at
        return self.sample.cpu_ns / ran / 1e7 if self.sample.cpu_ns and ran > 0 else 0.0

    @property
    def cpu_percent(self) -> float:
        return self.average if self.first else self.sample.cpu_percent

    @property
    def memory_percent(self) -> float:
        return 100 * self.sample.memory / self.memory_limit if self.memory_limit else 0.0


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    add = parser.add_argument
    add("--all", "-a", action="store_true", help="those that do not run, too")
    add("--latest", "-l", action="store_true", help="the one created last")
    add("--interval", "-i", type=int, default=5, help="seconds from one reading to the next")
    add("--no-reset", action="store_true", help="do not clear the screen before each reading")
    add("--no-stream", action="store_true", help="one reading alone")
    add("--no-trunc", "--notruncate", action="store_true", help="ids at full length")
    add_format(parser)
    add("containers", nargs="*", metavar="CONTAINER")
    options = parser.parse_args(invocation.arguments)
    if sum((options.all, options.latest, bool(options.containers))) > 1:
        raise InvalidArgument(
            "--all, --latest and containers cannot be used together", hint="leave all but one of them out"
        )
    if options.interval < 1:
        raise InvalidArgument(
            "invalid interval, must be a positive number greater zero", hint="give --interval 1 or more"
        )
    with open_engine(invocation) as engine:
        first = True
        while True:
            rows = _rows(engine, options, first=first)
            if not options.no_stream and not options.no_reset and sys.stdout.isatty():
                sys.stdout.write(_CLEAR)
            _print(rows, options)
            sys.stdout.flush()
            if options.no_stream:
                return 0
            first = False
            time.sleep(options.interval)


def _print(rows: list[Row], options: Options) -> None:
    print_formatted(
        rows, options, fields=_FIELDS, columns=_COLUMNS, as_json=lambda: [_as_json(row) for row in rows], name="stats"
    )


def _rows(engine: Engine, options: Options, *, first: bool) -> list[Row]:
    pictures = engine.containers()
    if options.containers:
        wanted = [engine.lookup(name).id for name in options.containers]
        by_id = {picture.id: picture for picture in pictures}
        pictures = [by_id[container_id] for container_id in wanted if container_id in by_id]
    elif options.latest:
        pictures = pictures[-1:]
    elif not options.all:
        pictures = [picture for picture in pictures if picture.status in (Status.RUNNING, Status.PAUSED)]
    samples = engine.samples([picture.id for picture in pictures])
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return [
        Row(
            picture,
            sample := samples.get(picture.id, _NOTHING),
            picture.id if options.no_trunc else picture.id[:12],
            0 if sample is _NOTHING else sample.memory_limit or machine,
            first,
        )
        for picture in pictures
    ]


def _network(sample: ResourceSample) -> str:
    """As podman has it where nothing can be told."""
    return "-- / --" if sample.network_shared else _both(sample.network_received, sample.network_sent)


def _both(one: int, other: int) -> str:
    return f"{human_size(one)} / {human_size(other)}"


def _as_json(row: Row) -> dict[str, str]:
    return {key: str(_FIELDS[field][1](row)) for key, field in _JSON.items()}

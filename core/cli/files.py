"""mount umount export."""

from __future__ import annotations

import sys
from pathlib import Path

from core.cli.command import add_selection, command_parser, each, open_engine, selected
from core.cli.main import Invocation
from core.cli.output import print_json
from core.cli.parser import CommandParser
from core.container import Container
from core.errors import InvalidArgument
from core.model.state import Status


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    return {"mount": _mount, "umount": _unmount, "export": _export}[invocation.command](invocation, parser)


def _mount(invocation: Invocation, parser: CommandParser) -> int:
    add_selection(parser, "mount")
    parser.add_argument("--format", choices=("json",), default=None)
    parser.add_argument("--no-trunc", "--notruncate", action="store_true", help="ids at full length in the list")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        if options.containers or options.all or options.latest or options.filter or options.cidfile:
            return each(engine, selected(engine, options), Container.mount)
        mounted = [picture for picture in engine.containers() if picture.mount_point]
    if options.format == "json":
        print_json([{"id": p.id, "Names": [p.name], "mountpoint": p.mount_point} for p in mounted])
    else:
        for picture in mounted:
            print(f"{picture.id if options.no_trunc else picture.id[:12]}  {picture.mount_point}")
    return 0


def _unmount(invocation: Invocation, parser: CommandParser) -> int:
    add_selection(parser, "unmount")
    parser.add_argument("--force", "-f", action="store_true", help="also during an export")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        names = selected(
            engine, options, lambda p: bool(p.mount_point) and p.status not in (Status.RUNNING, Status.PAUSED)
        )
        return each(engine, names, lambda container: _unmount_one(container, options.force))


def _unmount_one(container: Container, force: bool) -> None:
    container.unmount(force)


def _export(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--output", "-o", type=Path, default=None, help="the file; standard output otherwise")
    parser.add_argument("--compression", choices=("none", "gzip", "zstd"), default="none")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    parser.add_argument("container", metavar="CONTAINER")
    options = parser.parse_args(invocation.arguments)
    if options.output is None and sys.stdout.isatty():
        raise InvalidArgument("refusing to export to a terminal", hint="use --output FILE or a redirection")
    with open_engine(invocation) as engine:
        destination = 1 if options.output is None else options.output.absolute()
        engine.lookup(options.container).export(
            destination, compression=options.compression, overwrite=options.overwrite
        )
    return 0

"""port: which ports of the host lead to a container."""

from __future__ import annotations

import sys

from core.cli.command import command_parser, open_engine
from core.cli.main import Invocation
from core.errors import InvalidArgument
from core.model.network import PortMapping
from core.model.snapshot import ContainerSnapshot


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    add = parser.add_argument
    add("--all", "-a", action="store_true", help="of all containers that have a process")
    add("--latest", "-l", action="store_true", help="of the one created last")
    add("container", nargs="?", default="", metavar="CONTAINER")
    add("port", nargs="?", default="", metavar="PORT[/PROTOCOL]", help="where this one leads from")
    options = parser.parse_args(invocation.arguments)
    if not (options.all or options.latest or options.container):
        raise InvalidArgument("you must supply a running container name or id", hint="or use --all or --latest")
    if (options.all and (options.container or options.latest)) or (options.latest and options.port):
        raise InvalidArgument(
            "--all and --latest can not be used together with a container", hint="leave all but one of them out"
        )
    # With --latest the only word is the port.
    wanted = options.container if options.latest else options.port
    with open_engine(invocation) as engine:
        if options.all or options.latest:
            pictures = engine.containers()
            chosen = pictures[-1:] if options.latest else [picture for picture in pictures if picture.ports]
        else:
            chosen = [engine.lookup(options.container).refresh()]
    for picture in chosen:
        _show(picture, wanted, with_id=options.all)
    return 0


def _show(picture: ContainerSnapshot, wanted: str, *, with_id: bool) -> None:
    rows = [row for mapping in picture.ports for row in _rows(mapping)]
    if wanted:
        full = wanted if "/" in wanted else f"{wanted}/tcp"
        rows = [row for row in rows if row[0] == full]
        if not rows:
            raise InvalidArgument(f'failed to find published port "{wanted}"', hint=f"see: wharf port {picture.name}")
        sys.stdout.write("".join(f"{place}\n" for _, place in rows))
        return
    lead = f"{picture.id[:12]}\t" if with_id else ""
    sys.stdout.write("".join(f"{lead}{port} -> {place}\n" for port, place in rows))


def _rows(mapping: PortMapping) -> list[tuple[str, str]]:
    ip = mapping.host_ip or "0.0.0.0"
    return [
        (f"{mapping.container_port + step}/{mapping.protocol}", f"{ip}:{mapping.host_port + step}")
        for step in range(mapping.length)
    ]

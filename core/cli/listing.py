"""inspect logs top."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from core.cli.command import command_parser, open_engine
from core.cli.formatting import add_format, filled_objects, wants_json
from core.cli.main import Invocation, report
from core.cli.moments import moment
from core.cli.output import print_json, print_table
from core.cli.parser import REST, CommandParser, Options
from core.cli.sessions import named_or_latest
from core.container import Container
from core.engine import Engine
from core.errors import EngineError, InvalidArgument, NotFound, StateForbids
from core.model.options import ExecOptions
from core.model.state import Status

if TYPE_CHECKING:
    from core.foreign import ForeignHandle

_FIRST_COLOUR, _COLOURS = 31, 6
"""Of a terminal: red, and how many follow (ECMA-48, SGR)."""


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    return {
        "container inspect": _inspect,
        "image inspect": _inspect,
        "inspect": _inspect,
        "logs": _logs,
        "top": _top,
    }[invocation.command](invocation, parser)


def _inspect(invocation: Invocation, parser: CommandParser) -> int:
    kind = invocation.command.removesuffix("inspect").strip()
    parser.add_argument("names", nargs="*", metavar="IMAGE" if kind == "image" else "CONTAINER")
    if kind != "image":
        parser.add_argument("--latest", "-l", action="store_true", help="the container created last")
        parser.add_argument("--size", "-s", action="store_true", help="with the sizes of containers")
    if not kind:
        kinds = ("all", "container", "image", "volume", "pod")
        parser.add_argument("--type", "-t", choices=kinds, default="all", help="what is looked for")
    add_format(parser, short="-f", no_heading=())
    options = parser.parse_args(invocation.arguments)
    sizes = kind != "image" and options.size
    found: list[dict[str, object]] = []
    code = 0
    with open_engine(invocation) as engine:
        names = options.names
        if kind != "image" and options.latest:
            names = [named_or_latest(engine, names[0] if names else None, latest=True)]
        if not names:
            raise InvalidArgument("no names or ids specified", hint="" if kind == "image" else "or use --latest")
        for name in names:
            try:
                found.append(_inspect_one(engine, name, kind or options.type, sizes=sizes))
            except EngineError as error:
                code = report(error)
    if options.format and not wants_json(options) and found:
        sys.stdout.write(filled_objects(found, options.format, name="inspect"))
    else:
        print_json(found)
    return code


def _inspect_one(engine: Engine, name: str, kind: str, *, sizes: bool) -> dict[str, object]:
    if kind == "container":
        return _inspect_container(engine.lookup(name), sizes=sizes)
    if kind == "image":
        return engine.images.inspect(name)
    if kind == "volume":
        return _inspect_volume(engine, name)
    if kind == "pod":
        return engine.pods.inspect(name)
    container = engine.find(name)
    if container is not None:
        return _inspect_container(container, sizes=sizes)
    with contextlib.suppress(NotFound):
        return engine.images.inspect(name)
    with contextlib.suppress(NotFound):
        return _inspect_volume(engine, name)
    try:
        return engine.pods.inspect(name)
    except NotFound as error:
        raise NotFound(f'no such object: "{name}"', hint="see wharf ps --all and wharf images") from error


def _inspect_container(container: Container, *, sizes: bool) -> dict[str, object]:
    found = container.inspect()
    if sizes:
        measured = container.sizes()
        found |= {"SizeRw": measured.written, "SizeRootFs": measured.image}
    return found


def _inspect_volume(engine: Engine, name: str) -> dict[str, object]:
    from core.cli.volumes import as_json

    return as_json(engine.volumes.find(name))


def _logs(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("containers", nargs="*", metavar="CONTAINER")
    parser.add_argument("--latest", "-l", action="store_true", help="of the one created last")
    add_log_options(parser)
    options = read_log_moments(parser.parse_args(invocation.arguments))
    with open_engine(invocation) as engine:
        names = options.containers
        if options.latest or not names:
            names = [named_or_latest(engine, names[0] if names else None, latest=options.latest)]
        containers = [engine.lookup(name) for name in names]
        prefixes = [_coloured(one.name, place) if options.color else "" for place, one in enumerate(containers)]
        if len(containers) > 1 and not (options.color or options.names):
            # As in podman: whose line it is has to be told.
            prefixes = [f"{one.id[:12]} " for one in containers]
        if options.follow and len(containers) > 1:
            _follow(containers, options, prefixes)
        else:
            for container, prefix in zip(containers, prefixes, strict=True):
                print_log(container, options, prefix)
    return 0


def _follow(containers: Sequence[Container], options: Options, prefixes: Sequence[str]) -> None:
    """Print several logs at once, until all of them have ended."""
    threads = [
        threading.Thread(target=print_log, args=(container, options, prefix), name=f"log-{container.name}", daemon=True)
        for container, prefix in zip(containers, prefixes, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _coloured(name: str, place: int) -> str:
    """The name in one of six colours, for a terminal."""
    return f"\x1b[{_FIRST_COLOUR + place % _COLOURS}m{name}\x1b[0m "


def add_log_options(parser: CommandParser) -> None:
    """What of a log is shown, and how."""
    add = parser.add_argument
    add("--follow", "-f", action="store_true", help="go on with what comes")
    add("--tail", type=int, default=-1, help="the last N lines alone; -1 for all")
    add("--since", default=None, metavar="TIME", help="from a time (RFC 3339), or a span ago (10m), on")
    add("--until", default=None, metavar="TIME", help="up to a time, or a span ago")
    add("--timestamps", "-t", action="store_true", help="the time before each line")
    add("--names", "-n", action="store_true", help="the container's name before each line")
    add("--color", action="store_true", help="the name of each container in a colour of its own, before each line")


def read_log_moments(options: Options) -> Options:
    """Have --since and --until as Unix seconds. Raises `InvalidArgument`."""
    options.since = None if options.since is None else moment(options.since)
    options.until = None if options.until is None else moment(options.until)
    return options


def print_log(container: Container | ForeignHandle, options: Options, prefix: str = "") -> None:
    """Print a log by the options of `add_log_options`, `prefix` before each line in place of the name."""
    tail = None if options.tail < 0 else options.tail
    prefix = prefix or (f"{container.name} " if options.names else "")
    begins = True
    for line in container.logs(tail=tail, since=options.since, follow=options.follow):
        if options.until is not None and line.time > options.until:
            break
        output = sys.stderr.buffer if line.stream == "stderr" else sys.stdout.buffer
        before = prefix.encode() + (_timestamp(line.time) if options.timestamps else b"") if begins else b""
        # At one stroke: others may be printing, too.
        output.write(before + (line.data if line.partial else line.data + b"\n"))
        output.flush()
        begins = not line.partial


def _timestamp(seconds: float) -> bytes:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="microseconds").encode() + b" "


def _top(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--latest", "-l", action="store_true", help="of the container created last")
    parser.add_argument("words", nargs=REST, metavar="CONTAINER [DESCRIPTOR ...]", help="pid, user, capeff …; or as ps")
    options = parser.parse_args(invocation.arguments)
    words = options.words
    with open_engine(invocation) as engine:
        name = "" if options.latest or not words else words.pop(0)
        container = engine.lookup(named_or_latest(engine, name, latest=options.latest))
        if container.refresh().status is Status.PAUSED:
            # As podman; the screen shows them all the same.
            raise StateForbids(
                "top can only be used on running containers", hint="unpause it first", container_id=container.id
            )
        from core.operations.top import known_columns

        if known_columns(words) is None:
            return _ps_inside(container, words)
        table = container.processes(words)
    print_table(table.headings, table.rows)
    return 0


def _ps_inside(container: Container, words: Sequence[str]) -> int:
    """What is no descriptor is meant for ps(1), which the container must have: as podman does."""
    finished = container.run_exec(ExecOptions(args=("ps", *words)), timeout=None)
    sys.stdout.write(finished.stdout.decode(errors="replace"))
    sys.stderr.write(finished.stderr.decode(errors="replace"))
    return finished.returncode

"""foreign: the containers of other engines, and the few verbs that are safe for them."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from core.cli.command import command_parser, open_engine
from core.cli.environment import add_environment, environment
from core.cli.formatting import add_format, print_formatted
from core.cli.main import Invocation, report
from core.cli.output import ago, go_time, print_json, print_table, size
from core.cli.parser import REST, CommandParser, Options
from core.cli.ps import ended_text
from core.console.detach import parse_detach_keys
from core.errors import EngineError, InvalidArgument
from core.host.terminal import terminal_size
from core.model.foreign import ForeignContainer
from core.model.options import ExecOptions
from core.model.state import Status

if TYPE_CHECKING:
    from core.engine import Engine
    from core.foreign import ForeignHandle
    from core.model.snapshot import ResourceSample

_COLUMNS: Final = ("ID", "Image", "Command", "CreatedHuman", "Status", "Engine", "Names")
_STATS_HEADER: Final = ("ENGINE", "NAME", "CPU %", "MEM USAGE", "MEM LIMIT", "NET IO", "BLOCK IO", "PIDS")
_COMMAND_WIDTH: Final = 20
_ID_WIDTH: Final = 12
_WORDS: Final = {
    "attach": "attach to the console of a container whose monitor is conmon",
    "exec": "run a command in a running container, by its own runtime",
    "inspect": "show all that is known of containers",
    "kill": "send a signal to containers",
    "logs": "show what a container has printed",
    "ls": "list the containers of other engines",
    "pause": "pause all processes of containers; their own engine may not show it",
    "stats": "show what containers use",
    "unpause": "let paused containers go on",
}


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    explanation = "; ".join(f"{name}: {line}" for name, line in _WORDS.items())
    parser.add_argument("command", nargs="?", choices=tuple(_WORDS), default="ls", help=explanation)
    parser.add_argument("arguments", nargs=REST, metavar="ARGUMENT ...")
    word = next(iter(invocation.arguments), "")
    if word.isalpha() and word not in _WORDS:
        raise InvalidArgument(
            f"wharf foreign has no {word}: containers of other engines are theirs to start, stop and remove",
            hint=f"behind foreign: {', '.join(_WORDS)}; for all else use their own command",
        )
    options = parser.parse_args(invocation.arguments)
    word, rest = options.command, options.arguments
    inner = invocation.instead(f"foreign {word}", rest)
    parser = command_parser(inner, _WORDS[word])
    return {
        "attach": _attach,
        "exec": _exec,
        "inspect": _inspect,
        "kill": _kill,
        "logs": _logs,
        "ls": _list,
        "pause": _pause,
        "stats": _stats,
        "unpause": _unpause,
    }[word](inner, parser)


def _list(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add("--all", "-a", action="store_true", help="those that do not run, too")
    add("--quiet", "-q", action="store_true", help="ids alone")
    add("--no-trunc", "--notruncate", action="store_true", help="ids and commands at full length")
    add_format(parser)
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        print_foreign(engine.foreign.containers(), options)
    return 0


def print_foreign(pictures: Sequence[ForeignContainer], options: Options) -> None:
    """Print a list by the options of `ls`: all, quiet, no_trunc, noheading, format."""
    shown = [picture for picture in pictures if options.all or picture.status not in (Status.EXITED, Status.CONFIGURED)]
    print_formatted(
        shown, options, fields=_fields(whole=options.no_trunc), columns=_COLUMNS, as_json=lambda: shown, name="ps"
    )


def _fields(*, whole: bool) -> Mapping[str, tuple[str, Callable[[ForeignContainer], object]]]:
    """What a template may show, under podman's names as far as it has them."""
    return {
        "ID": ("CONTAINER ID", lambda p: p.id if whole else p.id[:_ID_WIDTH]),
        "Names": ("NAMES", lambda p: p.name),
        "Image": ("IMAGE", lambda p: p.image),
        "Command": ("COMMAND", lambda p: _command(p, whole)),
        "Created": ("CREATED", lambda p: go_time(p.created_at)),
        "CreatedHuman": ("CREATED", lambda p: ago(p.created_at)),
        "State": ("STATE", lambda p: str(p.status)),
        "Status": ("STATUS", _status),
        "ExitCode": ("EXIT CODE", lambda p: "" if p.exit_code is None else p.exit_code),
        "Labels": ("LABELS", lambda p: p.labels),
        "Label": ("", lambda p: lambda name: p.labels.get(name, "")),
        "Pid": ("PID", lambda p: p.pid),
        "Engine": ("ENGINE", _engine),
        "Owner": ("OWNER", lambda p: p.owner),
        "Runtime": ("RUNTIME", lambda p: p.runtime),
        "RuntimeRoot": ("RUNTIME ROOT", lambda p: p.runtime_root),
    }


def _status(picture: ForeignContainer) -> str:
    if picture.exit_code is None:
        return str(picture.status).capitalize()
    return ended_text(picture.exit_code, picture.finished_at)


def _command(picture: ForeignContainer, whole: bool) -> str:
    command = " ".join(picture.command)
    return command if whole or len(command) <= _COMMAND_WIDTH else f"{command[:_COMMAND_WIDTH]}..."


def _engine(picture: ForeignContainer) -> str:
    """The engine, with containerd's namespace, and whose it is where it is not root's."""
    engine = str(picture.keeper) + (f"/{picture.namespace}" if picture.namespace else "")
    return engine if picture.owner in ("", "root") else f"{engine} ({picture.owner})"


def _inspect(invocation: Invocation, parser: CommandParser) -> int:
    names = _names(invocation, parser)
    with open_engine(invocation) as engine:
        print_json([engine.foreign.lookup(name).picture for name in names])
    return 0


def _pause(invocation: Invocation, parser: CommandParser) -> int:
    return _each(invocation, _names(invocation, parser), lambda handle: handle.pause())


def _unpause(invocation: Invocation, parser: CommandParser) -> int:
    return _each(invocation, _names(invocation, parser), lambda handle: handle.unpause())


def _kill(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--signal", "-s", default="KILL", help="signal by name or number")
    parser.add_argument("containers", nargs="+", metavar="CONTAINER")
    options = parser.parse_args(invocation.arguments)
    return _each(invocation, options.containers, lambda handle: handle.kill(options.signal))


def _names(invocation: Invocation, parser: CommandParser) -> list[str]:
    parser.add_argument("containers", nargs="+", metavar="CONTAINER", help="a name, id, prefix of it, or ENGINE:NAME")
    names: list[str] = parser.parse_args(invocation.arguments).containers
    return names


def _each(invocation: Invocation, names: Sequence[str], act: Callable[[ForeignHandle], None]) -> int:
    """Act on each and print what was typed; an error does not keep the others from it."""
    code = 0
    with open_engine(invocation) as engine:
        for name in names:
            try:
                act(engine.foreign.lookup(name))
                print(name)
            except EngineError as error:
                code = report(error)
    return code


def _logs(invocation: Invocation, parser: CommandParser) -> int:
    from core.cli.listing import add_log_options, print_log, read_log_moments

    parser.add_argument("container", metavar="CONTAINER")
    add_log_options(parser)
    options = read_log_moments(parser.parse_args(invocation.arguments))
    with open_engine(invocation) as engine:
        print_log(engine.foreign.lookup(options.container), options)
    return 0


def _attach(invocation: Invocation, parser: CommandParser) -> int:
    from core.console.session import run_session

    parser.add_argument("--detach-keys", default=None, help="keys that leave the console")
    parser.add_argument("--no-stdin", action="store_true", help="watch alone, type nothing")
    parser.add_argument("container", metavar="CONTAINER")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        keys = _detach_keys(engine, options.detach_keys)
        handle = engine.foreign.lookup(options.container)
        terminal = handle.picture.terminal
        typing = handle.picture.stdin_open and not options.no_stdin
        with contextlib.closing(handle.attach()) as console:
            run_session(
                console,
                input_fd=0 if typing else None,
                detach_keys=keys if terminal else b"",
                resize=handle.resize if terminal else None,
            )
    return 0


def _exec(invocation: Invocation, parser: CommandParser) -> int:
    from core.cli.executing import carry_out

    add = parser.add_argument
    add("--tty", "-t", action="store_true", help="give it a terminal")
    add("--interactive", "-i", action="store_true", help="pass standard input on")
    add_environment(parser)
    add("--workdir", "-w", default=None, help="the working directory")
    add("--user", "-u", default=None, metavar="USER[:GROUP]", help="who runs it")
    add("--detach", "-d", action="store_true", help="run it in the background")
    add("--detach-keys", default=None, help="keys that leave its terminal, and end it")
    add("container", metavar="CONTAINER")
    add("words", nargs=REST, metavar="COMMAND [ARGUMENT ...]")
    options = parser.parse_args(invocation.arguments)
    columns, rows = terminal_size(0 if options.interactive else 1)
    request = ExecOptions(
        args=tuple(options.words),
        terminal=options.tty,
        stdin_open=options.interactive,
        env=environment(options),
        workdir=options.workdir,
        user=options.user,
        columns=columns,
        rows=rows,
    )
    with open_engine(invocation) as engine:
        keys = _detach_keys(engine, options.detach_keys)
        handle = engine.foreign.lookup(options.container)
        if options.detach:
            handle.run_exec(request, detach=True, timeout=engine.settings.operation_timeout)
            return 0
        with handle.exec(request) as session:
            return carry_out(session, keys, terminal=options.tty, interactive=options.interactive)


def _stats(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add("--no-stream", action="store_true", help="one table, and end")
    add("--interval", "-i", type=float, default=1.0, metavar="SECONDS", help="between two tables")
    add("containers", nargs="*", metavar="CONTAINER")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        pictures = [engine.foreign.lookup(name).picture for name in options.containers]
        engine.foreign.samples([picture.key for picture in pictures or engine.foreign.containers()])
        while True:
            time.sleep(max(0.1, options.interval))
            chosen = pictures or [picture for picture in engine.foreign.containers() if picture.pid]
            samples = engine.foreign.samples([picture.key for picture in chosen])
            rows = [_stats_row(picture, samples[picture.key]) for picture in chosen if picture.key in samples]
            print_table(_STATS_HEADER, rows)
            sys.stdout.flush()
            if options.no_stream:
                return 0


def _stats_row(picture: ForeignContainer, sample: ResourceSample) -> tuple[str, ...]:
    return (
        str(picture.keeper),
        picture.name,
        f"{sample.cpu_percent:.2f}%",
        size(sample.memory),
        size(sample.memory_limit) if sample.memory_limit else "none",
        f"{size(sample.network_received)} / {size(sample.network_sent)}",
        f"{size(sample.block_read)} / {size(sample.block_written)}",
        str(sample.pids),
    )


def _detach_keys(engine: Engine, keys: str | None) -> bytes:
    return parse_detach_keys(engine.settings.detach_keys if keys is None else keys)

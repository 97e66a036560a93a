"""attach and exec, and the attached half of run and start."""

from __future__ import annotations

import argparse
import contextlib
import sys

from core.cli.command import command_parser, open_engine
from core.cli.main import COMMANDS, Invocation
from core.console.detach import parse_detach_keys
from core.console.session import run_session
from core.container import Container
from core.engine import Engine
from core.errors import EngineError, InvalidArgument, NoSuchContainer, StateForbids
from core.host.processes import spawn
from core.host.pty import PtyProcess
from core.host.terminal import terminal_size
from core.model.options import ExecOptions
from core.model.state import Status

_SIGNAL_BASE = 128


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation, COMMANDS[invocation.command][1])
    return {"attach": _attach, "exec": _exec}[invocation.command](invocation, parser)


def _attach(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    parser.add_argument("--detach-keys", default=None, help="keys that leave the console")
    parser.add_argument("--no-stdin", action="store_true", help="watch alone, type nothing")
    parser.add_argument("--latest", "-l", action="store_true", help="the one created last")
    parser.add_argument("container", nargs="?", metavar="CONTAINER")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        keys = _detach_keys(engine, options.detach_keys)
        container = engine.lookup(_name(engine, options))
        with contextlib.closing(container.attach(options.detach_keys)) as console:
            end = run_session(
                console,
                input_fd=None if options.no_stdin else 0,
                detach_keys=keys,
                resize=container.resize if container.config.process.terminal else None,
            )
        return 0 if end.detached else _exit_status(container)


def _name(engine: Engine, options: argparse.Namespace) -> str:
    if options.latest:
        pictures = engine.containers()
        if pictures:
            return pictures[-1].id
    if not options.container:
        raise InvalidArgument("you must provide a container's name or id")
    return str(options.container)


def _detach_keys(engine: Engine, keys: str | None) -> bytes:
    return parse_detach_keys(engine.settings.detach_keys if keys is None else keys)


def _exit_status(container: Container) -> int:
    code = container.wait()
    return code if code >= 0 else 1


def run_attached(engine: Engine, container: Container, interactive: bool, detach_keys: str | None) -> int:
    """Start a new container with its console here; its exit code, 0 after the detach keys."""
    try:
        return start_attached(engine, container, interactive, detach_keys)
    except EngineError:
        if container.config.auto_remove:
            with contextlib.suppress(NoSuchContainer):
                container.remove(force=True)
        raise


def start_attached(engine: Engine, container: Container, interactive: bool, detach_keys: str | None) -> int:
    """Start a container with its console here, joined before the start so that nothing is lost; its exit code."""
    keys = _detach_keys(engine, detach_keys)
    config = container.config
    if container.refresh().status in (Status.CONFIGURED, Status.EXITED):
        container.init()
    with contextlib.closing(container.attach(detach_keys)) as console:
        end = run_session(
            console,
            input_fd=0 if interactive else None,
            detach_keys=keys if config.process.terminal else b"",
            resize=container.resize if config.process.terminal else None,
            on_ready=lambda: _start_created(container),
        )
    if end.detached:
        return 0
    code = _exit_status(container)
    # conmon does the same; whoever comes first. With --rm the container is gone when the command returns.
    with contextlib.suppress(NoSuchContainer, StateForbids):
        container.cleanup()
    return code


def _start_created(container: Container) -> None:
    if container.snapshot().status is Status.CREATED:
        container.start()


def _exec(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    parser.add_argument("--tty", "-t", action="store_true", help="give it a terminal")
    parser.add_argument("--interactive", "-i", action="store_true", help="pass standard input on")
    parser.add_argument("--env", "-e", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--workdir", "-w", default=None)
    parser.add_argument("--user", "-u", default=None, metavar="USER[:GROUP]")
    parser.add_argument("--privileged", action="store_true")
    parser.add_argument("--detach", "-d", action="store_true", help="run it in the background")
    parser.add_argument("--detach-keys", default=None, help="keys that leave it")
    parser.add_argument("container", metavar="CONTAINER")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND")
    options = parser.parse_args(invocation.arguments)
    columns, rows = terminal_size(0)
    request = ExecOptions(
        args=tuple(options.command),
        terminal=options.tty,
        stdin_open=options.interactive,
        env=tuple(options.env),
        workdir=options.workdir,
        user=options.user,
        privileged=options.privileged,
        columns=columns,
        rows=rows,
    )
    with open_engine(invocation) as engine:
        keys = _detach_keys(engine, options.detach_keys)
        container = engine.lookup(options.container)
        if options.detach:
            container.run_exec_detached(request)
            return 0
        with container.exec(request) as session:
            if options.tty:
                code = _on_terminal(session.argv, keys, interactive=options.interactive)
            else:
                code = _with_own_streams(session.argv, interactive=options.interactive)
            error = session.log_error() if code else None
    if error is not None:
        raise error
    return code


def _on_terminal(argv: tuple[str, ...], keys: bytes, *, interactive: bool) -> int:
    process = PtyProcess.spawn(argv, *terminal_size(0))
    try:
        end = run_session(process, input_fd=0 if interactive else None, detach_keys=keys, resize=process.resize)
        if end.detached:
            return 0
        return process.wait()
    finally:
        process.terminate()


def _with_own_streams(argv: tuple[str, ...], *, interactive: bool) -> int:
    sys.stdout.flush()
    process = spawn(argv, stdin=0 if interactive else None, stdout=1, stderr=2, new_session=False)
    code = process.wait()
    return _SIGNAL_BASE - code if code < 0 else code

"""attach, and the attached half of run and start."""

from __future__ import annotations

import contextlib
import os

from core.cli.command import command_parser, open_engine
from core.cli.descriptors import STREAMS
from core.cli.main import Invocation
from core.cli.parser import add_boolean
from core.cli.signal_proxy import signals_passed_on
from core.console.detach import parse_detach_keys
from core.container import Container
from core.engine import Engine
from core.errors import EngineError, InvalidArgument, NoSuchContainer, StateForbids
from core.host.terminal import terminal_size
from core.model.log_target import LogDriver
from core.model.state import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.console.session import SessionEnd

UNKNOWN_EXIT = 255
"""Our exit code where the container's could not be learnt, or --timeout ended it: as podman's."""


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    parser.add_argument("--detach-keys", default=None, help="keys that leave the console")
    parser.add_argument("--no-stdin", action="store_true", help="watch alone, type nothing")
    parser.add_argument("--latest", "-l", action="store_true", help="the one created last")
    add_boolean(parser, "--sig-proxy", default=True, explanation="pass signals on to the container")
    parser.add_argument("container", nargs="?", metavar="CONTAINER")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        keys = detach_bytes(engine, options.detach_keys)
        container = engine.lookup(named_or_latest(engine, options.container, latest=options.latest))
        streams = frozenset(("stdout", "stderr") if options.no_stdin else STREAMS)
        end = _joined(container, keys, streams=streams, signals=options.sig_proxy, starting=False)
        return 0 if end.detached else _exit_status(container)


def named_or_latest(engine: Engine, name: str | None, *, latest: bool) -> str:
    """The one container that is meant. Raises `InvalidArgument` for none, or for both a name and --latest."""
    if latest:
        if name:
            raise InvalidArgument("--latest and a name can not be used together", hint="leave one of them out")
        pictures = engine.containers()
        if not pictures:
            raise NoSuchContainer("no containers to act on: none exists")
        return pictures[-1].id
    if not name:
        raise InvalidArgument("you must provide a container's name or id", hint="or use --latest")
    return name


def detach_bytes(engine: Engine, keys: str | None) -> bytes:
    """The detach keys as typed, those of the settings where none are given. Raises `InvalidArgument`."""
    return parse_detach_keys(engine.settings.detach_keys if keys is None else keys)


def run_attached(
    engine: Engine,
    container: Container,
    *,
    streams: frozenset[str],
    detach_keys: str | None,
    signals: bool,
    descriptors: int = 0,
) -> int:
    """Start a new container with its console here; its exit code, 0 after the detach keys.

    `streams`: which of stdin, stdout and stderr are joined. `descriptors`: further ones that it gets, from 3 on.
    """
    try:
        if descriptors:
            container.init(descriptors)
        if not {"stdout", "stderr"} & streams:
            print(container.id, flush=True)
        return start_attached(engine, container, streams=streams, detach_keys=detach_keys, signals=signals)
    except EngineError:
        if container_is_to_go(container):
            with contextlib.suppress(NoSuchContainer):
                container.remove(force=True)
        raise


def container_is_to_go(container: Container) -> bool:
    """Whether it was made with --rm and is still there."""
    with contextlib.suppress(NoSuchContainer):
        return container.config.auto_remove
    return False


def start_attached(
    engine: Engine, container: Container, *, streams: frozenset[str], detach_keys: str | None, signals: bool
) -> int:
    """Start a container with its console here, joined before the start so that nothing is lost; its exit code.

    One that runs already is joined. Raises what `Container.init`, `attach` and `start` raise.
    """
    keys = detach_bytes(engine, detach_keys)
    if container.refresh().status in (Status.CONFIGURED, Status.EXITED):
        container.init()
    if container.config.log.driver is LogDriver.PASSTHROUGH:
        with signals_passed_on(container.kill) if signals else contextlib.nullcontext():
            container.ensure_running()
            container.wait()
    elif _joined(container, keys, streams=streams, signals=signals, starting=True).detached:
        return 0
    code = _exit_status(container)
    # conmon does the same; whoever comes first. With --rm the container is gone when the command returns.
    with contextlib.suppress(NoSuchContainer, StateForbids):
        container.cleanup()
    return code


def _joined(container: Container, keys: bytes, *, streams: frozenset[str], signals: bool, starting: bool) -> SessionEnd:
    """Join the console until it ends or is left. Signals are passed on where there is no terminal to type them in."""
    from core.console.session import run_session

    terminal = container.config.process.terminal
    typing = "stdin" in streams

    def begin() -> None:
        if terminal and not typing and os.isatty(1):
            container.resize(*terminal_size(1))
        if starting and container.snapshot().status is Status.CREATED:
            container.start()

    with contextlib.ExitStack() as stack:
        # Without a terminal the input may be any bytes: none of them are keys.
        console = stack.enter_context(contextlib.closing(container.attach()))
        if signals and not terminal:
            stack.enter_context(signals_passed_on(container.kill))
        return run_session(
            console,
            input_fd=0 if typing else None,
            output_fd=1 if "stdout" in streams else None,
            error_fd=2 if "stderr" in streams else None,
            detach_keys=keys if terminal else b"",
            resize=container.resize if terminal else None,
            on_ready=begin,
        )


def _exit_status(container: Container) -> int:
    code = container.wait()
    return code if code >= 0 else UNKNOWN_EXIT

"""exec: a further process in a running container, with its streams here."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Final

from core.cli.command import command_parser, open_engine
from core.cli.descriptors import count, require_inherited
from core.cli.environment import add_environment, environment
from core.cli.main import Invocation
from core.cli.parser import REST, CommandParser, Options
from core.cli.sessions import detach_bytes, named_or_latest
from core.errors import EngineError, InvalidArgument, StateForbids
from core.host.processes import spawn
from core.host.terminal import terminal_size
from core.model.options import ExecOptions

if TYPE_CHECKING:
    from core.operations.exec import ExecSession

_SIGNAL_BASE: Final = 128
_NOT_EXECUTED: Final = 255
"""Where the container is known, and nothing could be begun in it: as podman's."""
_REFUSAL: Final = b"exec failed: "
"""How the runtime's own complaint begins. It is in its log, too, which is where we tell it from."""


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    options = _parse(parser, invocation)
    require_inherited(options.preserve_fds)
    with open_engine(invocation) as engine:
        keys = detach_bytes(engine, options.detach_keys)
        container = engine.lookup(named_or_latest(engine, options.container, latest=options.latest))
        request = _request(options)
        try:
            if options.detach:
                container.run_exec_detached(request)
                return 0
            prepared = container.exec(request)
        except (InvalidArgument, StateForbids) as error:
            error.exit_code = _NOT_EXECUTED
            raise
        with prepared as session:
            return carry_out(session, keys, terminal=options.tty, interactive=options.interactive)


def carry_out(session: ExecSession, keys: bytes, *, terminal: bool, interactive: bool) -> int:
    """Run a prepared exec with its streams here; its exit code. Raises why the runtime could not run it."""
    if terminal:
        return _on_terminal(session, keys, interactive=interactive)
    return _with_own_streams(session, interactive=interactive)


def _parse(parser: CommandParser, invocation: Invocation) -> Options:
    add = parser.add_argument
    add("--tty", "-t", action="store_true", help="give it a terminal")
    add("--interactive", "-i", action="store_true", help="pass standard input on")
    add_environment(parser)
    add("--workdir", "-w", default=None, help="the working directory")
    add("--user", "-u", default=None, metavar="USER[:GROUP]", help="who runs it")
    add("--privileged", action="store_true", help="with all capabilities")
    add("--detach", "-d", action="store_true", help="run it in the background")
    add("--detach-keys", default=None, help="keys that leave its terminal, and end it")
    add("--preserve-fds", type=count, default=0, metavar="N", help="descriptors from 3 on that it gets")
    add("--latest", "-l", action="store_true", help="in the container created last")
    add("words", nargs=REST, metavar="CONTAINER COMMAND [ARGUMENT ...]")
    options = parser.parse_args(invocation.arguments)
    words = options.words[1:] if options.words[:1] == ["--"] else options.words
    options.container = None if options.latest or not words else words[0]
    options.command = words if options.latest else words[1:]
    if not options.command and (options.latest or options.container):
        error = InvalidArgument(
            "must provide a non-empty command to start an exec session: invalid argument",
            hint="wharf exec CONTAINER COMMAND",
        )
        error.exit_code = _NOT_EXECUTED
        raise error
    return options


def _request(options: Options) -> ExecOptions:
    columns, rows = terminal_size(0 if options.interactive else 1)
    return ExecOptions(
        args=tuple(options.command),
        terminal=options.tty,
        stdin_open=options.interactive,
        env=environment(options),
        workdir=options.workdir,
        user=options.user,
        privileged=options.privileged,
        columns=columns,
        rows=rows,
        descriptors=options.preserve_fds,
    )


def _on_terminal(session: ExecSession, keys: bytes, *, interactive: bool) -> int:
    from core.console.session import run_session
    from core.host.pty import PtyProcess

    size = terminal_size(0 if interactive else 1)
    process = PtyProcess.spawn(session.argv, *size, pass_fds=session.descriptors)
    try:
        end = run_session(process, input_fd=0 if interactive else None, detach_keys=keys, resize=process.resize)
        if end.detached:
            return 0
        return _told(session, process.wait())
    finally:
        process.terminate()


def _with_own_streams(session: ExecSession, *, interactive: bool) -> int:
    reader, writer = os.pipe2(os.O_CLOEXEC)
    try:
        try:
            process = spawn(
                session.argv,
                stdin=0 if interactive else None,
                stdout=1,
                stderr=writer,
                pass_fds=session.descriptors,
                new_session=False,
            )
        finally:
            os.close(writer)
        relay = StderrRelay(reader)
        relay.start()
        with _signals_left_to(process.pid):
            code = process.wait()
        relay.join()
    finally:
        os.close(reader)
    code = _SIGNAL_BASE - code if code < 0 else code
    error = session.log_error() if code else None
    relay.give_up(tell=error is None)
    if error is not None:
        raise error
    return code


def _told(session: ExecSession, code: int) -> int:
    error: EngineError | None = session.log_error() if code else None
    if error is not None:
        raise error
    return code


@contextmanager
def _signals_left_to(pid: int) -> Iterator[None]:
    """Survive what a terminal sends to the whole group, and pass SIGTERM on: the process decides when it is over."""

    def pass_on(number: int, frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    def leave(number: int, frame: FrameType | None) -> None:
        """The process is in our group: it has the signal already."""

    former = {
        signal.SIGINT: signal.signal(signal.SIGINT, leave),
        signal.SIGQUIT: signal.signal(signal.SIGQUIT, leave),
        signal.SIGTERM: signal.signal(signal.SIGTERM, pass_on),
    }
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler or signal.SIG_DFL)


class StderrRelay:
    """Hands standard error through, without the last line where that is the runtime's own complaint."""

    def __init__(self, source: int, target: int = 2) -> None:
        self._source = source
        self._target = target
        self._held = b""
        self._at_line_start = True
        self._thread = threading.Thread(target=self._relay, name="stderr-relay", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    def give_up(self, *, tell: bool) -> None:
        """What is held back at the end: told, or dropped."""
        held, self._held = self._held, b""
        if tell:
            self._write(held)

    def _relay(self) -> None:
        while data := os.read(self._source, 65536):
            self.feed(data)

    def feed(self, data: bytes) -> None:
        """Hand `data` through, as far as it can't be the last line of the runtime."""
        pending = self._held + data
        at_start = self._at_line_start or bool(self._held)
        # Only the last line can be the complaint: all before its beginning goes through.
        begin = pending.rfind(b"\n", 0, len(pending) - 1) + 1
        last = pending[begin:]
        begins_line = begin > 0 or at_start
        hold = begins_line and (last.startswith(_REFUSAL) or _REFUSAL.startswith(last)) and bool(last)
        self._held = last if hold else b""
        out = pending[:begin] if hold else pending
        if out:
            self._write(out)
            self._at_line_start = out.endswith(b"\n")

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        with contextlib.suppress(BrokenPipeError):
            while view:
                view = view[os.write(self._target, view) :]

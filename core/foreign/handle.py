"""One container of another engine: the few verbs that are safe from outside, through its own runtime and root."""

from __future__ import annotations

import os
import shlex
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from core.console.log import LogLine, ReplayBegin, parse_line, read_log, replay, replay_begin
from core.errors import EngineError, InvalidArgument, MonitorFailed, NotFound, PermissionDenied, TimedOut
from core.events import EventKind
from core.foreign.logs import parse_json_line
from core.host.files import make_private_directory, read_in_root
from core.host.process_table import is_alive, open_pidfd, wait_pidfd
from core.host.processes import find_program
from core.model.foreign import ForeignContainer, LogFormat
from core.model.options import ExecOptions
from core.model.state import Verb, require
from core.oci.signals import parse_signal, signal_name
from core.oci.user import resolve_user
from core.operations.parts import EngineParts

if TYPE_CHECKING:
    from core.console.attach import AttachSocket
    from core.host.processes import Finished
    from core.operations.exec import ExecSession
    from core.runtime.runc import Runc

REPLAY_LIMIT: Final = 256 * 1024


class ForeignHandle:
    """The verbs of a container as `picture` showed it. Its keeper is not told: it asks the runtime, or does not learn.

    Every verb raises `PermissionDenied` for a container of another user, `StateForbids` in the wrong state.
    """

    def __init__(self, parts: EngineParts, picture: ForeignContainer) -> None:
        self._parts = parts
        self.picture = picture

    @property
    def id(self) -> str:
        return self.picture.id

    @property
    def name(self) -> str:
        return self.picture.name

    @property
    def terminal(self) -> bool:
        """Whether its first process has a terminal."""
        return self.picture.terminal

    def pause(self) -> None:
        """Freeze all processes. Raises `RuntimeFailed`."""
        self._require(Verb.PAUSE)
        runtime = self._runtime()
        runtime.pause(self.id)
        self._tell(EventKind.PAUSE, runtime.take_commands())

    def unpause(self) -> None:
        """Let the processes go on. Raises `RuntimeFailed`."""
        self._require(Verb.UNPAUSE)
        runtime = self._runtime()
        runtime.resume(self.id)
        self._tell(EventKind.UNPAUSE, runtime.take_commands())

    def kill(self, signal: str = "KILL") -> None:
        """Send a signal to the first process. Raises `InvalidSignal`, `RuntimeFailed`."""
        number = parse_signal(signal)
        self._require(Verb.KILL)
        runtime = self._runtime()
        runtime.kill(self.id, number)
        self._tell(EventKind.KILL, runtime.take_commands(), signal=signal_name(number))

    def exec(self, options: ExecOptions, *, detach: bool = False) -> ExecSession:
        """Prepare a further process; the caller runs the session's `argv`. Raises `InvalidArgument`, `NotFound`."""
        from core.operations.exec import ExecSession

        self._require(Verb.EXEC)
        if not options.args:
            raise InvalidArgument("exec needs a command", hint="name a command, as sh")
        folder = self._parts.paths.exec_folder("foreign")
        make_private_directory(folder)
        process_file = folder / f"{os.urandom(8).hex()}.json"
        argv = [
            *(find_program(self.picture.runtime), f"--root={self.picture.runtime_root}"),
            *("--log", str(process_file.with_suffix(".log")), "--log-format", "json"),
            *("exec", "--pid-file", str(process_file.with_suffix(".pid"))),
            *(["--tty"] if options.terminal else []),
            *(["--detach"] if detach else []),
            *(word for line in options.env for word in ("--env", line)),
            *(["--cwd", options.workdir] if options.workdir else []),
            *self._user_options(options),
            self.id,
            *options.args,
        ]
        self._tell(EventKind.EXEC, [shlex.join(argv)], command=shlex.join(options.args))
        return ExecSession(argv, process_file, self.id)

    def run_exec(self, options: ExecOptions, *, timeout: float | None = None, detach: bool = False) -> Finished:
        """Run a process without a terminal and collect what it prints; with `detach` in the background.

        Raises `NoSuchExecutable`, `NotExecutable`, `RuntimeFailed`, `TimedOut` after `timeout` seconds.
        """
        from core.host.processes import run

        with self.exec(options, detach=detach) as session:
            finished = run(session.argv, timeout=timeout)
            error = session.log_error() if finished.returncode else None
        if error is not None:
            raise error
        return finished

    def attach(self) -> AttachSocket:
        """A connection to the console that conmon keeps. Who holds it must read it, or close it.

        Raises `MonitorFailed` where there is none.
        """
        from core.console.attach import AttachSocket

        picture = self.picture
        if not picture.console:
            raise MonitorFailed(
                f"{picture.full_name} has no console for us: {picture.console_refusal}",
                hint=f"{picture.keepers_command} may have one",
                container_id=self.id,
            )
        self._require(Verb.ATTACH)
        connection = AttachSocket.connect(Path(picture.console))
        self._tell(EventKind.ATTACH, [])
        return connection

    def resize(self, columns: int, rows: int) -> None:
        """Set the size of the console. No error where there is no terminal."""
        from core.monitor.console_size import set_console_size

        if self.picture.terminal and self.picture.console:
            set_console_size(Path(self.picture.console).with_name("ctl"), self.picture.monitor_pid, columns, rows)

    def console_size(self) -> tuple[int, int] | None:
        """Columns and rows of the console now; None where there is no terminal to be seen."""
        from core.monitor.console_size import console_size

        return console_size(self.picture.monitor_pid) if self.picture.console else None

    def logs(
        self,
        tail: int | None = None,
        since: float | None = None,
        follow: bool = False,
        stop: threading.Event | None = None,
    ) -> Iterator[LogLine]:
        """The lines of its log: the last `tail`, from `since` (Unix seconds), going on with `follow` until it ends.

        Raises `NotFound` where there is no file to be read.
        """
        parse = parse_json_line if self.picture.log_format is LogFormat.JSON else parse_line
        yield from read_log(
            self._log(), tail=tail, since=since, follow=follow, stop=stop, ended=self.has_ended, parse=parse
        )

    def replay(self, limit: int = REPLAY_LIMIT) -> bytes:
        """The last `limit` bytes of the console's log, as the terminal got them; nothing where there is no log."""
        return replay(Path(self.picture.log_path), limit) if self.picture.log_path else b""

    def replay_begin(self, limit: int = REPLAY_LIMIT) -> ReplayBegin:
        """Whether `replay` has all that was printed since the start, and why not."""
        if not self.picture.log_path:
            return ReplayBegin.WHOLE
        return replay_begin(Path(self.picture.log_path), limit, self.picture.created_at)

    def inspect(self) -> dict[str, object]:
        """All that is known of it."""
        facts: dict[str, object] = msgspec.to_builtins(self.picture)
        return facts

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; -1, as the exit code is its keeper's to know. Raises `TimedOut`."""
        descriptor = open_pidfd(self.picture.pid) if self.picture.pid and not self.has_ended() else None
        if descriptor is not None:
            try:
                if not wait_pidfd(descriptor, timeout):
                    raise TimedOut(f"container {self.name} still runs", container_id=self.id)
            finally:
                os.close(descriptor)
        return -1

    def has_ended(self) -> bool:
        """Whether its first process is gone."""
        return not is_alive(self.picture.pid, self.picture.pid_start)

    def _log(self) -> Path:
        picture = self.picture
        if picture.log_path and Path(picture.log_path).is_file():
            return Path(picture.log_path)
        hint = picture.log_hint or f"{picture.log_path} is not there"
        raise NotFound(f"{picture.full_name} has no log that we can read", hint=hint, container_id=self.id)

    def _user_options(self, options: ExecOptions) -> list[str]:
        """The runtime takes numbers alone: names are looked up in the container."""
        if options.user is None:
            return []
        root = Path(f"/proc/{self.picture.pid}/root")
        user = resolve_user(options.user, read_in_root(root, "etc/passwd"), read_in_root(root, "etc/group"))
        return ["--user", f"{user.uid}:{user.gid}"]

    def _require(self, verb: Verb) -> None:
        picture = self.picture
        if picture.error:
            raise EngineError(f"{picture.full_name} is left alone: {picture.error}", container_id=self.id)
        if verb not in picture.verbs:
            raise PermissionDenied(
                f"can not {verb} {picture.full_name}: it is {picture.owner}'s",
                hint=f"work as that user: sudo -u {picture.owner} {picture.keepers_command}",
                container_id=self.id,
            )
        require(verb, picture.status, picture.full_name, self.id)

    def _runtime(self) -> Runc:
        from core.runtime.runc import Runc

        picture = self.picture
        root, timeout = Path(picture.runtime_root), self._parts.settings.operation_timeout
        # Only its own program knows what it does at a pause.
        return Runc(find_program(picture.runtime), root, timeout, acts_itself=False)

    def _tell(self, kind: EventKind, commands: list[str], **attributes: str) -> None:
        """Write what we did to somebody else's container into our journal."""
        if commands:
            attributes["runtime"] = "; ".join(commands)
        self._parts.emit(kind, self.id, self.name, keeper=str(self.picture.keeper), **attributes)

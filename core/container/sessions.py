"""The verbs on what runs in a container: its console, its log, further processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.container.handle import Handle
from core.errors import EngineError, InvalidArgument, MonitorFailed
from core.events import EventKind
from core.model.log_target import LogDriver
from core.model.state import Status, Verb

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    from core.console.attach import AttachSocket
    from core.console.log import LogLine, ReplayBegin
    from core.host.processes import Finished
    from core.model.options import ExecOptions
    from core.model.snapshot import ProcessEntry
    from core.operations.exec import ExecSession
    from core.operations.host_tools import HostTools
    from core.operations.top import ProcessTable

REPLAY_LIMIT: Final = 256 * 1024
_NOT_LOGGING: Final = "this container is not logging output"


class Sessions(Handle):
    """Consoles, logs and processes."""

    def attach(self, detach_keys: str | None = None) -> AttachSocket:
        """A connection to the console. Allowed: created, running, paused. Who holds it must read it, or close it.

        Raises `InvalidArgument` for wrong detach keys (checked first), `MonitorFailed` where conmon is gone.
        """
        from core.console.attach import AttachSocket
        from core.console.detach import parse_detach_keys

        parse_detach_keys(self._parts.settings.detach_keys if detach_keys is None else detach_keys)
        with self.hold(Verb.ATTACH) as held:
            if held.config.log.driver is LogDriver.PASSTHROUGH:
                raise InvalidArgument(
                    f"this container is using the 'passthrough' log driver, cannot attach: {_NOT_LOGGING}",
                    hint="look where who started it has its output, or create it with --log-driver k8s-file",
                    container_id=self.id,
                )
            if held.state.monitor_lost:
                raise MonitorFailed(
                    f"the console of container {held.name} is lost: its monitor is gone",
                    hint="restart the container to get a console again",
                    container_id=self.id,
                )
            connection = AttachSocket.connect(self._parts.paths.attach_socket(self.id))
            held.emit(EventKind.ATTACH)
            return connection

    def resize(self, columns: int, rows: int) -> None:
        """Set the size of the console. Works before the start, too. No error where there is no terminal."""
        if self.config.process.terminal:
            self._parts.monitor.resize(self.id, columns, rows)

    def console_size(self) -> tuple[int, int] | None:
        """Columns and rows of the console now, whoever set them; None where there is no terminal to be seen."""
        return self._parts.monitor.console_size(self.id)

    def open_host_tools(self) -> HostTools:
        """Prepare a shell of the host's busybox in the container's namespaces. Allowed: running.

        For a container without a shell. It has the host's privileges. Raises `HostIncomplete`.
        """
        from core.operations.host_tools import open_host_tools

        with self.hold(Verb.EXEC) as held:
            return open_host_tools(held)

    def exec(self, options: ExecOptions) -> ExecSession:
        """Prepare a further process; the caller runs the session's `argv`. Allowed: running.

        Raises `InvalidArgument`.
        """
        from core.operations.exec import prepare_exec

        with self.hold(Verb.EXEC) as held:
            return prepare_exec(held, options)

    def run_exec(self, options: ExecOptions, *, timeout: float | None = None) -> Finished:
        """Run a process without a terminal and collect what it prints. Allowed: running.

        Raises `NoSuchExecutable`, `NotExecutable`, `RuntimeFailed`, `TimedOut` after `timeout` seconds.
        """
        from core.host.processes import run

        with self.exec(options) as session:
            finished = run(session.argv, timeout=timeout)
            error = session.log_error() if finished.returncode else None
        if error is not None:
            raise error
        return finished

    def run_exec_detached(self, options: ExecOptions) -> None:
        """Run a process in the background. Allowed: running. Raises what `run_exec` raises."""
        from core.host.processes import run
        from core.operations.exec import prepare_exec

        with self.hold(Verb.EXEC) as held:
            session = prepare_exec(held, options, detach=True)
        with session:
            timeout = self._parts.settings.operation_timeout
            finished = run(session.argv, timeout=timeout, pass_fds=session.descriptors, collects=False)
            error = session.log_error() if finished.returncode else None
        if error is not None:
            raise error

    def logs(
        self,
        tail: int | None = None,
        since: float | None = None,
        follow: bool = False,
        stop: threading.Event | None = None,
    ) -> Iterator[LogLine]:
        """The lines of the console's log: the last `tail`, from `since` (Unix seconds), going on with `follow`.

        Following ends when the container has ended, is removed, or `stop` is set. Raises `InvalidArgument` where no log
        is kept.
        """
        log = self.config.log
        if not log.keeps_file:
            raise InvalidArgument(
                f"this container is using the '{log.driver}' log driver, cannot read logs: {_NOT_LOGGING}",
                hint=f"see journalctl CONTAINER_ID_FULL={self.id}" if log.driver is LogDriver.JOURNALD else "",
            )
        from core.console.log import read_log

        yield from read_log(
            self._parts.paths.log(self.id),
            tail=tail,
            since=since,
            follow=follow,
            stop=stop,
            ended=self._has_ended,
        )

    def replay(self, limit: int = REPLAY_LIMIT) -> bytes:
        """The last `limit` bytes of the console's log, as the terminal got them."""
        from core.console.log import replay

        return replay(self._parts.paths.log(self.id), limit)

    def replay_begin(self, limit: int = REPLAY_LIMIT) -> ReplayBegin:
        """Whether `replay` has all that was printed since the start, and why not."""
        from core.console.log import replay_begin

        return replay_begin(self._parts.paths.log(self.id), limit, self.snapshot().started_at)

    def processes(self, columns: Sequence[str] = ()) -> ProcessTable:
        """The container's processes by podman's format descriptors, as `pid`, `user`, `capeff`, `%C`; the usual ones
        for none. Allowed: running, paused. Reads files alone. Raises `InvalidArgument` for an unknown descriptor.
        """
        from core.operations.top import process_table

        with self.hold(Verb.TOP) as held:
            return process_table(held, columns)

    def top(self) -> list[ProcessEntry]:
        """The container's processes. Allowed: running, paused. Raises `RuntimeFailed`."""
        from core.host.process_table import list_processes
        from core.operations.rootless import has_cgroup
        from core.operations.top import process_ids

        with self.hold(Verb.TOP) as held:
            return list_processes(held.runtime.processes(self.id) if has_cgroup(held.record) else process_ids(held))

    def _has_ended(self) -> bool:
        try:
            return self.snapshot().status in (Status.EXITED, Status.CONFIGURED)
        except EngineError:
            return True

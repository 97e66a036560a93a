"""A container's handle: each verb takes the lock, synchronises, checks the state, acts, saves and tells."""

from __future__ import annotations

import contextlib
import logging
import signal as signals
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.console.log import LogLine, ReplayBegin, read_log, replay, replay_begin
from core.errors import EngineError, MonitorFailed, NoSuchContainer, RuntimeFailed, StateForbids, TimedOut
from core.events import EventKind
from core.host.locks import FileLock
from core.model.config import ContainerConfig, ContainerRecord
from core.model.options import ExecOptions
from core.model.snapshot import ContainerSnapshot, ExportProgress, ProcessEntry
from core.model.state import IDLE_STATUSES, Status, Verb, require
from core.oci.signals import parse_signal
from core.operations import cleanup as cleanup_operation
from core.operations.create import check_name
from core.operations.endings import blame_its_end, kill_if_alive
from core.operations.init import init
from core.operations.inspect import inspect, snapshot_of
from core.operations.parts import EngineParts, Transaction
from core.operations.release import export_lock
from core.operations.start import start
from core.operations.synchronise import synchronise
from core.operations.wait import wait

# The time of a short command is that of its imports: what few commands need is imported by the verb that needs it.
if TYPE_CHECKING:
    from core.console.attach import AttachSocket
    from core.host.processes import Finished
    from core.operations.exec import ExecSession
    from core.operations.host_tools import HostTools
    from core.storage.export import Compression


_log = logging.getLogger("wharfinger")

LOCK_PATIENCE: Final = 60.0
"""Seconds that a verb waits for another that holds the container."""
STOP_STEP: Final = 0.25
"""Seconds between two calls of the progress of a stop."""
KILL_PATIENCE: Final = 10.0
REPLAY_LIMIT: Final = 256 * 1024


class Container:
    """One container. Every method may be called from any thread; all of them wait, none of them prints.

    Each may raise `NoSuchContainer` when the container is gone, `StateForbids` when its state does not allow the verb,
    and `TimedOut` when another process has held it for `LOCK_PATIENCE` seconds.
    """

    def __init__(self, parts: EngineParts, container_id: str) -> None:
        self._parts = parts
        self.id = container_id

    @property
    def name(self) -> str:
        return self._record.name

    @property
    def config(self) -> ContainerConfig:
        """What the container was made with; never changes."""
        return self._record.config

    @property
    def _record(self) -> ContainerRecord:
        return self._parts.store.get(self.id)

    @contextmanager
    def hold(self, verb: Verb | None = None, patience: float = LOCK_PATIENCE) -> Iterator[Transaction]:
        """The container under its lock, synchronised, and allowed to do `verb`."""
        lock = FileLock(self._parts.paths.lock(self.id))
        lock.acquire(timeout=patience)
        try:
            held = Transaction(self._parts, self._parts.store.get(self.id))
            synchronise(held)
            if verb is not None:
                require(verb, held.state.status, held.name, held.id)
            try:
                yield held
            except RuntimeFailed as error:
                if verb is not None and not held.removed:
                    blame_its_end(held, verb, error)
                raise
        finally:
            lock.release()

    def refresh(self) -> ContainerSnapshot:
        """Bring the stored state in line with what is there."""
        with self.hold() as held:
            return snapshot_of(self._parts, held.record)

    def snapshot(self) -> ContainerSnapshot:
        """What is stored, without waiting for whoever works on it."""
        return snapshot_of(self._parts, self._record)

    def inspect(self) -> dict[str, object]:
        """All that is known, as nested plain values with podman's keys."""
        self.refresh()
        return inspect(self._parts, self._record)

    def init(self) -> None:
        """Create the process without starting it. Allowed: configured, exited. Ends in created.

        Raises `RuntimeFailed`, `MonitorFailed`, `StorageFailed`, `NoSuchExecutable`, `NotExecutable`,
        `InvalidArgument`.
        """
        self._await_former_monitor()
        with self.hold(Verb.INIT) as held:
            init(held)

    def start(self) -> None:
        """Start, initialising first where needed. Allowed: configured, created, exited. Raises what `init` raises."""
        self._await_former_monitor()
        with self.hold(Verb.START) as held:
            start(held)
            held.save(restarts=0, quick_ends=0, stopped_by_user=False)

    def wants_restart(self) -> bool:
        """Whether its restart policy is to start it again. Allowed: any state."""
        from core.operations import policy

        with self.hold() as held:
            return policy.wants_restart(held)

    def restart_by_policy(self) -> bool:
        """Start it again after the pause that its restart policy makes; whether it was started.

        It is not where meanwhile somebody started it, stopped it or removed it. Raises what `start` raises.
        """
        from core.operations import policy

        with self.hold() as held:
            before = held.state
            if not policy.wants_restart(held):
                return False
        time.sleep(policy.pause(before))
        self._await_former_monitor()
        with self.hold() as held:
            if held.state.started_at != before.started_at or not policy.wants_restart(held):
                return False
            policy.start_again(held)
        return True

    def stop(self, timeout: int | None = None, progress: Callable[[float], None] | None = None) -> None:
        """Send the stop signal, and SIGKILL after `timeout` seconds (the container's own where None; at once where 0).

        Allowed: created, running; nothing happens to an exited one. The lock is not held while waiting. `progress` is
        called with the seconds waited. Raises `RuntimeFailed`, and `TimedOut` where even SIGKILL does not end it.
        """
        with self.hold(Verb.STOP) as held:
            held.save(stopped_by_user=True)
            if held.state.status is Status.EXITED:
                return
            patience = held.config.stop_timeout if timeout is None else timeout
            # A created process does not run the program yet: nothing in it would heed a polite signal.
            at_once = patience <= 0 or held.state.status is Status.CREATED
            target = (held.state.pid, held.state.pid_start)
            held.emit(EventKind.STOPPING, timeout=str(patience))
            if not kill_if_alive(held, "KILL" if at_once else held.config.stop_signal):
                return
        if not at_once and self._await_exit(target, patience, progress):
            return
        self._kill_for_good(target, killed=at_once)

    def kill(self, signal: int | str = "KILL") -> None:
        """Send a signal by name or number. Allowed: created, running. Raises `InvalidSignal`, `RuntimeFailed`."""
        from core.operations import kill as kill_operation

        with self.hold(Verb.KILL) as held:
            kill_operation.kill(held, signal)
            if parse_signal(str(signal)) in (signals.SIGKILL, held.config.stop_signal):
                held.save(stopped_by_user=True)

    def pause(self) -> None:
        """Freeze all processes. Allowed: running. Raises `RuntimeFailed`."""
        from core.operations import pause as pause_operation

        with self.hold(Verb.PAUSE) as held:
            pause_operation.pause(held)

    def unpause(self) -> None:
        """Thaw all processes. Allowed: paused. Raises `RuntimeFailed`."""
        from core.operations import pause as pause_operation

        with self.hold(Verb.UNPAUSE) as held:
            pause_operation.unpause(held)

    def restart(self, timeout: int | None = None, progress: Callable[[float], None] | None = None) -> None:
        """Stop where it runs, then start. Allowed: all but paused and unknown. Raises what `stop` and `start` raise."""
        with self.hold(Verb.RESTART) as held:
            live = held.state.status in (Status.CREATED, Status.RUNNING)
        if live:
            self.stop(timeout, progress)
        self.start()

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once the container has ended; -1 where it can't be known. Allowed: any state.

        Raises `TimedOut` after `timeout` seconds.
        """
        return wait(self._parts, self.id, self.refresh, timeout)

    def attach(self, detach_keys: str | None = None) -> AttachSocket:
        """A connection to the console. Allowed: created, running, paused. Who holds it must read it, or close it.

        Raises `InvalidArgument` for wrong detach keys (checked first), `MonitorFailed` where conmon is gone.
        """
        from core.console.attach import AttachSocket
        from core.console.detach import parse_detach_keys

        parse_detach_keys(self._parts.settings.detach_keys if detach_keys is None else detach_keys)
        with self.hold(Verb.ATTACH) as held:
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
            finished = run(session.argv, timeout=self._parts.settings.operation_timeout)
            error = session.log_error() if finished.returncode else None
        if error is not None:
            raise error

    def mount(self) -> Path:
        """Mount the root and give its path. Allowed: any state. Stays until `unmount`. Raises `StorageFailed`."""
        from core.operations import mount as mount_operation

        with self.hold(Verb.MOUNT) as held:
            return mount_operation.mount(held)

    def unmount(self, force: bool = False) -> bool:
        """Undo `mount`; False where nothing was mounted. Allowed: all but running and paused.

        Raises `ContainerInUse` during an export unless `force`.
        """
        from core.operations import mount as mount_operation

        with self.hold(Verb.UNMOUNT) as held:
            return mount_operation.unmount(held, force=force)

    def export(
        self,
        destination: Path | int,
        *,
        compression: Compression = "none",
        overwrite: bool = False,
        progress: Callable[[ExportProgress], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> int:
        """Write the root as a tar to a path or a descriptor; the number of bytes written. Allowed: any state.

        The root is mounted for the time of the export. A path gets its final name only when all is written. Raises
        `DestinationExists`, `NoSpace`, `Cancelled`, `ExportFailed`, and `StateForbids` where it is exported already.
        """
        from core.operations import mount as mount_operation
        from core.storage.export import export_tree

        reading = export_lock(self._parts, self.id)
        with self.hold(Verb.EXPORT) as held:
            try:
                reading.acquire(timeout=0)
            except TimedOut as error:
                raise StateForbids(
                    f"container {held.name} is being exported already", hint="wait for that", container_id=self.id
                ) from error
            try:
                root = mount_operation.mounted_root(held)
                held.save(mount_point=str(root))
            except BaseException:
                reading.release()
                raise
        try:
            total = self._parts.storage.size(self.id) if held.config.image_id else 0
            written = export_tree(
                root,
                destination,
                compression=compression,
                total=total,
                progress=progress,
                cancel=cancel,
                overwrite=overwrite,
            )
        finally:
            reading.release()
            self._unmount_after_export()
        self._parts.emit(EventKind.EXPORT, self.id, held.name, bytes=str(written))
        return written

    def cleanup(self) -> None:
        """Unmount and free the runtime after an end; conmon calls this. Allowed: configured, exited.

        A container with `auto_remove` is removed when it has run.
        """
        with self.hold(Verb.CLEANUP) as held:
            cleanup_operation.cleanup(held)

    def remove(self, force: bool = False) -> None:
        """Remove for good. Allowed: configured, exited; any state with `force`. Raises `ContainerInUse`."""
        from core.operations import remove as remove_operation

        with self.hold(Verb.FORCE_REMOVE if force else Verb.REMOVE) as held:
            remove_operation.remove(held, force=force)
        # conmon's clean-up waits for the lock: it can only end, and its process go, after the removal.
        self._parts.monitor.wait_gone(self.id, KILL_PATIENCE)

    def rename(self, new_name: str) -> None:
        """Give another name. Allowed: any state. Raises `InvalidArgument`, `NameInUse`."""
        check_name(new_name)
        with self.hold(Verb.RENAME) as held:
            self._parts.store.rename(self.id, new_name)
            self._parts.emit(EventKind.RENAME, self.id, new_name, former=held.name)

    def logs(
        self,
        tail: int | None = None,
        since: float | None = None,
        follow: bool = False,
        stop: threading.Event | None = None,
    ) -> Iterator[LogLine]:
        """The lines of the console's log: the last `tail`, from `since` (Unix seconds), going on with `follow`.

        Following ends when the container has ended, is removed, or `stop` is set.
        """
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
        return replay(self._parts.paths.log(self.id), limit)

    def replay_begin(self, limit: int = REPLAY_LIMIT) -> ReplayBegin:
        """Whether `replay` has all that was printed since the start, and why not."""
        return replay_begin(self._parts.paths.log(self.id), limit, self.snapshot().started_at)

    def top(self) -> list[ProcessEntry]:
        """The container's processes. Allowed: running, paused. Raises `RuntimeFailed`."""
        from core.host.process_table import list_processes

        with self.hold(Verb.TOP):
            return list_processes(self._parts.runtime.processes(self.id))

    def _has_ended(self) -> bool:
        try:
            return self.snapshot().status in (Status.EXITED, Status.CONFIGURED)
        except EngineError:
            return True

    def _await_former_monitor(self) -> None:
        """Let the conmon of the run before finish: it removes its socket and runs its clean-up under the lock."""
        if self._record.state.status is Status.EXITED:
            self._parts.monitor.wait_gone(self.id, KILL_PATIENCE)

    def _await_exit(self, target: tuple[int, int], patience: float, progress: Callable[[float], None] | None) -> bool:
        began = time.monotonic()
        while (waited := time.monotonic() - began) < patience:
            if progress is not None:
                progress(waited)
            try:
                self._parts.monitor.wait_exit(self.id, *target, min(STOP_STEP, patience - waited))
            except TimedOut:
                continue
            self._note_exit()
            return True
        return False

    def _note_exit(self) -> None:
        # One made with auto_remove may be gone by now: that is an end, too.
        with contextlib.suppress(NoSuchContainer):
            self.refresh()

    def _kill_for_good(self, target: tuple[int, int], *, killed: bool) -> None:
        with self.hold() as held:
            if (held.state.pid, held.state.pid_start) != target:
                return
            if not killed:
                if held.state.status is Status.PAUSED:
                    require(Verb.STOP, held.state.status, held.name, held.id)
                _log.warning("container %s did not heed its stop signal: killing it", self.id)
                if not kill_if_alive(held, "KILL"):
                    return
        self._parts.monitor.wait_exit(self.id, *target, KILL_PATIENCE)
        self._note_exit()

    def _unmount_after_export(self) -> None:
        from core.operations import mount as mount_operation

        with self.hold() as held:
            idle = held.state.status in IDLE_STATUSES
            if idle and not held.state.kept_mounted:
                mount_operation.unmount(held)

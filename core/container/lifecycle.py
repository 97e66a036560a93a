"""The verbs that take a container from one state to the next."""

from __future__ import annotations

import contextlib
import signal as signals
import time
from collections.abc import Callable
from typing import Final

from core.container.handle import Handle
from core.errors import NoSuchContainer, RuntimeFailed, TimedOut
from core.events import EventKind
from core.log import LOG
from core.model.dependencies import dependencies
from core.model.state import Status, Verb, require
from core.oci.signals import parse_signal
from core.operations import cleanup as cleanup_operation
from core.operations.endings import blame_its_end, kill_if_alive

STOP_STEP: Final = 0.25
"""Seconds between two calls of the progress of a stop."""
KILL_PATIENCE: Final = 10.0


class Lifecycle(Handle):
    """From configured to removed. What few commands need is imported by the verb: a command's time is its imports."""

    def init(self, descriptors: int = 0) -> None:
        """Create the process without starting it. Allowed: configured, exited. Ends in created.

        It gets that many `descriptors` of the caller's, from 3 on. Containers that it needs are started first. Raises
        `RuntimeFailed`, `MonitorFailed`, `StorageFailed`, `NoSuchExecutable`, `NotExecutable`, `InvalidArgument`.
        """
        from core.operations.init import init

        self._start_needed()
        with self.hold(Verb.INIT) as held:
            init(held, descriptors)

    def start(self) -> None:
        """Start, initialising first where needed, and before that the containers that it needs.

        Allowed: configured, created, exited. Raises what `init` raises, and `DependencyCycle`.
        """
        self._start_needed()
        self._start(even_running=False)

    def ensure_running(self) -> None:
        """`start`, except that nothing happens to a container that runs."""
        self._start_needed()
        self._start(even_running=True)

    def _start_needed(self) -> None:
        self._await_former_monitor()
        needed = dependencies(self._record.config)
        if not needed:
            return
        from core.model.dependencies import graph_of, needed_by

        graph = graph_of(record.config for record in self._parts.store.all())
        for container_id in needed_by(self.id, graph)[:-1]:
            needed_one = type(self)(self._parts, container_id)
            needed_one._await_former_monitor()
            needed_one._start(even_running=True)

    def _start(self, *, even_running: bool) -> None:
        """Start this one alone."""
        from core.operations.start import start

        with self.hold() as held:
            if even_running and held.state.status is Status.RUNNING:
                return
            require(Verb.START, held.state.status, held.name, held.id)
            try:
                start(held)
            except RuntimeFailed as error:
                blame_its_end(held, Verb.START, error)
                raise
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
        self._start_needed()
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
        """Send a signal by name or number. Allowed: created, running, paused.

        A paused one gets it when it goes on, but for SIGKILL, which ends it at once. Raises `InvalidSignal`,
        `RuntimeFailed`.
        """
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
        from core.operations.wait import wait

        return wait(self._parts, self.id, self.refresh, timeout)

    def cleanup(self) -> None:
        """Unmount and free the runtime after an end; conmon calls this. Allowed: configured, exited.

        A container with `auto_remove` is removed when it has run.
        """

        with self.hold(Verb.CLEANUP) as held:
            cleanup_operation.cleanup(held)

    def remove(self, force: bool = False, *, volumes: bool = False, dependants: bool = False) -> None:
        """Remove for good; with `dependants` those that need it before. Allowed: configured, exited; any with `force`.

        With `volumes` its anonymous volumes go, too, where no other container has them. Raises `ContainerInUse`.
        """
        from core.operations import remove as remove_operation

        if dependants:
            from core.model.dependencies import dependants_of, graph_of

            graph = graph_of(record.config for record in self._parts.store.all())
            for container_id in dependants_of(self.id, graph):
                with contextlib.suppress(NoSuchContainer):
                    type(self)(self._parts, container_id).remove(force, volumes=volumes)
        with self.hold(Verb.FORCE_REMOVE if force else Verb.REMOVE) as held:
            remove_operation.remove(held, force=force, volumes=volumes)
        # conmon's clean-up waits for the lock: it can only end, and its process go, after the removal.
        self._parts.monitor.wait_gone(self.id, KILL_PATIENCE)

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
                LOG.warning("container %s did not heed its stop signal: killing it", self.id)
                if not kill_if_alive(held, "KILL"):
                    return
        self._parts.monitor.wait_exit(self.id, *target, KILL_PATIENCE)
        self._note_exit()

"""An OCI runtime without processes. Its PIDs are above the kernel's highest, so that they never belong to a process."""

from __future__ import annotations

import os
import signal as signals
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import EngineError, RuntimeFailed
from core.model.options import CheckpointOptions
from core.runtime.contract import Observation, Phase

_FIRST_PID = 1 << 23
_LIVE = (Phase.CREATED, Phase.RUNNING, Phase.PAUSED)


@dataclass
class FakeContainer:
    """`heeds`: the exit code for each signal that ends it, as a first process ends only by what it handles."""

    pid: int
    phase: Phase = Phase.CREATED
    heeds: dict[int, int] = field(default_factory=lambda: {signals.SIGKILL: 137})
    received: list[int] = field(default_factory=list)
    pending: list[int] = field(default_factory=list)
    resources: dict[str, Any] = field(default_factory=dict)


class FakeRuntime:
    """See `Runtime`. `failures`: errors to raise once, by verb. `on_exit` is told id and exit code at each end."""

    path = "/nowhere/fake-runtime"

    def __init__(self) -> None:
        self.containers: dict[str, FakeContainer] = {}
        self.failures: dict[str, EngineError] = {}
        self.calls: list[tuple[str, str]] = []
        self.on_exit: Callable[[str, int], None] = lambda container_id, code: None
        self._lock = threading.RLock()
        self._next_pid = _FIRST_PID

    def create(self, container_id: str) -> int:
        """What the monitor has the real runtime do: a container in created; its PID."""
        with self._lock:
            self._called("create", container_id)
            known = self.containers.get(container_id)
            if known is not None:
                raise self._error(container_id, "container with given ID already exists")
            self._next_pid += 1
            self.containers[container_id] = FakeContainer(self._next_pid)
            return self._next_pid

    def finish(self, container_id: str, code: int = 0) -> None:
        """The container's program ends of itself."""
        with self._lock:
            self.containers[container_id].phase = Phase.STOPPED
        self.on_exit(container_id, code)

    def take_commands(self) -> list[str]:
        return []

    def version(self) -> str:
        return "fake version 1.0"

    def observe(self, container_id: str) -> Observation:
        with self._lock:
            if "observe" in self.failures:
                raise self.failures.pop("observe")
            found = self.containers.get(container_id)
            return Observation(found.phase, found.pid, 0, {}) if found else Observation(Phase.ABSENT, 0, 0, {})

    def state(self, container_id: str) -> Observation:
        with self._lock:
            self._called("state", container_id)
            return self.observe(container_id)

    def start(self, container_id: str) -> None:
        with self._lock:
            self._called("start", container_id)
            self._find(container_id, Phase.CREATED).phase = Phase.RUNNING

    def finish_start(self, container_id: str) -> None:
        self._called("finish_start", container_id)

    def kill(self, container_id: str, signal: int) -> None:
        with self._lock:
            self._called("kill", container_id)
            found = self._find(container_id, *_LIVE)
            found.received.append(signal)
            if found.phase is Phase.PAUSED and signal != signals.SIGKILL:
                found.pending.append(signal)
                return
        self._deliver(container_id, found, signal)

    def pause(self, container_id: str) -> None:
        with self._lock:
            self._called("pause", container_id)
            self._find(container_id, Phase.RUNNING, Phase.CREATED).phase = Phase.PAUSED

    def resume(self, container_id: str) -> None:
        with self._lock:
            self._called("resume", container_id)
            found = self._find(container_id, Phase.PAUSED)
            found.phase = Phase.RUNNING
            pending, found.pending = found.pending, []
        for signal in pending:
            self._deliver(container_id, found, signal)

    def delete(self, container_id: str, *, force: bool = False) -> None:
        with self._lock:
            self._called("delete", container_id)
            found = self.containers.get(container_id)
            if found is None:
                return
            if found.phase in (Phase.RUNNING, Phase.PAUSED) and not force:
                raise self._error(container_id, f"can not delete a container that is not stopped: {found.phase}")
            del self.containers[container_id]
        if found.phase in _LIVE:
            self.on_exit(container_id, 137)

    def checkpoint(self, container_id: str, image: Path, work: Path, options: CheckpointOptions) -> None:
        with self._lock:
            self._called("checkpoint", container_id)
            self._find(container_id, Phase.RUNNING)
        if not options.leave_running:
            self.finish(container_id, 137)

    def update(self, container_id: str, resources: Mapping[str, Any]) -> None:
        with self._lock:
            self._called("update", container_id)
            self._find(container_id, *_LIVE).resources = dict(resources)

    def processes(self, container_id: str) -> list[int]:
        with self._lock:
            self._called("processes", container_id)
            return [self._find(container_id, *_LIVE).pid]

    def exec_argv(
        self,
        container_id: str,
        *,
        process_file: Path,
        terminal: bool,
        pid_file: Path | None = None,
        detach: bool = False,
        log: Path | None = None,
    ) -> list[str]:
        return ["/bin/echo", container_id, os.fspath(process_file)]

    def create_argv_options(self) -> list[str]:
        return []

    def _deliver(self, container_id: str, found: FakeContainer, signal: int) -> None:
        if found.phase in _LIVE and signal in found.heeds:
            self.finish(container_id, found.heeds[signal])

    def _called(self, verb: str, container_id: str) -> None:
        self.calls.append((verb, container_id))
        if verb in self.failures:
            raise self.failures.pop(verb)

    def _find(self, container_id: str, *phases: Phase) -> FakeContainer:
        found = self.containers.get(container_id)
        if found is None:
            raise self._error(container_id, "container does not exist")
        if found.phase not in phases:
            raise self._error(container_id, f"container is {found.phase}")
        return found

    def _error(self, container_id: str, message: str) -> RuntimeFailed:
        return RuntimeFailed(message, container_id=container_id, argv=(self.path,), stderr=message)

"""A monitor without processes, which goes with `FakeRuntime` and writes real exit files."""

from __future__ import annotations

import os
import shutil
import threading

from core.errors import EngineError, MonitorFailed, TimedOut
from core.host.files import make_private_directory, write_atomically
from core.host.process_stat import process_start
from core.monitor.contract import MonitorRequest
from core.paths import EnginePaths
from core.runtime.contract import Phase
from tests.fakes.runtime import FakeRuntime


class FakeMonitor:
    """See `Monitor`. A living monitor has the PID of the test itself, so that it passes for alive.

    `failures`: errors for the next calls of `create`. `sizes`: the last size of each terminal, columns × rows.
    """

    def __init__(self, paths: EnginePaths, runtime: FakeRuntime) -> None:
        self.requests: list[MonitorRequest] = []
        self.failures: list[EngineError] = []
        self.sizes: dict[str, tuple[int, int]] = {}
        self._paths = paths
        self._runtime = runtime
        self._watched: set[str] = set()
        self._created: dict[str, int] = {}
        self._changed = threading.Condition()
        runtime.on_exit = self._exited

    def create(self, request: MonitorRequest) -> int:
        container_id = request.container_id
        self.requests.append(request)
        self.forget(container_id)
        if self.failures:
            raise self.failures.pop(0)
        if not self._paths.spec(container_id).exists():
            raise MonitorFailed("there is no config.json in the bundle", container_id=container_id)
        pid = self._runtime.create(container_id)
        make_private_directory(self._paths.exits)
        make_private_directory(self._paths.persist(container_id))
        self._paths.log(container_id).touch()
        with self._changed:
            self._watched.add(container_id)
            self._created[container_id] = pid
        return pid

    def lose(self, container_id: str) -> None:
        """The monitor of a container dies."""
        with self._changed:
            self._watched.discard(container_id)
            self._changed.notify_all()

    def run_out_of_memory(self, container_id: str) -> None:
        """The kernel kills the container for want of memory."""
        (self._paths.persist(container_id) / "oom").touch()
        self._runtime.finish(container_id, 137)

    def find(self, container_id: str) -> tuple[int, int] | None:
        with self._changed:
            if container_id not in self._watched:
                return None
        return os.getpid(), process_start(os.getpid()) or 0

    def created_pid(self, container_id: str) -> int | None:
        return self._created.get(container_id)

    def exit_code(self, container_id: str) -> int | None:
        try:
            return int(self._paths.exit_file(container_id).read_text())
        except FileNotFoundError:
            return None

    def oom_killed(self, container_id: str) -> bool:
        return (self._paths.persist(container_id) / "oom").exists()

    def wait_exit(self, container_id: str, pid: int, pid_start: int, timeout: float | None) -> int:
        with self._changed:
            if not self._changed.wait_for(lambda: not self._lives(container_id, pid), timeout):
                raise TimedOut("the container still runs", container_id=container_id)
        code = self.exit_code(container_id)
        return -1 if code is None else code

    def wait_gone(self, container_id: str, timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: container_id not in self._watched, timeout)

    def resize(self, container_id: str, columns: int, rows: int) -> None:
        if self.find(container_id) is None:
            raise MonitorFailed("the container's monitor is gone", container_id=container_id)
        self.sizes[container_id] = columns, rows

    def console_size(self, container_id: str) -> tuple[int, int] | None:
        return self.sizes.get(container_id)

    def forget(self, container_id: str) -> None:
        self._paths.exit_file(container_id).unlink(missing_ok=True)
        shutil.rmtree(self._paths.persist(container_id), ignore_errors=True)
        with self._changed:
            self._created.pop(container_id, None)

    def _lives(self, container_id: str, pid: int) -> bool:
        seen = self._runtime.observe(container_id)
        return seen.pid == pid and seen.phase in (Phase.CREATED, Phase.RUNNING, Phase.PAUSED)

    def _exited(self, container_id: str, code: int) -> None:
        with self._changed:
            if container_id in self._watched:
                write_atomically(self._paths.exit_file(container_id), str(code).encode())
            self._watched.discard(container_id)
            self._changed.notify_all()

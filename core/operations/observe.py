"""What a container's state is by what can be seen now, from files alone and without waiting."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from core.errors import EngineError
from core.host.freezer import freezer_file
from core.host.process_stat import process_start
from core.model.config import ContainerRecord
from core.model.state import ContainerState, Status
from core.operations.parts import EngineParts
from core.runtime.contract import Observation, Phase

_LIVE = {Phase.CREATED: Status.CREATED, Phase.RUNNING: Status.RUNNING, Phase.PAUSED: Status.PAUSED}
LIVE_STATUSES = frozenset(_LIVE.values())


def observed_state(parts: EngineParts, record: ContainerRecord) -> ContainerState:
    """The state of `record` as the runtime's and the monitor's files tell it.

    A container that has ended and whose exit code is not written yet comes back as exited with exit code None.
    """
    state = record.state
    try:
        seen = parts.runtime.observe(record.id)
    except EngineError as error:
        return msgspec.structs.replace(state, status=Status.UNKNOWN, error=error.message)
    if seen.phase in _LIVE:
        return _alive(parts, record, seen)
    if state.status in LIVE_STATUSES or (state.status is Status.UNKNOWN and state.pid):
        return _ended(parts, record)
    if state.status is Status.UNKNOWN:
        return settled_state(state)
    return state


def settled_state(state: ContainerState) -> ContainerState:
    """The state of a container that has no process: exited if it ever was, else configured."""
    status = Status.CONFIGURED if state.exit_code is None else Status.EXITED
    return msgspec.structs.replace(
        state,
        status=status,
        intent=None,
        pid=0,
        pid_start=0,
        monitor_pid=0,
        monitor_start=0,
        monitor_lost=False,
        freezer="",
    )


def _alive(parts: EngineParts, record: ContainerRecord, seen: Observation) -> ContainerState:
    state = record.state
    status = _LIVE[seen.phase]
    if state.status in (Status.CONFIGURED, Status.EXITED) or state.pid != seen.pid:
        return _adopted(parts, record, seen, status)
    lost = not state.monitor_pid or process_start(state.monitor_pid) != state.monitor_start
    started_at = state.started_at
    if status is not Status.CREATED and state.status is Status.CREATED:
        started_at = time.time()
    return msgspec.structs.replace(state, status=status, monitor_lost=lost, started_at=started_at)


def _adopted(parts: EngineParts, record: ContainerRecord, seen: Observation, status: Status) -> ContainerState:
    """A live container that the store does not know as live: taken over with its conmon, else a contradiction."""
    monitor = parts.monitor.find(record.id)
    if monitor is None:
        return msgspec.structs.replace(
            record.state,
            status=Status.UNKNOWN,
            pid=seen.pid,
            pid_start=seen.pid_start,
            monitor_lost=True,
            error="the runtime shows a process that no monitor watches",
        )
    return msgspec.structs.replace(
        record.state,
        status=status,
        pid=seen.pid,
        pid_start=seen.pid_start,
        monitor_pid=monitor[0],
        monitor_start=monitor[1],
        freezer=freezer_file(seen.cgroup_paths),
        monitor_lost=False,
        exit_code=record.state.exit_code if status is Status.CREATED else None,
        started_at=record.state.started_at if status is Status.CREATED else time.time(),
        error="",
    )


def _ended(parts: EngineParts, record: ContainerRecord) -> ContainerState:
    return msgspec.structs.replace(
        record.state,
        status=Status.EXITED,
        pid=0,
        pid_start=0,
        monitor_pid=0,
        monitor_start=0,
        monitor_lost=False,
        freezer="",
        exit_code=parts.monitor.exit_code(record.id),
        oom_killed=parts.monitor.oom_killed(record.id),
        # The clock of file systems is some milliseconds behind that of programs, and either may be set.
        finished_at=max(_written_at(parts.paths.exit_file(record.id)), record.state.started_at),
    )


def _written_at(exit_file: Path) -> float:
    try:
        return exit_file.stat().st_mtime
    except OSError:
        return time.time()

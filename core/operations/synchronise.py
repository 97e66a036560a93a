"""Bringing a container's stored state in line with what is really there. Called with its lock held."""

from __future__ import annotations

import contextlib
from typing import Final

import msgspec

from core.errors import EngineError, NoSuchContainer, TimedOut
from core.events import EventKind
from core.model.state import Status
from core.operations.observe import observed_state
from core.operations.parts import Transaction

EXIT_FILE_PATIENCE: Final = 5.0
"""Seconds to wait for an exit code while conmon, which writes it, is alive."""

_CHANGES: Final = {
    (Status.RUNNING, Status.PAUSED): EventKind.PAUSE,
    (Status.PAUSED, Status.RUNNING): EventKind.UNPAUSE,
    (Status.CREATED, Status.RUNNING): EventKind.START,
}


def synchronise(held: Transaction) -> None:
    """Finish or undo what a dead owner began, then store what is observed.

    Raises `NoSuchContainer` where the repair was to finish a removal or to undo a creation.
    """
    if held.state.intent is not None:
        # What most calls do not need is loaded here.
        from core.operations.repairs import REPAIRS

        REPAIRS[held.state.intent](held)
        if held.removed:
            raise NoSuchContainer(
                f'no container with name or ID "{held.name}" found: no such container', container_id=held.id
            )
    before = held.state
    after = observed_state(held.parts, held.record)
    if after == before:
        return
    if after.status is Status.EXITED and before.status is not Status.EXITED:
        record_exit(held)
        return
    held.write(after)
    kind = _CHANGES.get((before.status, after.status))
    if kind is not None:
        held.emit(kind, origin="outside")


def record_exit(held: Transaction) -> None:
    """Store a container's end, with its exit code once conmon has written it, -1 where nobody can know it."""
    before = held.state
    if held.parts.monitor.exit_code(held.id) is None and before.pid:
        with contextlib.suppress(TimedOut):
            held.parts.monitor.wait_exit(held.id, before.pid, before.pid_start, EXIT_FILE_PATIENCE)
    ended = observed_state(held.parts, held.record)
    code = -1 if ended.exit_code is None else ended.exit_code
    if not ended.oom_killed and _oom_kills(held):
        ended = msgspec.structs.replace(ended, oom_killed=True)
    held.write(msgspec.structs.replace(ended, exit_code=code, intent=None))
    held.emit(EventKind.DIED, exit_code=str(code), oom_killed=str(ended.oom_killed).lower())


def _oom_kills(held: Transaction) -> int:
    """What the kernel has counted: conmon tells of it only while it lives, and only where it may listen."""
    from core.host.cgroup_reader import CgroupReader

    with contextlib.suppress(EngineError, OSError):
        reader = CgroupReader(held.runtime.observe(held.id).cgroup_paths, held.state.pid)
        try:
            return reader.oom_kills()
        finally:
            reader.close()
    return 0

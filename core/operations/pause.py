"""pause and unpause: freeze and thaw a container's cgroup."""

from __future__ import annotations

from core.events import EventKind
from core.model.state import Intent, Status
from core.operations.parts import Transaction
from core.operations.rootless import refuse_freezing


def pause(held: Transaction) -> None:
    """Freeze every process of the container. Allowed: running. Raises `RuntimeFailed`, `HostIncomplete`."""
    refuse_freezing(held.record)
    _change(held, Intent.PAUSING, Status.PAUSED, EventKind.PAUSE)


def unpause(held: Transaction) -> None:
    """Thaw the container. Allowed: paused. Raises `RuntimeFailed`."""
    _change(held, Intent.UNPAUSING, Status.RUNNING, EventKind.UNPAUSE)


def _change(held: Transaction, intent: Intent, status: Status, kind: EventKind) -> None:
    act = held.runtime.pause if status is Status.PAUSED else held.runtime.resume
    held.save(intent=intent)
    try:
        act(held.id)
    except Exception:
        held.save(intent=None)
        raise
    held.save(status=status, intent=None)
    held.emit(kind)

"""refresh: after a reboot nothing of the stored live state is true any more."""

from __future__ import annotations

import contextlib

import msgspec

from core.errors import EngineError
from core.events import EventKind
from core.host.mounts import mounts_under, unmount
from core.host.network_namespaces import remove_network_namespace
from core.model.state import ContainerState, Intent, Status
from core.operations.parts import EngineParts, Transaction

_RAN = frozenset({Status.RUNNING, Status.PAUSED})
_UNFINISHED = frozenset({Intent.CREATING, Intent.REMOVING})


def refresh(held: Transaction) -> None:
    """Store what is true of a container after a reboot: no process, nothing mounted. Allowed: any state.

    One that ran is exited, with the code of its exit file where conmon still wrote one, else -1; one that was created
    and never ran is configured again.
    """
    parts = held.parts
    with contextlib.suppress(EngineError):
        held.runtime.delete(held.id, force=True)
    for point in reversed(mounts_under(parts.paths.bundle(held.id))):
        unmount(point, lazy=True)
    remove_network_namespace(parts.paths.namespace(held.id))
    held.write(refreshed_state(parts, held.state, held.id))
    parts.monitor.forget(held.id)
    held.emit(EventKind.REFRESH)


def refreshed_state(parts: EngineParts, state: ContainerState, container_id: str) -> ContainerState:
    """The state for the present boot of a container that was in `state` in another."""
    exit_code = state.exit_code
    finished_at = state.finished_at
    if state.status in _RAN or (state.status is Status.UNKNOWN and state.started_at):
        written = parts.monitor.exit_code(container_id)
        exit_code = -1 if written is None else written
        finished_at = 0.0
    return msgspec.structs.replace(
        state,
        status=Status.CONFIGURED if exit_code is None else Status.EXITED,
        intent=state.intent if state.intent in _UNFINISHED else None,
        pid=0,
        pid_start=0,
        monitor_pid=0,
        monitor_start=0,
        monitor_lost=False,
        freezer="",
        exit_code=exit_code,
        finished_at=finished_at,
        mount_point="",
        kept_mounted=False,
        leases=(),
        boot_id=parts.boot_id,
    )

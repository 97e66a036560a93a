"""Bringing a container's stored state in line with what is really there. Called with its lock held."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Final

import msgspec

from core.errors import EngineError, NoSuchContainer, TimedOut
from core.events import EventKind
from core.host.cgroup_reader import CgroupReader
from core.model.state import IDLE_STATUSES, Intent, Status
from core.operations.observe import observed_state, settled_state
from core.operations.parts import Transaction
from core.operations.release import erase, is_exporting, release, stop_by_force
from core.operations.update import finish_update
from core.runtime.contract import Phase

EXIT_FILE_PATIENCE: Final = 5.0
"""Seconds to wait for an exit code while conmon, which writes it, is alive."""
CREATE_PATIENCE: Final = 20.0
"""Seconds to wait for a conmon that is still creating a container for a caller that is gone."""

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
        _REPAIRS[held.state.intent](held)
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
    with contextlib.suppress(EngineError, OSError):
        reader = CgroupReader(held.parts.runtime.observe(held.id).cgroup_paths, held.state.pid)
        try:
            return reader.oom_kills()
        finally:
            reader.close()
    return 0


def _undo_create(held: Transaction) -> None:
    erase(held)
    held.parts.storage.collect_garbage()


def _repair_init(held: Transaction) -> None:
    parts = held.parts
    deadline = time.monotonic() + CREATE_PATIENCE
    failed = False
    while parts.monitor.find(held.id) is not None and time.monotonic() < deadline:
        try:
            if parts.monitor.created_pid(held.id) is not None:
                break
        except EngineError:
            failed = True
            break
        time.sleep(0.02)
    seen = parts.runtime.observe(held.id)
    alive = seen.phase in (Phase.CREATED, Phase.RUNNING, Phase.PAUSED)
    if alive and not failed and parts.monitor.find(held.id) is not None:
        mounted = parts.storage.mounted_at(held.id) if held.config.image_id else None
        held.write(observed_state(parts, held.record))
        held.save(intent=None, mount_point=str(mounted or held.config.rootfs))
        return
    stop_by_force(held)
    release(held)
    held.write(settled_state(held.state))


def _observe_again(held: Transaction) -> None:
    held.save(intent=None)


def _settle_mount(held: Transaction) -> None:
    """Undo a mount that its caller did not live to know of, and finish an unmount."""
    mounted = held.parts.storage.mounted_at(held.id)
    if mounted is not None and held.state.status in IDLE_STATUSES and not is_exporting(held.parts, held.id):
        held.parts.storage.unmount(held.id)
        mounted = None
    held.save(intent=None, mount_point=str(mounted or ""), kept_mounted=held.state.kept_mounted and mounted is not None)


def _let_go_on(held: Transaction) -> None:
    """A commit froze it and was killed: nobody asked for the pause."""
    if held.parts.runtime.observe(held.id).phase is Phase.PAUSED:
        held.parts.runtime.resume(held.id)
    held.save(intent=None)


def _settle_networks(held: Transaction) -> None:
    from core.operations.networking import settle

    settle(held)


def _finish_cleaning(held: Transaction) -> None:
    release(held)
    held.write(settled_state(held.state))


def _finish_removing(held: Transaction) -> None:
    stop_by_force(held)
    erase(held)
    held.emit(EventKind.REMOVE)


_REPAIRS: Final[dict[Intent, Callable[[Transaction], None]]] = {
    Intent.CREATING: _undo_create,
    Intent.INITIALISING: _repair_init,
    Intent.STARTING: _observe_again,
    Intent.MOUNTING: _settle_mount,
    Intent.UNMOUNTING: _settle_mount,
    Intent.PAUSING: _observe_again,
    Intent.UNPAUSING: _observe_again,
    Intent.COMMITTING: _let_go_on,
    Intent.UPDATING: finish_update,
    Intent.CLEANING: _finish_cleaning,
    Intent.REMOVING: _finish_removing,
    Intent.CONNECTING: _settle_networks,
    Intent.DISCONNECTING: _settle_networks,
}

"""What a dead owner began, finished or undone: a repair for each intent. Called with the container's lock held."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from core.errors import EngineError
from core.events import EventKind
from core.host.batch_jobs import schedule_as_usual
from core.model.state import IDLE_STATUSES, Intent
from core.operations.checkpoint import finish_checkpoint
from core.operations.observe import observed_state, settled_state
from core.operations.parts import Transaction
from core.operations.release import erase, is_exporting, release, stop_by_force
from core.operations.update import finish_update
from core.runtime.contract import Phase

CREATE_PATIENCE: Final = 20.0
"""Seconds to wait for a conmon that is still creating a container for a caller that is gone."""


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
    seen = held.runtime.observe(held.id)
    alive = seen.phase in (Phase.CREATED, Phase.RUNNING, Phase.PAUSED)
    connected = all(lease.complete for lease in held.state.leases)
    monitor = parts.monitor.find(held.id)
    if alive and connected and not failed and monitor is not None:
        for pid in (seen.pid, monitor[0]):
            schedule_as_usual(pid)
        mounted = parts.storage.mounted_at(held.id) if held.config.image_id else None
        held.write(observed_state(parts, held.record))
        held.save(intent=None, mount_point=str(mounted or held.config.rootfs))
        return
    stop_by_force(held)
    release(held)
    held.write(settled_state(held.state))


def _observe_again(held: Transaction) -> None:
    held.save(intent=None)


def _finish_start(held: Transaction) -> None:
    held.runtime.finish_start(held.id)
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
    if held.runtime.observe(held.id).phase is Phase.PAUSED:
        held.runtime.resume(held.id)
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


REPAIRS: Final[dict[Intent, Callable[[Transaction], None]]] = {
    Intent.CREATING: _undo_create,
    Intent.INITIALISING: _repair_init,
    Intent.STARTING: _finish_start,
    Intent.MOUNTING: _settle_mount,
    Intent.UNMOUNTING: _settle_mount,
    Intent.PAUSING: _observe_again,
    Intent.UNPAUSING: _observe_again,
    Intent.COMMITTING: _let_go_on,
    Intent.UPDATING: finish_update,
    Intent.CHECKPOINTING: finish_checkpoint,
    Intent.CLEANING: _finish_cleaning,
    Intent.REMOVING: _finish_removing,
    Intent.CONNECTING: _settle_networks,
    Intent.DISCONNECTING: _settle_networks,
}

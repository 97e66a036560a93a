"""When an engine opens: what a reboot left is refreshed, what a dead process began is finished or undone."""

from __future__ import annotations

import contextlib
import os

from core.container import Container
from core.errors import EngineError, NoSuchContainer, TimedOut
from core.host.files import remove_tree
from core.host.locks import FileLock
from core.log import LOG
from core.model.config import ContainerRecord
from core.model.state import IDLE_STATUSES
from core.operations.parts import EngineParts, Transaction


def recover(parts: EngineParts) -> None:
    """After a reboot refresh all containers; after a crash finish or undo what was begun. What fails is in the log."""
    if parts.store.boot_id() != parts.boot_id:
        _refresh_all(parts)
    if parts.store.objects("volume"):
        from core.operations.volumes import repair_volumes

        repair_volumes(parts)
    _remove_ownerless_namespaces(parts)
    for record in parts.store.unsettled():
        if record.state.intent is None and not _is_left_behind(parts, record):
            continue
        try:
            _repair(parts, Container(parts, record.id))
        except NoSuchContainer:
            continue
        except EngineError as error:
            LOG.warning("container %s could not be repaired: %s", record.id, error)


def _remove_ownerless_namespaces(parts: EngineParts) -> None:
    """Those of containers that the store does not know."""
    with contextlib.suppress(FileNotFoundError):
        found = os.listdir(parts.paths.namespaces)
        if not found:
            return
        from core.host.network_namespaces import remove_network_namespace

        owners = {record.id for record in parts.store.all()}
        for name in found:
            if name.partition(".")[0] not in owners:
                remove_network_namespace(parts.paths.namespaces / name)


def _is_left_behind(parts: EngineParts, record: ContainerRecord) -> bool:
    """Whether a root is mounted or a network connected for nobody: an export or a clean-up was killed."""
    state = record.state
    if state.status not in IDLE_STATUSES or not (state.mount_point or state.leases):
        return False
    from core.operations.release import is_exporting

    return (
        bool((state.mount_point and record.config.image_id) or state.leases)
        and not state.kept_mounted
        and not is_exporting(parts, record.id)
        and parts.monitor.find(record.id) is None
    )


def _repair(parts: EngineParts, container: Container) -> None:
    """Finish or undo what a dead process began; leave alone what a living one is at."""
    try:
        with container.hold(patience=0) as held:
            if _is_left_behind(parts, held.record):
                from core.operations.cleanup import cleanup

                cleanup(held)
    except TimedOut:
        return


def _refresh_all(parts: EngineParts) -> None:
    from core.operations.refresh import refresh

    with FileLock(parts.paths.locks / "boot"):
        if parts.store.boot_id() == parts.boot_id:
            return
        remove_tree(parts.paths.name_server)
        for record in parts.store.all():
            if record.state.boot_id == parts.boot_id:
                continue
            with FileLock(parts.paths.lock(record.id)):
                refresh(Transaction(parts, parts.store.get(record.id)))
        parts.store.set_boot_id(parts.boot_id)

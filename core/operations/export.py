"""export: one at a time of a container, whose own lock is not held meanwhile."""

from __future__ import annotations

from core.errors import ExportFailed, NoSuchContainer, StateForbids, TimedOut
from core.host.locks import FileLock
from core.model.state import Intent
from core.operations.parts import Transaction
from core.operations.release import export_lock


def begin_export(held: Transaction) -> FileLock:
    """The lock that an export holds to its end. Raises `StateForbids` where another one does."""
    lock = export_lock(held.parts, held.id)
    try:
        lock.acquire(timeout=0)
    except TimedOut as error:
        raise StateForbids(
            f"container {held.name} is being exported already", hint="wait for that", container_id=held.id
        ) from error
    return lock


def require_whole(held: Transaction) -> None:
    """Raises `ExportFailed` where the container was removed by force meanwhile; tar takes that for a change."""
    try:
        removed = held.parts.store.get(held.id).state.intent is Intent.REMOVING
    except NoSuchContainer:
        removed = True
    if removed:
        raise ExportFailed(
            f"container {held.name} was removed while it was exported",
            hint="wait for an export, or cancel it, before rm --force",
            container_id=held.id,
        )

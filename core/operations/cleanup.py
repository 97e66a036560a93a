"""cleanup: what conmon calls when a container has ended."""

from __future__ import annotations

from core.events import EventKind
from core.model.state import Intent
from core.operations.parts import Transaction
from core.operations.release import erase, release


def cleanup(held: Transaction) -> None:
    """Unmount and free the runtime; a container made with `auto_remove` that has run is removed.

    Allowed: configured, exited. Can be repeated. Raises `StorageFailed`, `RuntimeFailed`.
    """
    if held.config.auto_remove and (held.state.exit_code is not None or held.state.error):
        held.save(intent=Intent.REMOVING)
        erase(held)
        held.emit(EventKind.REMOVE)
        return
    before = held.state
    held.save(intent=Intent.CLEANING)
    release(held)
    held.save(intent=None)
    if before.mount_point and not held.state.mount_point:
        held.emit(EventKind.CLEANUP)

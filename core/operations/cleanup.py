"""cleanup: what conmon calls when a container has ended."""

from __future__ import annotations

from core.errors import EngineError
from core.events import EventKind
from core.log import LOG
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
        if held.config.removes_image:
            _remove_image(held)
        return
    before = held.state
    held.save(intent=Intent.CLEANING)
    release(held)
    held.save(intent=None)
    if before.mount_point and not held.state.mount_point:
        held.emit(EventKind.CLEANUP)


def _remove_image(held: Transaction) -> None:
    """Of a container that is gone: an image that others have, or that has further names, stays."""
    config = held.config
    try:
        held.parts.storage.remove_image(config.image)
    except EngineError as error:
        LOG.info("the image %s of container %s stays: %s", config.image, config.id, error)
        return
    held.parts.emit(EventKind.IMAGE, action="remove", image=config.image)

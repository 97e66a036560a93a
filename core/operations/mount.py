"""mount and unmount: a container's root file system on the host."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import ContainerInUse
from core.events import EventKind
from core.model.state import Intent, Status
from core.operations.parts import Transaction
from core.operations.release import is_exporting


def mount(held: Transaction) -> Path:
    """Mount the root and keep it mounted until `unmount`. Allowed: any state. Idempotent. Raises `StorageFailed`."""
    root = mounted_root(held)
    if not held.state.kept_mounted or held.state.mount_point != str(root):
        held.save(mount_point=str(root), kept_mounted=True)
        held.emit(EventKind.MOUNT, path=str(root))
    return root


def mounted_root(held: Transaction) -> Path:
    """Where the root is mounted, mounting it where it is not."""
    if not held.config.image_id:
        return Path(held.config.rootfs)
    storage = held.parts.storage
    mounted = storage.mounted_at(held.id)
    if mounted is None:
        held.save(intent=Intent.MOUNTING)
        try:
            mounted = storage.mount(held.id)
        finally:
            # Killed before this, whoever looks next finds the intent and unmounts.
            held.save(intent=None, mount_point=str(mounted or ""))
    return mounted


@contextmanager
def readable_root(held: Transaction) -> Iterator[Path | int]:
    """The root for the time of the block, to be read: the folder where it is, or a descriptor of one.

    What is not mounted is not mounted for it, as far as the storage can do without. Raises `StorageFailed`.
    """
    storage = held.parts.storage
    unseen = None
    if held.config.image_id and storage.mounted_at(held.id) is None:
        unseen = storage.open_root(held.id)
    if unseen is None:
        yield mounted_root(held)
        return
    try:
        yield unseen
    finally:
        os.close(unseen)


def unmount(held: Transaction, *, force: bool = False) -> bool:
    """Unmount the root; False where it was not mounted. Allowed: all but running and paused.

    A created container needs its root: there the demand to keep it mounted is dropped and the end of the container
    unmounts it. Raises `ContainerInUse` during an export unless `force`, `StorageFailed`.
    """
    was_mounted = bool(held.state.mount_point)
    if held.state.status is Status.CREATED:
        held.save(kept_mounted=False)
        return was_mounted
    if not force and is_exporting(held.parts, held.id):
        raise ContainerInUse(
            f"container {held.name} is being exported or copied",
            hint="wait for that or cancel it",
            container_id=held.id,
        )
    if held.config.image_id and held.parts.storage.mounted_at(held.id) is not None:
        held.save(intent=Intent.UNMOUNTING)
        held.parts.storage.unmount(held.id)
    held.save(intent=None, mount_point="", kept_mounted=False)
    if was_mounted:
        held.emit(EventKind.UNMOUNT)
    return was_mounted

"""export: a container's root read as a whole, while its lock is held by nobody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import StateForbids, TimedOut
from core.host.locks import FileLock
from core.operations.mount import mounted_root
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

"""A container's root to be read without the mount of containers-storage: its layers in an overlay of our own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from core.host.overlay import open_overlay
from core.log import LOG
from core.storage.command import StorageCommand
from core.storage.store_files import StoreFiles, chain

_NOT_PLAIN: Final = ("diff1", "composefs-data")
"""Beside a layer's files: it has more than one folder of them, or names of them that are elsewhere."""


def open_unseen_root(command: StorageCommand, files: StoreFiles, container_id: str) -> int | None:
    """See `Storage.open_root`. The options are the kernel's own, which containers-storage leaves as they are, too."""
    reason = "a program mounts in this storage, or an ordinary user's namespace is around it"
    if command.kernel_overlay:
        folders = _layer_folders(files, container_id)
        try:
            if folders is not None:
                return open_overlay(folders)
            reason = "its ids are mapped, or not all of its layers are plain folders of known stores"
        except OSError as error:
            reason = f"the kernel refuses an overlay of its layers: {error.strerror}"
    LOG.debug("the root of container %s is mounted to be read: %s", container_id[:12], reason)
    return None


def _layer_folders(files: StoreFiles, container_id: str) -> list[Path] | None:
    """Where the files of a container's layers are, its own first; None where that is not all there is of them."""
    container = files.container(container_id)
    if container is None or container.owners:
        return None
    layers = list(chain(files.layers(), container.layer))
    if not layers or layers[-1].parent or any(layer.owners for layer in layers):
        return None
    places = [files.layer_place(layer.id) for layer in layers]
    if any(place is None or any(os.path.lexists(place / name) for name in _NOT_PLAIN) for place in places):
        return None
    return [place / "diff" for place in places if place is not None]

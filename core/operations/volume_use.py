"""A container's volumes for the time of its run: mounted, filled at their first use, given to its user, let go."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from core.errors import InvalidArgument
from core.host.mounts import is_mounted, mount_as_told, unmount
from core.host.rooted import RootedTree, reopen
from core.host.trees import copy_tree, empty, give_to, is_empty
from core.model.config import VolumeMount
from core.model.volume import Volume, VolumeIntent
from core.oci.user import Owner
from core.operations.parts import EngineParts, Transaction
from core.operations.volumes import catalogue, have_folder, volume_lock

_NEVER_GIVEN: Final = frozenset(
    map(
        Path,
        (
            *(
                "/",
                "/bin",
                "/boot",
                "/dev",
                "/etc",
                "/home",
                "/lib",
                "/lib64",
                "/media",
                "/opt",
                "/proc",
                "/root",
                "/run",
            ),
            *("/sbin", "/srv", "/sys", "/tmp", "/usr", "/usr/bin", "/usr/lib", "/usr/local", "/usr/sbin", "/var"),
            *("/var/lib", "/var/lib/containers", "/var/log"),
        ),
    )
)
"""Folders of the host that no container gets for its own, whatever was asked for."""


_BY_HAND: Final = "by hand"
"""Holds a volume where no container does."""


def prepare_volumes(held: Transaction, root: Path, owner: Owner) -> None:
    """Make the container's volumes ready: its root is mounted at `root`, nothing of it runs yet.

    Raises `NoSuchObject` for a volume that is not there any more, `StorageFailed`, `InvalidArgument`.
    """
    for mount in sorted(held.config.volume_mounts, key=lambda mount: mount.name):
        with volume_lock(held.parts, mount.name):
            _prepare(held, mount, root, owner)
    for bind in held.config.bind_mounts:
        if bind.chown:
            _give(Path(bind.source), owner)


def _prepare(held: Transaction, mount: VolumeMount, root: Path, owner: Owner) -> None:
    parts, found = held.parts, catalogue(held.parts)
    volume = found.get(mount.name)
    data = parts.paths.volume_data(mount.name)
    have_folder(parts, volume)
    if volume.wants_mount:
        volume = _held_by(parts, volume, held.id)
        found.save(mount.name, volume)
        if not is_mounted(data):
            _mount(volume, data)
        if volume.intent is VolumeIntent.COPYING:
            empty(data)
    source = _folder_in(root, mount.destination)
    try:
        volume = _settle_owner(volume, data, source, owner)
        if mount.copy and volume.needs_copy_up:
            volume = _copy_up(parts, volume, data, source)
        found.save(mount.name, volume)
    finally:
        if source is not None:
            os.close(source)
    if mount.chown:
        _give(data, owner)


def _folder_in(root: Path, destination: str) -> int | None:
    """A descriptor of the folder of the image that the volume is mounted upon; None where it has none there."""
    with RootedTree.open(root) as tree:
        try:
            place = tree.find_directory(destination)
        except OSError:
            return None
    try:
        return reopen(place, os.O_RDONLY | os.O_DIRECTORY)
    finally:
        os.close(place)


def _held_by(parts: EngineParts, volume: Volume, holder: str) -> Volume:
    """Note that the container needs it mounted, before it is: who dies then is found by the note."""
    holders = volume.holders if volume.boot_id == parts.boot_id else ()
    kept = tuple(one for one in holders if one != holder)
    return msgspec.structs.replace(volume, holders=(*kept, holder), boot_id=parts.boot_id)


def _settle_owner(volume: Volume, data: Path, source: int | None, owner: Owner) -> Volume:
    """At its first use, give a volume the owner and mode of the folder that it is mounted upon, else of the user."""
    own = not volume.wants_mount or volume.options.get("type") == "tmpfs"
    if not volume.needs_chown or not own or volume.owner != (-1, -1):
        return volume
    if source is None:
        os.chown(data, owner.user, owner.group)
    else:
        known = os.fstat(source)
        os.chown(data, known.st_uid, known.st_gid)
        data.chmod(stat.S_IMODE(known.st_mode))
    return msgspec.structs.replace(volume, needs_chown=False)


def _copy_up(parts: EngineParts, volume: Volume, data: Path, source: int | None) -> Volume:
    """Copy what the image has there into an empty volume. Announced, so that half a copy is seen and begun anew."""
    if source is not None and is_empty(data) and os.listdir(source):
        catalogue(parts).save(volume.name, msgspec.structs.replace(volume, intent=VolumeIntent.COPYING))
        try:
            copy_tree(source, data)
        except BaseException:
            empty(data)
            raise
    return msgspec.structs.replace(volume, needs_copy_up=False, intent=None)


def _give(path: Path, owner: Owner) -> None:
    if path in _NEVER_GIVEN:
        raise InvalidArgument(
            f"chowning host path {str(path)!r} is not allowed", hint="mount a folder below it, or leave out U"
        )
    give_to(path, owner.user, owner.group)


@contextmanager
def reading(parts: EngineParts, name: str) -> Iterator[Path]:
    """Where a volume's files are, for who reads or writes them without a container.

    One with mount options that no container holds is mounted for the time, and no container gets it meanwhile.
    """
    found, data = catalogue(parts), parts.paths.volume_data(name)
    with volume_lock(parts, name):
        volume = found.get(name)
        have_folder(parts, volume)
        if volume.wants_mount and not is_mounted(data):
            found.save(name, msgspec.structs.replace(volume, intent=VolumeIntent.MOUNTING))
            try:
                _mount(volume, data)
                yield data
            finally:
                if is_mounted(data):
                    unmount(data)
                found.save(name, msgspec.structs.replace(volume, intent=None))
            return
    yield data


def _mount(volume: Volume, data: Path) -> None:
    kind, device = volume.options.get("type", ""), volume.options.get("device", "")
    mount_as_told(data, kind=kind, device=device, options=volume.mount_options)


def release_volumes(held: Transaction) -> None:
    """Let go of the volumes that are mounted for the container, unmounting those that no other needs."""
    parts, found = held.parts, catalogue(held.parts)
    for mount in sorted(held.config.volume_mounts, key=lambda mount: mount.name):
        volume = found.find(mount.name)
        # None but who has the container's lock notes it as a holder: without a note there is nothing to wait for.
        if volume is None or held.id not in volume.holders:
            continue
        _let_go(parts, mount.name, held.id)


def _let_go(parts: EngineParts, name: str, holder: str) -> None:
    with volume_lock(parts, name):
        volume = catalogue(parts).find(name)
        if volume is None:
            return
        left = tuple(one for one in volume.holders if one != holder)
        data = parts.paths.volume_data(name)
        if not left and is_mounted(data):
            unmount(data)
        catalogue(parts).save(name, msgspec.structs.replace(volume, holders=left))


def mount_by_hand(parts: EngineParts, name: str) -> Path:
    """Have what a volume's options say mounted until `unmount_by_hand`, or the end of the boot; where its files are.

    Raises `NoSuchObject`, `StorageFailed`.
    """
    found, data = catalogue(parts), parts.paths.volume_data(name)
    with volume_lock(parts, name):
        volume = found.get(name)
        have_folder(parts, volume)
        if volume.wants_mount:
            volume = _held_by(parts, volume, _BY_HAND)
            found.save(name, volume)
            if not is_mounted(data):
                _mount(volume, data)
    return data


def unmount_by_hand(parts: EngineParts, name: str) -> None:
    """Undo `mount_by_hand`; what a container needs stays mounted. Raises `NoSuchObject`."""
    if catalogue(parts).get(name).wants_mount:
        _let_go(parts, name, _BY_HAND)

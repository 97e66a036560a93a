"""Volumes: made, found, removed. A container's lock is always taken before a volume's, and of those one at a time."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import msgspec

from core.errors import (
    AmbiguousName,
    EngineError,
    InvalidArgument,
    NameInUse,
    NoSuchObject,
    TimedOut,
    VolumeInUse,
)
from core.events import EventKind
from core.host.files import make_private_directory
from core.host.locks import FileLock
from core.host.mounts import is_mounted, unmount
from core.host.trees import empty
from core.log import LOG
from core.model.config import ContainerConfig
from core.model.volume import Volume, VolumeIntent, VolumeSnapshot
from core.operations.parts import EngineParts
from core.store.catalogue import Catalogue

LOCK_PATIENCE: Final = 120.0
"""Seconds to wait for another that works on the volume, as one that fills it."""
_NAME: Final = r"[a-zA-Z0-9][a-zA-Z0-9_.-]*"
_NAME_LENGTH: Final = 250
_OPTIONS: Final = ("type", "device", "o")
_FOLDER_MODE: Final = 0o755


def catalogue(parts: EngineParts) -> Catalogue[Volume]:
    """The records of all volumes."""
    return Catalogue(parts.store, "volume", Volume)


@contextmanager
def volume_lock(parts: EngineParts, name: str, patience: float = LOCK_PATIENCE) -> Iterator[None]:
    """A volume for one alone; what a dead owner began is finished or undone. Raises `TimedOut`."""
    lock = FileLock(parts.paths.volume_lock(name))
    try:
        lock.acquire(timeout=patience)
    except TimedOut as error:
        raise TimedOut(f"volume {name} is in use by another process", hint="try again when it is done") from error
    try:
        _repair(parts, name)
        yield
    finally:
        lock.release()


def new_name() -> str:
    """The name of an anonymous volume."""
    return os.urandom(32).hex()


def check_name(name: str) -> None:
    """Raise `InvalidArgument` for a name that podman would not take either."""
    if not re.fullmatch(_NAME, name) or len(name) > _NAME_LENGTH:
        raise InvalidArgument(
            f"the volume name {name[:40]!r} is not valid: names must match {_NAME}",
            hint=f"use letters, digits, '_', '.' and '-', a letter or digit first, at most {_NAME_LENGTH} in all",
        )


def check_options(options: Mapping[str, str]) -> None:
    """Raise `InvalidArgument` for options that the local driver does not have."""
    for key in options:
        if key not in _OPTIONS:
            raise InvalidArgument(f"invalid mount option {key} for driver 'local'", hint="it has type, device and o")
    given = [option.partition("=") for option in options.get("o", "").split(",")]
    for key, _, value in given:
        if key in ("uid", "gid") and not value.isdecimal():
            raise InvalidArgument(
                f"the option {key}={value} of a volume is not a number", hint="use the number of a user or of a group"
            )
        if key in ("size", "inodes") and "type" not in options:
            raise InvalidArgument(
                f"the option {key} of a volume needs a file system of its own", hint="give type=tmpfs, too"
            )


def create_volume(parts: EngineParts, volume: Volume) -> None:
    """Make a volume. Raises `NameInUse`, `InvalidArgument`."""
    check_name(volume.name)
    check_options(volume.options)
    with volume_lock(parts, volume.name):
        _add(parts, volume)


def _add(parts: EngineParts, volume: Volume) -> None:
    catalogue(parts).add(volume.name, volume)
    have_folder(parts, volume)
    parts.emit(EventKind.VOLUME, name=volume.name, action="create")


def ensure_volumes(parts: EngineParts, config: ContainerConfig) -> None:
    """Make those volumes of a container that are not there. Its record must be in the store, so that they stay."""
    for mount in sorted(config.volume_mounts, key=lambda mount: mount.name):
        with volume_lock(parts, mount.name):
            if catalogue(parts).find(mount.name) is not None:
                continue
            made = Volume(name=mount.name, created_at=time.time(), anonymous=mount.anonymous, creator=config.id)
            with contextlib.suppress(NameInUse):
                _add(parts, made)


def have_folder(parts: EngineParts, volume: Volume) -> None:
    """Make the folder of a volume's files where it is not there; it appears with its owner and mode."""
    data = parts.paths.volume_data(volume.name)
    if data.is_dir():
        return
    make_private_directory(data.parent)
    fresh = data.with_name("_new")
    fresh.mkdir(exist_ok=True)
    fresh.chmod(_FOLDER_MODE)
    os.chown(fresh, *volume.owner)
    fresh.rename(data)


def resolve(parts: EngineParts, name: str) -> str:
    """The volume with this name, or the only one whose name begins so. Raises `NoSuchObject`, `AmbiguousName`."""
    found = catalogue(parts)
    if found.find(name) is not None:
        return name
    matches = [volume.name for volume in found.all() if name and volume.name.startswith(name)]
    if len(matches) > 1:
        raise AmbiguousName(
            f'more than one volume has a name that begins with "{name}": {", ".join(matches[:5])}',
            hint="give more of the name",
        )
    return matches[0] if matches else found.get(name).name


def users(parts: EngineParts) -> dict[str, list[str]]:
    """The names of the volumes that containers have, each with those containers' ids."""
    found: dict[str, list[str]] = {}
    for record in parts.store.all():
        for mount in record.config.volume_mounts:
            holders = found.setdefault(mount.name, [])
            if record.id not in holders:
                holders.append(record.id)
    return found


def snapshot_of(parts: EngineParts, volume: Volume, used_by: list[str]) -> VolumeSnapshot:
    """A record as a frozen picture."""
    return VolumeSnapshot(
        name=volume.name,
        path=str(parts.paths.volume_data(volume.name)),
        created_at=volume.created_at,
        labels=dict(volume.labels),
        options=dict(volume.options),
        anonymous=volume.anonymous,
        needs_copy_up=volume.needs_copy_up,
        needs_chown=volume.needs_chown,
        mount_count=len(volume.holders) if _is_held(parts, volume) else 0,
        used_by=tuple(used_by),
    )


def remove_volume(parts: EngineParts, name: str, *, released_by: str = "") -> None:
    """Remove a volume and its files. Raises `NoSuchObject`, `VolumeInUse`.

    `released_by`: the container that is about to be removed and does not count.
    """
    with volume_lock(parts, name):
        volume = catalogue(parts).get(name)
        others = [user for user in users(parts).get(name, []) if user != released_by]
        if others:
            raise VolumeInUse(
                f"volume {name} is being used by the following container(s): {', '.join(others)}: volume is being used",
                hint="remove those containers first, or use --force to have them removed",
            )
        catalogue(parts).save(name, msgspec.structs.replace(volume, intent=VolumeIntent.REMOVING))
        _finish_removal(parts, name)
    parts.emit(EventKind.VOLUME, name=name, action="remove")


def remove_volumes_of(parts: EngineParts, config: ContainerConfig, *, made_for_it: bool = False) -> None:
    """Remove the anonymous volumes of a container that is about to be removed, where no other has them.

    With `made_for_it` all that were made for it, those with a name, too: its creation is undone.
    """
    for mount in config.volume_mounts:
        volume = catalogue(parts).find(mount.name)
        if volume is None or not (volume.anonymous or (made_for_it and volume.creator == config.id)):
            continue
        with contextlib.suppress(NoSuchObject, VolumeInUse):
            remove_volume(parts, mount.name, released_by=config.id)


def repair_volumes(parts: EngineParts) -> None:
    """Finish or undo what dead processes began; leave alone what living ones are at."""
    for volume in catalogue(parts).all():
        if volume.intent is None:
            continue
        try:
            with volume_lock(parts, volume.name, patience=0):
                pass
        except TimedOut:
            continue
        except (EngineError, OSError) as error:
            LOG.warning("volume %s could not be repaired: %s", volume.name, error)


def _repair(parts: EngineParts, name: str) -> None:
    volume = catalogue(parts).find(name)
    if volume is None or volume.intent is None:
        return
    if volume.intent is VolumeIntent.REMOVING:
        _finish_removal(parts, name)
        return
    data = parts.paths.volume_data(name)
    mounted = is_mounted(data)
    if volume.intent is VolumeIntent.MOUNTING and mounted and not _is_held(parts, volume):
        unmount(data)
    if volume.intent is VolumeIntent.COPYING:
        if volume.wants_mount and not mounted:
            # What was copied is on what is not mounted now: whoever mounts it next finds the intent.
            return
        empty(data)
    catalogue(parts).save(name, msgspec.structs.replace(volume, intent=None))


def _is_held(parts: EngineParts, volume: Volume) -> bool:
    return bool(volume.holders) and volume.boot_id == parts.boot_id


def _finish_removal(parts: EngineParts, name: str) -> None:
    data = parts.paths.volume_data(name)
    while is_mounted(data):
        unmount(data)
    if data.parent.exists():
        from shutil import rmtree

        rmtree(data.parent)
    catalogue(parts).remove(name)
    parts.paths.volume_lock(name).unlink(missing_ok=True)

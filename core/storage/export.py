"""A root file system written out as a tar by GNU tar, so that what goes out is what would come in again."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.errors import DestinationExists, ExportFailed, NoSpace
from core.host.files import descriptor_path, free_bytes
from core.model.id_mappings import IdMappings, pairs
from core.model.snapshot import ExportProgress
from core.storage.tar_output import Compression, ExportWatch, write_tar

_MOST_IDS: Final = 1 << 20
"""Of a range of mapped ids, how many files are looked for; tar wants each by itself."""
_RESERVE: Final = 1 << 20


def export_tree(
    root: Path | int,
    destination: Path | int,
    *,
    compression: Compression = "none",
    total: int = 0,
    progress: Callable[[ExportProgress], None] | None = None,
    cancel: threading.Event | None = None,
    overwrite: bool = False,
    ids: IdMappings | None = None,
    verify: Callable[[], object] | None = None,
) -> int:
    """Write all below `root`, a path or a descriptor, to another one; the bytes written there.

    `total`: the expected bytes of tar, for the progress and the check of free space. A path gets its name only when all
    is written; what was there stays as it was until then, whatever fails or is killed here. The disk is not waited for,
    as by tar and podman: after a failure of power shortly afterwards the file may be cut short, so sync it where
    that counts. With `ids` owners are written as the container counts them. `verify` is called when all is read, and
    raises where that can not have been everything.
    Raises `DestinationExists`, `NoSpace`, `Cancelled`, `ExportFailed`, and what `verify` raises.
    """
    watch = ExportWatch(total, progress, cancel)
    if isinstance(destination, int):
        written = _write(root, destination, compression, watch, ids)
        if verify is not None:
            verify()
        return written
    _check_destination(destination, overwrite)
    _check_space(destination.parent, total, compression)
    with _temporary(destination) as (temporary, descriptor):
        try:
            written = _write(root, descriptor, compression, watch, ids)
            # File systems of the network tell what they could not write when a descriptor is closed, not before.
            os.close(os.dup(descriptor))
        except OSError as error:
            raise _write_error(destination, error) from error
        if verify is not None:
            verify()
        _publish(temporary, destination, overwrite)
    return written


def _check_destination(destination: Path, overwrite: bool) -> None:
    if destination.is_dir():
        raise ExportFailed(f"{destination} is a directory", hint="give the name of a file in it")
    if not destination.parent.is_dir():
        raise ExportFailed(f"the directory {destination.parent} is not there", hint="make it first")
    if not overwrite and os.path.lexists(destination):
        raise _exists(destination)


def _exists(destination: Path) -> DestinationExists:
    return DestinationExists(f"{destination} is there already", hint="choose another name, or allow overwriting")


def _check_space(folder: Path, total: int, compression: Compression) -> None:
    free = free_bytes(folder)
    # How far it compresses nobody knows before; less than a tenth is hardly seen.
    needed = total if compression == "none" else total // 10
    if needed + _RESERVE > free:
        raise NoSpace(
            f"{folder} has {free} bytes free, the export needs about {needed}", hint="free some space, or go elsewhere"
        )


@contextmanager
def _temporary(destination: Path) -> Iterator[tuple[Path, int]]:
    path = destination.with_name(f".{destination.name[:200]}.{os.urandom(4).hex()}.part")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ExportFailed(
            f"{destination.parent} can not be written: {error.strerror}", hint="choose another destination"
        ) from error
    try:
        yield path, descriptor
    finally:
        os.close(descriptor)
        path.unlink(missing_ok=True)


def _publish(temporary: Path, destination: Path, overwrite: bool) -> None:
    """Give the finished file its name. A link, unlike a rename, never replaces what came there meanwhile."""
    if overwrite:
        temporary.replace(destination)
    else:
        try:
            destination.hardlink_to(temporary)
        except FileExistsError as error:
            raise _exists(destination) from error


def _write_error(destination: Path, error: OSError) -> ExportFailed:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoSpace(f"{destination} could not be written: no space is left", hint="free some space and try again")
    return ExportFailed(f"{destination} could not be written: {error.strerror}", hint="choose another destination")


def _write(root: Path | int, target: int, compression: Compression, watch: ExportWatch, ids: IdMappings | None) -> int:
    with _owner_maps(ids) as (options, descriptors):
        if isinstance(root, Path):
            return write_tar(root, target, compression, watch, options, descriptors)
        return write_tar(descriptor_path(root), target, compression, watch, options, [root, *descriptors])


@contextmanager
def _owner_maps(ids: IdMappings | None) -> Iterator[tuple[list[str], list[int]]]:
    """What tar needs to write a container's owners, and the descriptors that it has to inherit for it."""
    descriptors: list[int] = []
    options: list[str] = []
    try:
        for kind, ranges in (("owner", ids.users), ("group", ids.groups)) if ids is not None else ():
            descriptor = os.memfd_create(kind)
            descriptors.append(descriptor)
            with open(descriptor, "w", closefd=False) as file:
                file.writelines(f"+{host} +{inside}\n" for host, inside in pairs(ranges, _MOST_IDS))
            options.append(f"--{kind}-map=/proc/self/fd/{descriptor}")
        yield options, descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)

"""The volumes of one root directory: files that outlive containers."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from core.container import Container
from core.errors import NameInUse, NoSuchContainer, NoSuchObject, StateForbids, VolumeInUse
from core.events import EventKind
from core.host.trees import size_on_disk, unpack
from core.model.volume import PrunePreview, Volume, VolumeSnapshot
from core.operations import volumes as operations
from core.operations.parts import EngineParts
from core.operations.volume_use import reading

if TYPE_CHECKING:
    from core.model.files import FileEntry, FilePiece, TreeSize
    from core.operations.copy import Side

PIECE: Final = 256 * 1024
"""Bytes of a file that are read at once."""


class Volumes:
    """The `volumes` of an engine. May be called from any thread."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts

    def all(self) -> list[VolumeSnapshot]:
        """All volumes in the order of their names, with the containers that have them."""
        used = operations.users(self._parts)
        return [
            operations.snapshot_of(self._parts, volume, used.get(volume.name, []))
            for volume in operations.catalogue(self._parts).all()
        ]

    def find(self, name: str) -> VolumeSnapshot:
        """By name, or by the beginning of only one name. Raises `NoSuchObject`, `AmbiguousName`."""
        volume = operations.catalogue(self._parts).get(operations.resolve(self._parts, name))
        return operations.snapshot_of(self._parts, volume, operations.users(self._parts).get(volume.name, []))

    def mount(self, name: str) -> Path:
        """Have what its options say mounted until `unmount`; where its files are. Raises `NoSuchObject`,
        `AmbiguousName`, `StorageFailed`."""
        from core.operations.volume_use import mount_by_hand

        return mount_by_hand(self._parts, operations.resolve(self._parts, name))

    def unmount(self, name: str) -> str:
        """Undo `mount`, but for what a container needs; its full name. Raises `NoSuchObject`, `AmbiguousName`."""
        from core.operations.volume_use import unmount_by_hand

        name = operations.resolve(self._parts, name)
        unmount_by_hand(self._parts, name)
        return name

    def exists(self, name: str) -> bool:
        """Whether a volume has this name."""
        return operations.catalogue(self._parts).find(name) is not None

    def size(self, name: str) -> int:
        """Bytes that its files take on disk. Reads all of the tree. Raises `NoSuchObject`, `AmbiguousName`."""
        return size_on_disk(Path(self.find(name).path))

    def create(
        self,
        name: str = "",
        *,
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
        ignore: bool = False,
    ) -> VolumeSnapshot:
        """Make a volume, with a name made up where none is given.

        With `ignore` one that is there already is given back as it is. `options`: type, device and o, as of mount(8);
        what they say is mounted as long as a container that has the volume runs. Raises `NameInUse`, `InvalidArgument`.
        """
        volume = Volume(
            name=name or operations.new_name(),
            created_at=time.time(),
            labels=dict(labels or {}),
            options=dict(options or {}),
            anonymous=not name,
        )
        try:
            operations.create_volume(self._parts, volume)
        except NameInUse:
            if not ignore:
                raise
        return self.find(volume.name)

    def remove(self, name: str, *, force: bool = False, timeout: int | None = None) -> str:
        """Remove a volume and its files; its full name.

        With `force` the containers that have it are stopped (`timeout` seconds, then killed) and removed first. Raises
        `NoSuchObject`, `AmbiguousName`, `VolumeInUse`.
        """
        name = operations.resolve(self._parts, name)
        if force:
            for container_id in operations.users(self._parts).get(name, []):
                self._remove_container(container_id, timeout)
        operations.remove_volume(self._parts, name)
        return name

    def preview(self, fits: Callable[[VolumeSnapshot], bool] = lambda _: True) -> PrunePreview:
        """What `prune` would remove, and how much that frees."""
        volumes = tuple(volume for volume in self.all() if not volume.used_by and fits(volume))
        return PrunePreview(volumes=volumes, size=sum(size_on_disk(Path(volume.path)) for volume in volumes))

    def prune(self, fits: Callable[[VolumeSnapshot], bool] = lambda _: True) -> PrunePreview:
        """Remove the volumes that no container has and that fit; those that went, and what that freed."""
        gone: list[VolumeSnapshot] = []
        freed = 0
        for volume in self.preview(fits).volumes:
            size = size_on_disk(Path(volume.path))
            try:
                operations.remove_volume(self._parts, volume.name)
            except (NoSuchObject, VolumeInUse):
                continue
            gone.append(volume)
            freed += size
        return PrunePreview(volumes=tuple(gone), size=freed)

    def export(self, name: str, destination: Path | int, *, overwrite: bool = False) -> int:
        """Write a volume's files as a tar to a path or a descriptor; the number of bytes.

        A path gets its name only when all is written. Raises `NoSuchObject`, `DestinationExists`, `ExportFailed`.
        """
        from core.storage.export import export_tree

        with reading(self._parts, operations.resolve(self._parts, name)) as path:
            written = export_tree(path, destination, overwrite=overwrite)
        self._parts.emit(EventKind.VOLUME, name=name, action="export", bytes=str(written))
        return written

    def import_tar(self, name: str, archive: BinaryIO) -> None:
        """Unpack a tar, plain or compressed, into a volume, over what is there.

        Nothing gets out of the volume by a symbolic link. Raises `NoSuchObject`, `DamagedArchive`.
        """
        with reading(self._parts, operations.resolve(self._parts, name)) as path:
            unpack(archive, path)
        self._parts.emit(EventKind.VOLUME, name=name, action="import")

    def list_files(self, name: str, path: str) -> list[FileEntry]:
        """What is in a directory of a volume: directories first, by name. Raises `CopyFailed`, `NoSuchObject`."""
        from core.operations.browse import list_directory

        with self._side(name, path) as side:
            return list_directory(side)

    def read_file(self, name: str, path: str, offset: int = 0, length: int = PIECE) -> FilePiece:
        """A part of a regular file, `length` bytes at most. Raises `CopyFailed`, `NoSuchObject`."""
        from core.operations.browse import read_piece

        with self._side(name, path) as side:
            return read_piece(side, offset, length)

    def measure_files(self, name: str, path: str) -> TreeSize:
        """What is in a directory and below it. Raises `CopyFailed`, `NoSuchObject`."""
        from core.operations.browse import measure

        with self._side(name, path) as side:
            return measure(side)

    def copy_out(self, name: str, source: str, destination: str) -> None:
        """Copy a file or a directory to the host, for whoever asks. Raises `CopyFailed`, `NoSuchObject`."""
        from core.operations.copy import copy_between, open_host
        from core.storage.tree_writer import WriteRules

        target = open_host(destination)
        with self._side(name, source) as origin, target.tree:
            copy_between(origin, target, WriteRules(owner=target.outside), _unwatched)
        self._parts.emit(EventKind.VOLUME, name=name, action="copy", source=source)

    def copy_in(self, name: str, source: str, destination: str) -> None:
        """Copy a file or a directory of the host in, for whom the volume's root belongs to.

        Raises `CopyFailed`, `NoSuchObject`.
        """
        from core.operations.copy import copy_between, open_host
        from core.storage.tree_writer import WriteRules

        origin = open_host(source)
        with origin.tree, self._side(name, destination) as target:
            copy_between(origin, target, WriteRules(owner=target.outside), _unwatched)
        self._parts.emit(EventKind.VOLUME, name=name, action="copy", destination=destination)

    @contextlib.contextmanager
    def _side(self, name: str, path: str) -> Iterator[Side]:
        """The volume's end of a copy; no symbolic link leads out of it."""
        from core.host.rooted import RootedTree
        from core.operations.copy import Side

        resolved = operations.resolve(self._parts, name)
        with reading(self._parts, resolved) as folder, RootedTree.open(folder) as tree:
            status = os.stat(folder)
            owner = (status.st_uid, status.st_gid)
            yield Side(tree, path, path, f"in volume {resolved}", owner, True, owner)

    def _remove_container(self, container_id: str, timeout: int | None) -> None:
        container = Container(self._parts, container_id)
        try:
            with contextlib.suppress(StateForbids):
                container.stop(timeout)
            container.remove(force=True)
        except NoSuchContainer:
            return


def _unwatched(more: int) -> None:
    """Nobody wants to know how far a copy is."""

"""Looking into a container's files, stopped or running; no symbolic link leads out of its root."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Iterator

from core.errors import Cancelled, CopyFailed
from core.host.rooted import RootedTree, reopen
from core.model.files import FileEntry, FileKind, FilePiece, TreeSize
from core.operations.copy import Side

_KINDS = {
    stat.S_IFREG: FileKind.FILE,
    stat.S_IFDIR: FileKind.DIRECTORY,
    stat.S_IFLNK: FileKind.LINK,
    stat.S_IFCHR: FileKind.DEVICE,
    stat.S_IFBLK: FileKind.DEVICE,
    stat.S_IFIFO: FileKind.FIFO,
    stat.S_IFSOCK: FileKind.SOCKET,
}
_SECTOR = 512


def list_directory(side: Side) -> list[FileEntry]:
    """What is in a directory: directories first, by name. Raises `CopyFailed`."""
    try:
        place = side.tree.find_directory(side.path)
        try:
            folder = reopen(place, os.O_RDONLY | os.O_DIRECTORY)
        finally:
            os.close(place)
    except OSError as error:
        raise _failed(side, error) from error
    try:
        with os.scandir(folder) as found:
            entries = [entry for entry in (_entry(side, folder, name.name) for name in found) if entry is not None]
    except OSError as error:
        raise _failed(side, error) from error
    finally:
        os.close(folder)
    return sorted(entries, key=lambda entry: (entry.kind is not FileKind.DIRECTORY, entry.name))


def read_piece(side: Side, offset: int, length: int) -> FilePiece:
    """A part of a regular file, links followed within the root. Raises `CopyFailed`."""
    try:
        place = side.tree.find(side.path)
        try:
            status = os.fstat(place)
            if not stat.S_ISREG(status.st_mode):
                kind = _KINDS.get(stat.S_IFMT(status.st_mode), FileKind.FILE)
                raise CopyFailed(f"{side.given} is a {kind} and can not be read", hint="choose a file")
            file = reopen(place)
        finally:
            os.close(place)
        try:
            return FilePiece(content=os.pread(file, length, offset), offset=offset, size=status.st_size)
        finally:
            os.close(file)
    except OSError as error:
        raise _failed(side, error) from error


def measure(side: Side, cancel: threading.Event | None = None) -> TreeSize:
    """What is in a directory and below it, on the same file system. Raises `CopyFailed`, `Cancelled`."""
    size = used = files = 0
    seen: set[int] = set()
    try:
        place = side.tree.find_directory(side.path)
        try:
            device = os.fstat(place).st_dev
            for status in _below(place):
                if cancel is not None and cancel.is_set():
                    raise Cancelled("the measuring was cancelled")
                if status.st_dev != device or status.st_ino in seen:
                    continue
                if status.st_nlink > 1 and not stat.S_ISDIR(status.st_mode):
                    seen.add(status.st_ino)
                used += status.st_blocks * _SECTOR
                if not stat.S_ISDIR(status.st_mode):
                    size += status.st_size
                    files += 1
        finally:
            os.close(place)
    except OSError as error:
        raise _failed(side, error) from error
    return TreeSize(size=size, used=used, files=files)


def _below(place: int) -> Iterator[os.stat_result]:
    """All that is below a directory; what goes away meanwhile is passed over. Links are not followed."""
    for _, folders, names, folder in os.fwalk(f"/proc/self/fd/{place}/.", follow_symlinks=False):
        device = os.fstat(folder).st_dev
        for name in names:
            if (status := _status(folder, name)) is not None:
                yield status
        # Directories of other file systems are not walked into: /proc has no end.
        kept = []
        for name in folders:
            status = _status(folder, name)
            if status is not None and status.st_dev == device:
                kept.append(name)
                yield status
        folders[:] = kept


def _status(folder: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return None


def _entry(side: Side, folder: int, name: str) -> FileEntry | None:
    """None for a name that has just gone away."""
    status = _status(folder, name)
    if status is None:
        return None
    kind = _KINDS.get(stat.S_IFMT(status.st_mode), FileKind.FILE)
    target, leads_to_directory = "", False
    if kind is FileKind.LINK:
        try:
            target = os.readlink(name, dir_fd=folder)
        except OSError:
            return None
        leads_to_directory = _is_directory(side.tree, os.path.join(side.path, name))
    return FileEntry(
        name=name,
        kind=kind,
        size=status.st_size if kind in (FileKind.FILE, FileKind.LINK) else 0,
        mode=stat.S_IMODE(status.st_mode),
        uid=status.st_uid,
        gid=status.st_gid,
        modified=status.st_mtime,
        target=target,
        leads_to_directory=leads_to_directory,
    )


def _is_directory(tree: RootedTree, path: str) -> bool:
    try:
        os.close(tree.find_directory(path))
    except OSError:
        return False
    return True


def _failed(side: Side, error: OSError) -> CopyFailed:
    reason = (error.strerror or str(error)).lower()
    hint = "it may have been removed meanwhile" if error.errno == errno.ENOENT else ""
    return CopyFailed(f"{side.given} {side.place} can not be read: {reason}", hint=hint)

"""A tree of files, read as the entries of a tar while others may change it."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NamedTuple, Protocol

from core.host.rooted import reopen

PIECE: Final = 1 << 20
_KEPT_ATTRIBUTES: Final = ("user.", "security.capability")
_ATTRIBUTE: Final = "SCHILY.xattr."
_DIRECTORY_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Content(Protocol):
    """The content of a file, to be read once from its begin to its end."""

    def read(self, size: int = -1, /) -> bytes: ...


class Entry(NamedTuple):
    """A header, and the content of a regular file. The content is closed when the next entry is asked for."""

    header: tarfile.TarInfo
    content: Content | None


class TreeReader:
    """Reads what is at an O_PATH descriptor, which stays the caller's.

    `name`: what the archive calls it; empty for the content of a directory without the directory itself. `owner`: user
    and group in place of the files' own. `left_out`: names directly below that are passed over. No symbolic link is
    followed and nothing but regular files and directories is opened. Sockets are passed over, as in every tar.
    """

    def __init__(
        self, place: int, name: str, *, owner: tuple[int, int] | None = None, left_out: frozenset[str] = frozenset()
    ) -> None:
        self._place = place
        self._name = name
        self._owner = owner
        self._left_out = left_out
        self._links: dict[tuple[int, int], str] = {}

    def entries(self) -> Iterator[Entry]:
        """A directory before what is in it, names in order. Raises `OSError`."""
        status = os.fstat(self._place)
        if not stat.S_ISDIR(status.st_mode):
            yield from self._entry(self._place, self._name, status)
            return
        if self._name:
            yield from self._entry(self._place, self._name, status)
        # A stack and not a recursion: a program in a container may nest directories as deep as it likes.
        stack = [self._opened(os.open(".", _DIRECTORY_FLAGS, dir_fd=self._place), self._name, self._left_out)]
        try:
            while stack:
                folder, prefix, names = stack[-1]
                name = next(names, None)
                if name is None:
                    os.close(stack.pop()[0])
                    continue
                place = _find(folder, name)
                if place is None:
                    continue
                try:
                    status = os.fstat(place)
                    path = f"{prefix}/{name}" if prefix else name
                    yield from self._entry(place, path, status)
                    if stat.S_ISDIR(status.st_mode):
                        stack.append(self._opened(os.open(".", _DIRECTORY_FLAGS, dir_fd=place), path))
                finally:
                    os.close(place)
        finally:
            for folder, _, _ in stack:
                os.close(folder)

    def _opened(
        self, folder: int, prefix: str, left_out: frozenset[str] = frozenset()
    ) -> tuple[int, str, Iterator[str]]:
        try:
            return folder, prefix, iter([name for name in sorted(os.listdir(folder)) if name not in left_out])
        except BaseException:
            os.close(folder)
            raise

    def _entry(self, place: int, path: str, status: os.stat_result) -> Iterator[Entry]:
        header = tarfile.TarInfo(path)
        header.mode = stat.S_IMODE(status.st_mode)
        header.uid, header.gid = self._owner or (status.st_uid, status.st_gid)
        header.mtime = int(status.st_mtime)
        kind = stat.S_IFMT(status.st_mode)
        if kind == stat.S_IFREG:
            yield from self._file(header, place, status)
            return
        if kind == stat.S_IFDIR:
            header.type = tarfile.DIRTYPE
            header.pax_headers = _attributes(place, os.O_RDONLY | os.O_DIRECTORY)
        elif kind == stat.S_IFLNK:
            header.type = tarfile.SYMTYPE
            header.linkname = os.readlink("", dir_fd=place)
        elif kind == stat.S_IFIFO:
            header.type = tarfile.FIFOTYPE
        elif kind in (stat.S_IFCHR, stat.S_IFBLK):
            header.type = tarfile.CHRTYPE if kind == stat.S_IFCHR else tarfile.BLKTYPE
            header.devmajor, header.devminor = os.major(status.st_rdev), os.minor(status.st_rdev)
        else:
            return
        yield Entry(header, None)

    def _file(self, header: tarfile.TarInfo, place: int, status: os.stat_result) -> Iterator[Entry]:
        key = (status.st_dev, status.st_ino)
        if status.st_nlink > 1 and key in self._links:
            header.type, header.linkname = tarfile.LNKTYPE, self._links[key]
            yield Entry(header, None)
            return
        self._links[key] = header.name
        header.size = status.st_size
        header.pax_headers = _attributes(place, os.O_RDONLY)
        with open(reopen(place), "rb", buffering=0) as file:
            yield Entry(header, _Exactly(file, header.size))


class _Exactly:
    """A file that has the size that its header tells, however it grows or shrinks meanwhile."""

    def __init__(self, file: io.FileIO, size: int) -> None:
        self._file = file
        self._left = size

    def read(self, size: int = -1, /) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        if not wanted:
            return b""
        data = self._file.read(wanted) or b"\0" * min(wanted, PIECE)
        self._left -= len(data)
        return data


def _find(folder: int, name: str) -> int | None:
    """None where it went away since the directory was listed."""
    with suppress(FileNotFoundError):
        return os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    return None


def _attributes(place: int, flags: int) -> dict[str, str]:
    """The extended attributes that a tar keeps, as GNU tar names them; none where the file system has none."""
    kept = {}
    with suppress(OSError):
        descriptor = reopen(place, flags)
        try:
            for name in os.listxattr(descriptor):
                if name.startswith(_KEPT_ATTRIBUTES):
                    value = os.getxattr(descriptor, name)
                    kept[f"{_ATTRIBUTE}{name}"] = value.decode("utf-8", "surrogateescape")
        finally:
            os.close(descriptor)
    return kept

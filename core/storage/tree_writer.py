"""The entries of a tar, written below a directory that nothing in them, and nobody who works there, can lead out of."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tarfile
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self, TypeVar

import msgspec

from core.errors import DamagedArchive
from core.host.rooted import RootedTree
from core.storage.tree_reader import PIECE, Content, Entry

T = TypeVar("T")
_ATTRIBUTE: Final = "SCHILY.xattr."
_TRIES: Final = 16
_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOUND_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class WriteRules(msgspec.Struct, frozen=True, kw_only=True):
    """`owner`: user and group in place of those in the headers. `overwrite`: a directory may take the place of what is
    none, and the other way round. `devices`: make device nodes; they are passed over otherwise.
    `written`: called with the number of bytes of each piece of content.
    """

    owner: tuple[int, int] | None = None
    overwrite: bool = False
    devices: bool = True
    written: Callable[[int], None] | None = None


class TreeWriter:
    """Writes entries below `base`, a path in `tree`. Use it as a context: the times of directories are set at its end.

    The directory of each entry is found by the kernel from the root of the tree on, and what is made in it is made by
    its last name alone, never through a link. A file that is there is replaced, not written into: whoever has it open
    keeps the old one.
    """

    def __init__(self, tree: RootedTree, base: str, rules: WriteRules) -> None:
        self._tree = tree
        self._base = base
        self._rules = rules
        self._folder = ("", -1)
        self._times: list[tuple[str, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                for path, moment in reversed(self._times):
                    self._set_directory_time(path, moment)
        finally:
            if self._folder[1] >= 0:
                os.close(self._folder[1])

    def write(self, entry: Entry) -> None:
        """Raises `OSError` with the entry's name, `DamagedArchive` for one that means to lead out."""
        header = entry.header
        try:
            self._write(header, entry.content, _clean(header.name))
        except OSError as error:
            raise OSError(error.errno, error.strerror, header.name) from error

    def _write(self, header: tarfile.TarInfo, content: Content | None, path: str) -> None:
        if header.isdir():
            self._directory(header, path)
            return
        parent, _, name = path.rpartition("/")
        if not name:
            raise DamagedArchive(f"the archive has an entry without a name: {header.name!r}")
        folder = self._open_parent(parent)
        if header.isreg() and content is not None:
            self._file(header, content, folder, name)
        elif header.islnk():
            self._link(header, folder, name)
        elif header.issym():
            self._replacing(folder, name, lambda: os.symlink(header.linkname, name, dir_fd=folder))
            os.chown(name, *self._owner(header), dir_fd=folder, follow_symlinks=False)
            os.utime(name, (header.mtime, header.mtime), dir_fd=folder, follow_symlinks=False)
        elif header.isfifo() or (header.isdev() and self._rules.devices):
            self._node(header, folder, name)

    def _file(self, header: tarfile.TarInfo, content: Content, folder: int, name: str) -> None:
        try:
            descriptor = self._replacing(folder, name, lambda: os.open(name, _NEW_FILE, 0o600, dir_fd=folder))
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            descriptor = _open_mounted(folder, name)
        try:
            while data := content.read(PIECE):
                view = memoryview(data)
                while view:
                    view = view[os.write(descriptor, view) :]
                if self._rules.written is not None:
                    self._rules.written(len(data))
            self._dress(header, descriptor)
            os.utime(descriptor, (header.mtime, header.mtime))
        finally:
            os.close(descriptor)

    def _link(self, header: tarfile.TarInfo, folder: int, name: str) -> None:
        """To what the same archive wrote before, which is looked for below the base as every entry is."""
        parent, _, target = _clean(header.linkname).rpartition("/")
        source = self._tree.find_directory(self._below(parent))
        try:
            self._replacing(
                folder,
                name,
                lambda: os.link(target, name, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False),
            )
        finally:
            os.close(source)

    def _node(self, header: tarfile.TarInfo, folder: int, name: str) -> None:
        kind = stat.S_IFIFO if header.isfifo() else stat.S_IFCHR if header.ischr() else stat.S_IFBLK
        device = 0 if header.isfifo() else os.makedev(header.devmajor, header.devminor)
        self._replacing(folder, name, lambda: os.mknod(name, kind | 0o600, device, dir_fd=folder))
        place = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        try:
            if stat.S_IFMT(os.fstat(place).st_mode) != kind:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            own = f"/proc/self/fd/{place}"
            os.chown(own, *self._owner(header))
            os.chmod(own, stat.S_IMODE(header.mode))
            os.utime(own, (header.mtime, header.mtime))
        finally:
            os.close(place)

    def _directory(self, header: tarfile.TarInfo, path: str) -> None:
        parent, _, name = path.rpartition("/")
        if not name:
            descriptor = self._tree.find_directory(self._below(""))
            os.close(descriptor)
            return
        descriptor = self._make_directory(self._open_parent(parent), name)
        try:
            self._dress(header, descriptor)
        finally:
            os.close(descriptor)
        self._times.append((path, int(header.mtime)))

    def _make_directory(self, folder: int, name: str) -> int:
        for _ in range(_TRIES):
            with suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=folder)
            try:
                return os.open(name, _FOUND_DIRECTORY, dir_fd=folder)
            except (NotADirectoryError, FileNotFoundError) as error:
                if not self._rules.overwrite:
                    raise FileExistsError(errno.EEXIST, "a file that is no directory is there") from error
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=folder)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))

    def _replacing(self, folder: int, name: str, make: Callable[[], T]) -> T:
        """What `make` makes, in the place of what is there."""
        for _ in range(_TRIES):
            try:
                return make()
            except FileExistsError:
                pass
            with suppress(FileNotFoundError):
                if not stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                    os.unlink(name, dir_fd=folder)
                elif self._rules.overwrite:
                    shutil.rmtree(name, dir_fd=folder)
                else:
                    raise IsADirectoryError(errno.EISDIR, "a directory is there")
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))

    def _dress(self, header: tarfile.TarInfo, descriptor: int) -> None:
        """Owner first: a change of it takes the setuid bits and the capabilities away."""
        os.fchown(descriptor, *self._owner(header))
        for key, value in header.pax_headers.items():
            if key.startswith(_ATTRIBUTE):
                # Not every file system has them, and no copy should fail for that.
                with suppress(OSError):
                    os.setxattr(descriptor, key.removeprefix(_ATTRIBUTE), value.encode("utf-8", "surrogateescape"))
        os.fchmod(descriptor, stat.S_IMODE(header.mode))

    def _owner(self, header: tarfile.TarInfo) -> tuple[int, int]:
        return self._rules.owner or (header.uid, header.gid)

    def _set_directory_time(self, path: str, moment: int) -> None:
        parent, _, name = path.rpartition("/")
        with suppress(OSError):
            descriptor = os.open(name, _FOUND_DIRECTORY, dir_fd=self._open_parent(parent))
            try:
                os.utime(descriptor, (moment, moment))
            finally:
                os.close(descriptor)

    def _below(self, path: str) -> str:
        return f"{self._base}/{path}" if self._base and path else self._base or path

    def _open_parent(self, parent: str) -> int:
        """The directory of an entry, made where the archive does not have it; kept open for the next entry."""
        if self._folder[1] >= 0 and self._folder[0] == parent:
            return self._folder[1]
        descriptor = self._found_or_made(parent)
        if self._folder[1] >= 0:
            os.close(self._folder[1])
        self._folder = (parent, descriptor)
        return descriptor

    def _found_or_made(self, path: str) -> int:
        try:
            return self._tree.find_directory(self._below(path))
        except FileNotFoundError:
            above, _, name = path.rpartition("/")
            if not name:
                raise
        folder = self._found_or_made(above)
        try:
            descriptor = self._make_directory(folder, name)
        finally:
            os.close(folder)
        os.fchmod(descriptor, 0o755)
        os.fchown(descriptor, *(self._rules.owner or (0, 0)))
        os.close(descriptor)
        return self._tree.find_directory(self._below(path))


def _open_mounted(folder: int, name: str) -> int:
    """A file that is itself a mount, as /etc/hosts is: it can only be written anew in its place."""
    place = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(place).st_mode):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        return os.open(f"/proc/self/fd/{place}", os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
    finally:
        os.close(place)


def _clean(name: str) -> str:
    """An entry's path without what says nothing. Raises `DamagedArchive` for one with `..` in it."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise DamagedArchive(
            f"the archive has an entry that leads out of it: {name!r}", hint="see what else is in it: tar -tv"
        )
    return "/".join(parts)

"""Files written so that a crash leaves the old or the new content, and read without leaving a root."""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from core.host.libc import libc
from core.host.rooted import RootedTree, reopen

_AT_FDCWD: Final = -100
_STATX_BTIME: Final = 0x800
_STATX_SIZE: Final = 256


def write_atomically(path: Path, data: bytes, mode: int = 0o600, *, lasting: bool = True) -> None:
    """Write `data` under `path` in one move: temporary file, fsync, rename.

    What is not `lasting` is made anew after a boot: it need not be on the disk, and is not waited for.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_new(path: str, data: bytes, mode: int, owner: tuple[int, int]) -> str:
    """Write a file that is not there, and that nobody looks for yet; its path. Raises `OSError`."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as file:
        os.fchmod(file.fileno(), mode)
        os.fchown(file.fileno(), *owner)
        file.write(data)
    return path


def make_private_directory(path: Path) -> None:
    """Make a directory that is the owner's alone (0700); parents that are missing, too."""
    if os.path.isdir(path):
        return
    if not os.path.isdir(path.parent):
        make_private_directory(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def temporary_directory(parent: Path) -> Iterator[Path]:
    """A new directory that is the owner's alone, somewhere in `parent`; gone afterwards with all that is in it."""
    path = parent / os.urandom(6).hex()
    make_private_directory(path)
    try:
        yield path
    finally:
        # Loaded here alone: it brings all the compressions with it.
        from shutil import rmtree

        rmtree(path, ignore_errors=True)


def remove_tree(path: Path) -> None:
    """Remove a directory with all that is in it, as far as that goes; nothing where it is not there."""
    if os.path.islink(path) or not os.path.exists(path):
        return
    with suppress(OSError):
        delete_tree(path)


def delete_tree(path: str | Path) -> None:
    """Remove a directory of our own with all that is in it. Raises `OSError` for the first that can't be removed.

    shutil is not loaded for this, which brings all the compressions with it.
    """
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                delete_tree(entry.path)
            else:
                os.unlink(entry.path)
    os.rmdir(path)


def birth_time(path: Path) -> float | None:
    """When a file was made, in Unix seconds, by statx(2); None where its file system does not keep this."""
    from ctypes import create_string_buffer

    result = create_string_buffer(_STATX_SIZE)
    if libc().statx(_AT_FDCWD, os.fsencode(path), 0, _STATX_BTIME, result):
        return None
    mask, seconds, nanoseconds = struct.unpack_from("I76xqI", result)
    return float(seconds + nanoseconds / 1e9) if mask & _STATX_BTIME else None


def read_in_root(root: Path, relative: str, limit: int = 1 << 20) -> bytes | None:
    """The first `limit` bytes of a regular file below `root`; None where there is none.

    Symbolic links are taken as inside of `root` (openat2(2) with RESOLVE_IN_ROOT), so that nothing in a container can
    point out of it. What is no regular file is never opened: that alone may wait, or act on a device.
    """
    try:
        with RootedTree.open(root) as tree:
            place = tree.find(relative)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(place).st_mode):
            return None
        with open(reopen(place), "rb") as file:
            return file.read(limit)
    except OSError:
        return None
    finally:
        os.close(place)


def append_in_root(root: Path, relative: str, data: bytes) -> None:
    """Write at the end of a regular file below `root`, found as by `read_in_root`. Raises `OSError`."""
    with RootedTree.open(root) as tree:
        place = tree.find(relative)
    try:
        if not stat.S_ISREG(os.fstat(place).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", relative)
        with open(reopen(place, os.O_WRONLY | os.O_APPEND), "ab") as file:
            file.write(data)
    finally:
        os.close(place)


def read_regular_file(path: Path, limit: int = 1 << 20) -> bytes | None:
    """A regular file whole; None where it is none, can not be read or has more than `limit` bytes.

    For files of other users: whatever else stands there, opening it never waits.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(limit + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return content if len(content) <= limit else None


def descriptor_path(descriptor: int) -> Path:
    """Where this process, and one that inherits it, finds what an open descriptor is of."""
    return Path(f"/proc/self/fd/{descriptor}")


def free_bytes(path: Path) -> int:
    """Bytes that may still be written in the file system of `path`."""
    usage = os.statvfs(path)
    return usage.f_bavail * usage.f_frsize

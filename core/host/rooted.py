"""A directory that nothing below it can lead out of: openat2(2) with RESOLVE_IN_ROOT."""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from core.host.libc import last_error, libc

_SYS_OPENAT2: Final = 437
_RESOLVE_NO_MAGICLINKS: Final = 0x02
_RESOLVE_IN_ROOT: Final = 0x10
_TRIES: Final = 64
_PLACE: Final = os.O_PATH | os.O_CLOEXEC
_OPEN_HOW: Final = "=QQQ"
"""struct open_how: flags, mode, resolve."""


class RootedTree:
    """Paths below a root are found as by a process that has it as its root: `..` and symbolic links stay inside.

    The kernel does the whole walk, so that somebody who changes directories into links meanwhile gains nothing. The
    descriptor is the tree's own and closed with it.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """The directory is found as any other; what is below it is not. Raises `OSError`."""
        return cls(os.open(path, _PLACE | os.O_DIRECTORY))

    def close(self) -> None:
        os.close(self.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def find(self, path: str, flags: int = 0) -> int:
        """A descriptor (O_PATH) of what is at `path`, links followed. Nothing is opened by that. Raises `OSError`."""
        how = struct.pack(_OPEN_HOW, _PLACE | flags, 0, _RESOLVE_IN_ROOT | _RESOLVE_NO_MAGICLINKS)
        relative = os.fsencode(path) or b"."
        for _ in range(_TRIES):
            found: int = libc().syscall(_SYS_OPENAT2, self.descriptor, relative, how, len(how))
            if found >= 0:
                return found
            # Something was renamed during a step upwards, which the kernel then can't judge.
            if last_error() != errno.EAGAIN:
                break
        code = last_error()
        raise OSError(code, os.strerror(code), path)

    def find_directory(self, path: str) -> int:
        """As `find`, for a directory alone."""
        return self.find(path, os.O_DIRECTORY)

    def path_of(self, descriptor: int) -> str:
        """Where something below is, seen from the root: empty for the root itself. Raises `OSError` where it is gone.

        True only for this moment: to be found again it has to be looked for by `find`.
        """
        if os.fstat(descriptor).st_nlink == 0:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        root, place = _name(self.descriptor), _name(descriptor)
        if place == root:
            return ""
        prefix = root.rstrip("/") + "/"
        if not place.startswith(prefix):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), place)
        return place[len(prefix) :]


def _name(descriptor: int) -> str:
    return os.readlink(f"/proc/self/fd/{descriptor}")


def reopen(place: int, flags: int = os.O_RDONLY) -> int:
    """An O_PATH descriptor opened for use: the very same file, whatever has its name by now. Raises `OSError`."""
    return os.open(f"/proc/self/fd/{place}", flags | os.O_CLOEXEC | os.O_NOCTTY)


def open_process_root(pid: int) -> RootedTree:
    """The root directory of a process with all that is mounted there. Raises `OSError`."""
    return RootedTree.open(f"/proc/{pid}/root")

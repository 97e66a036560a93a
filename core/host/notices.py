"""inotify(7): being told of changes in files and folders."""

from __future__ import annotations

import ctypes
import os
import select
import struct
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

IN_MODIFY: Final = 0x2
IN_ATTRIB: Final = 0x4
IN_CLOSE_WRITE: Final = 0x8
IN_MOVED_TO: Final = 0x80
IN_CREATE: Final = 0x100
IN_DELETE: Final = 0x200
IN_DELETE_SELF: Final = 0x400
IN_MOVE_SELF: Final = 0x800
IN_Q_OVERFLOW: Final = 0x4000
IN_IGNORED: Final = 0x8000

_HEAD: Final = struct.Struct("iIII")
_libc = ctypes.CDLL(None, use_errno=True)


class Notice(NamedTuple):
    """`path`: what was watched. `name`: the entry in it, or empty. `mask`: the IN_ bits.

    IN_Q_OVERFLOW, told for each watched path: notices were lost, so anything may have changed. IN_IGNORED: the path is
    watched no more, as it was removed.
    """

    path: Path
    name: str
    mask: int


class FileWatcher:
    """One inotify descriptor. Usable as a context manager."""

    def __init__(self) -> None:
        self._descriptor: int = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1")
        try:
            self._waker = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        except OSError:
            os.close(self._descriptor)
            raise
        self._paths: dict[int, Path] = {}

    def watch(self, path: Path, mask: int) -> None:
        """Watch a file or folder for the IN_ bits of `mask`. Raises OSError."""
        number: int = _libc.inotify_add_watch(self._descriptor, os.fsencode(path), mask)
        if number < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(path))
        self._paths[number] = path

    def watch_renames(self, folder: Path) -> None:
        """Watch for files that are moved into a folder: written whole, that is."""
        self.watch(folder, IN_MOVED_TO)

    def watch_file_changes(self, file: Path) -> None:
        """Watch one file for writes and for new times."""
        self.watch(file, IN_MODIFY | IN_ATTRIB)

    def unwatch(self, path: Path) -> None:
        """Watch a path no more; nothing where it is not watched."""
        for number in [number for number, watched in self._paths.items() if watched == path]:
            # The kernel has let go of what was removed meanwhile; no notice has told it yet.
            _libc.inotify_rm_watch(self._descriptor, number)
            del self._paths[number]

    def fileno(self) -> int:
        return self._descriptor

    def wait(self, timeout: float | None = None) -> bool:
        """Whether something came within `timeout` seconds."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        poll.register(self._waker, select.POLLIN)
        ready = poll.poll(None if timeout is None else max(0.0, timeout * 1000))
        return any(descriptor == self._descriptor for descriptor, _ in ready)

    def wake(self) -> None:
        """Have every `wait` end at once, from now on; from any thread."""
        os.eventfd_write(self._waker, 1)

    def read(self) -> list[Notice]:
        """What has come, without waiting."""
        try:
            data = os.read(self._descriptor, 1 << 16)
        except BlockingIOError:
            return []
        notices, position = [], 0
        while position < len(data):
            number, mask, _, length = _HEAD.unpack_from(data, position)
            position += _HEAD.size
            name = os.fsdecode(data[position : position + length].rstrip(b"\0"))
            position += length
            if mask & IN_Q_OVERFLOW:
                notices += [Notice(path, "", mask) for path in self._paths.values()]
            elif number in self._paths:
                notices.append(Notice(self._paths[number], name, mask))
                if mask & IN_IGNORED:
                    del self._paths[number]
        return notices

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            os.close(self._waker)
            self._descriptor = self._waker = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

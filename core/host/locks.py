"""Locks between processes and threads: flock(2) on a file, freed by the kernel when its holder dies."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from core.errors import TimedOut

_FIRST_PAUSE: Final = 0.0005
_LONGEST_PAUSE: Final = 0.02


_holders: Final[dict[int, int]] = {}
"""The descriptor of a lock that is taken → the thread that took it."""


def held_descriptors() -> tuple[int, ...]:
    """The descriptors of the locks that this thread has taken.

    A program that inherits them keeps the locks taken until it ends, so that whoever comes after a holder that was
    killed waits for what that holder had started.
    """
    thread = threading.get_ident()
    return tuple(descriptor for descriptor, holder in list(_holders.items()) if holder == thread)


class FileLock:
    """A lock, exclusive unless `shared` with others that are.

    Each acquisition opens the file anew, so threads of one process exclude each other, too.
    """

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self._path = path
        self._kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        self._descriptor = -1

    def acquire(self, timeout: float | None = None) -> None:
        """Take the lock, waiting `timeout` seconds at most (for ever where None). Raises `TimedOut`."""
        deadline = None if timeout is None else time.monotonic() + timeout
        pause = _FIRST_PAUSE
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if self._try(descriptor, wait=deadline is None) and self._still_there(descriptor):
                self._descriptor = descriptor
                _holders[descriptor] = threading.get_ident()
                return
            os.close(descriptor)
            if deadline is not None:
                if time.monotonic() >= deadline:
                    raise TimedOut(
                        f"{self._path.name[:12]} is held by another process", hint="try again when it is done"
                    )
                time.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    def is_free(self) -> bool:
        """Whether it could be taken just now. Makes no file where there is none: that takes longer than all else."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        try:
            return self._try(descriptor, wait=False)
        finally:
            os.close(descriptor)

    def release(self) -> None:
        # Forgotten before it is closed: from then on another thread may hold the lock by this very object.
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            _holders.pop(descriptor, None)
            os.close(descriptor)

    def _try(self, descriptor: int, *, wait: bool) -> bool:
        try:
            fcntl.flock(descriptor, self._kind | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EINTR):
                return False
            raise
        return True

    def _still_there(self, descriptor: int) -> bool:
        """Whether the file is still the one under this name: its last holder may have removed it."""
        try:
            return self._path.stat().st_ino == os.fstat(descriptor).st_ino
        except FileNotFoundError:
            return False

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

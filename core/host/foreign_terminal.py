"""A descriptor of a terminal that another process holds."""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path
from typing import Final

_SYS_PIDFD_GETFD: Final = 438
_libc = ctypes.CDLL(None, use_errno=True)


def terminal_master(monitor_pid: int) -> int | None:
    """A duplicate of the master side of the first terminal that a process holds, by pidfd_getfd(2); None for none.

    Raises OSError where the process is gone.
    """
    for link in Path(f"/proc/{monitor_pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            if link.readlink().name != "ptmx":
                continue
            process = os.pidfd_open(monitor_pid)
            try:
                descriptor: int = _libc.syscall(_SYS_PIDFD_GETFD, process, int(link.name), 0)
            finally:
                os.close(process)
            if descriptor >= 0:
                return descriptor
    return None

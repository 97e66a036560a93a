"""The kernel's overlay as a mount that is at no path: a descriptor is all there is of it (fsopen(2), fsmount(2))."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from core.host.files import descriptor_path
from core.host.libc import last_error, libc

_SYS_FSOPEN: Final = 430
_SYS_FSCONFIG: Final = 431
_SYS_FSMOUNT: Final = 432
_FSCONFIG_SET_STRING: Final = 1
_FSCONFIG_CMD_CREATE: Final = 6
_CLOEXEC: Final = 1
_READ_ONLY_NOSUID_NODEV_NOEXEC: Final = 0xF
_APPEND: Final = b"lowerdir+"
"""Since Linux 6.7. The older parameter takes all folders at once, and a value may have 255 bytes."""


def open_overlay(folders: Sequence[Path]) -> int:
    """The union of folders, the uppermost first, to be read: its root as a descriptor, which the caller closes.

    There are two folders at least. What hides files in them is as the kernel's overlay writes it (whiteouts, opaque
    folders). Nobody sees the mount but those who have the descriptor, and it ends with the last of them, however that
    ends. As nothing can be written into it, its end does not wait for a disk. Raises `OSError`.
    """
    with ExitStack() as opened:
        context = _call(_SYS_FSOPEN, b"overlay", _CLOEXEC)
        opened.callback(os.close, context)
        if not _append(context, folders):
            names = [_name(_open(folder, opened)) for folder in folders]
            _call(_SYS_FSCONFIG, context, _FSCONFIG_SET_STRING, b"lowerdir", b":".join(names), 0)
        _call(_SYS_FSCONFIG, context, _FSCONFIG_CMD_CREATE, None, None, 0)
        return _call(_SYS_FSMOUNT, context, _CLOEXEC, _READ_ONLY_NOSUID_NODEV_NOEXEC)


def _append(context: int, folders: Sequence[Path]) -> bool:
    """Add each folder by itself; False where the kernel can not."""
    for number, folder in enumerate(folders):
        with ExitStack() as opened:
            try:
                _call(_SYS_FSCONFIG, context, _FSCONFIG_SET_STRING, _APPEND, _name(_open(folder, opened)), 0)
            except OSError as error:
                if number == 0 and error.errno == errno.EINVAL:
                    return False
                raise
    return True


def _open(folder: Path, opened: ExitStack) -> int:
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    opened.callback(os.close, descriptor)
    return descriptor


def _name(descriptor: int) -> bytes:
    """A folder by its descriptor: short however long its path is, and free of what would have to be escaped."""
    return os.fsencode(descriptor_path(descriptor))


def _call(number: int, *arguments: bytes | int | None) -> int:
    result: int = libc().syscall(number, *arguments)
    if result < 0:
        code = last_error()
        raise OSError(code, os.strerror(code))
    return result

"""Mounts of this machine: mount(2), umount2(2) and the mount table."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from core.errors import StorageFailed
from core.host.libc import last_error, libc
from core.host.processes import find_program, run

_MS_NOSUID: Final = 0x2
_MS_NODEV: Final = 0x4
_MS_NOEXEC: Final = 0x8
_MNT_DETACH: Final = 0x2
_UMOUNT_NOFOLLOW: Final = 0x8
_MOUNT_TIMEOUT: Final = 120.0
"""Seconds; a server on the network may be slow to answer."""
_HELPERS: Final = {"nfs": "nfs-common", "cifs": "cifs-utils"}
"""The packages of what mount(8) calls for them."""
_OCTAL: Final = rb"\\([0-7]{3})"


def mount_tmpfs(path: Path, *, size: int, mode: int = 0o1777, owner: tuple[int, int] = (0, 0)) -> None:
    """Mount an empty tmpfs of `size` bytes on a directory: no devices, programs or setuid. Raises `StorageFailed`."""
    data = f"size={size},mode={mode:o},uid={owner[0]},gid={owner[1]}".encode()
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    if libc().mount(b"shm", os.fsencode(path), b"tmpfs", flags, data) != 0:
        reason = os.strerror(last_error())
        raise StorageFailed(f"a tmpfs could not be mounted on {path}: {reason}")


def mount_as_told(target: Path, *, kind: str, device: str, options: Sequence[str]) -> None:
    """Mount what an operator told, by mount(8), which knows the helpers of network file systems.

    Raises `StorageFailed`.
    """
    argv = [find_program("mount")]
    if kind == "bind":
        options, kind = ("bind", *options), ""
    if options:
        argv += ["-o", ",".join(options)]
    if kind:
        argv += ["-t", kind]
    finished = run([*argv, "--", device or kind, str(target)], timeout=_MOUNT_TIMEOUT)
    if finished.returncode:
        lines = finished.error_text().splitlines() or [f"mount ended with {finished.returncode}"]
        reason = lines[0].removeprefix("mount: ").removeprefix(f"{target}: ").rstrip(".")
        raise StorageFailed(
            f"mounting {device or kind} on {target}: {reason}",
            hint=_mount_hint(kind, reason),
            argv=argv,
            stderr=finished.error_text(),
        )


def _mount_hint(kind: str, reason: str) -> str:
    """What to do where a kind of file system can not be mounted at all."""
    if "unknown filesystem type" in reason:
        return f"the kernel of this machine has no {kind}: modprobe {kind}"
    family = kind.rstrip("4")
    if family in _HELPERS and ("helper program" in reason or "bad option" in reason):
        return f"mounting {kind} may need a program of its own: apt-get install {_HELPERS[family]}"
    return ""


def unmount(path: Path, *, lazy: bool = False) -> None:
    """Unmount a path; no error where nothing is mounted. Raises `StorageFailed`.

    `lazy`: detach it now, even in use. A mount that turns out to be in use is detached in that way, too.
    """
    if libc().umount2(os.fsencode(path), _UMOUNT_NOFOLLOW | (_MNT_DETACH if lazy else 0)) == 0:
        return
    code = last_error()
    if code in (errno.EINVAL, errno.ENOENT):
        return
    if code == errno.EBUSY and not lazy:
        unmount(path, lazy=True)
        return
    raise StorageFailed(f"{path} could not be unmounted: {os.strerror(code)}")


def mount_points() -> list[Path]:
    """Every mount point of this mount namespace, in the order of mounting."""
    table = Path("/proc/self/mountinfo").read_bytes()
    return [Path(os.fsdecode(_unescape(line.split(b" ", 5)[4]))) for line in table.splitlines()]


def mounts_under(path: Path) -> list[Path]:
    """The mount points at or below `path`, in the order of mounting."""
    real = Path(os.path.realpath(path))
    return [point for point in mount_points() if point == real or real in point.parents]


def is_mounted(path: Path) -> bool:
    """Whether `path` itself is a mount point."""
    return Path(os.path.realpath(path)) in mount_points()


def _unescape(field: bytes) -> bytes:
    return field if b"\\" not in field else re.sub(_OCTAL, lambda match: bytes([int(match[1], 8)]), field)

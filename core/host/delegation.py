"""The control group that an ordinary user may make others in, and with which controllers.

Version 2 alone has that (Documentation/admin-guide/cgroup-v2.rst, Delegation): systemd gives a user the group of
user@UID.service, or of a scope that was asked for with Delegate=yes. A process can be moved within that group, and not
into it from elsewhere; so it counts only where this process is in it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from core.host.cgroup_limits import TOP

_OWN: Final = Path("/proc/self/cgroup")
_DELEGATED: Final = ("", "cgroup.procs", "cgroup.subtree_control")
"""What has to be the user's: the folder itself, and what moves processes and hands controllers on."""


class Delegation(msgspec.Struct, frozen=True):
    """`path`: below the top, beginning with a slash; empty for the top itself. `controllers`: that groups in it get."""

    path: str
    controllers: frozenset[str]


def delegation(top: Path | None = None, own: Path = _OWN) -> Delegation | None:
    """The highest group above this process that is the user's own; None where there is none.

    `top`: where the file system of control groups is; `own`: as /proc/self/cgroup.
    """
    top = top or TOP
    if not (top / "cgroup.controllers").exists():
        return None
    place = next((line[3:] for line in own.read_text().splitlines() if line.startswith("0::")), "")
    folder = top / place.strip("/")
    found = None
    for candidate in (folder, *folder.parents):
        if not candidate.is_relative_to(top) or not _is_ours(candidate):
            break
        found = candidate
    if found is None:
        return None
    path = found.relative_to(top).as_posix()
    return Delegation("" if path == "." else f"/{path}", _controllers(found, top))


def _is_ours(folder: Path) -> bool:
    with suppress(OSError):
        return all((folder / name).stat().st_uid == os.geteuid() for name in _DELEGATED)
    return False


def _controllers(folder: Path, top: Path) -> frozenset[str]:
    """A group that has processes of its own hands no further controller on than it does already."""
    occupied = folder != top and (folder / "cgroup.procs").read_text().strip()
    return frozenset((folder / ("cgroup.subtree_control" if occupied else "cgroup.controllers")).read_text().split())

"""Control groups as a whole: who is in them, killing and removing them, of version 1 and 2."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from core.host.freezer import file_is_frozen, freezer_file

_LOOK: Final = 0.002
"""Seconds between two tries to remove."""
_KILL_ROUNDS: Final = 10
"""How often what forks meanwhile is killed anew."""


def kill_all(cgroup_paths: Mapping[str, str]) -> None:
    """SIGKILL every process of the cgroups, frozen ones, too. Returns before they are all gone."""
    folders = [Path(folder) for folder in dict.fromkeys(cgroup_paths.values())]
    for folder in folders:
        with contextlib.suppress(OSError):
            (folder / "cgroup.kill").write_text("1")
    for _ in range(_KILL_ROUNDS):
        pids = {pid for folder in folders for pid in _members(folder)}
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for folder in folders:
            # Version 1 delivers no signal to what is frozen.
            if (folder / "freezer.state").exists():
                with contextlib.suppress(OSError):
                    (folder / "freezer.state").write_text("THAWED")
        if not pids:
            return


def is_frozen(cgroup_paths: Mapping[str, str]) -> bool:
    """Whether all processes are frozen. On hybrid machines the freezer of version 1 counts."""
    try:
        return file_is_frozen(freezer_file(cgroup_paths))
    except OSError:
        return False


def find_cgroups(name: str) -> dict[str, str]:
    """The cgroups of this name at most three levels below the top, by hierarchy ("" for version 2)."""
    # Unlike that of pathlib it passes over what others remove meanwhile.
    from glob import iglob

    top = Path("/sys/fs/cgroup")
    hierarchies = {"": top} if (top / "cgroup.controllers").exists() else {path.name: path for path in top.iterdir()}
    found = {}
    for key, folder in hierarchies.items():
        for pattern in (name, f"*/{name}", f"*/*/{name}"):
            for path in iglob(f"{folder}/{pattern}"):
                found[key] = path
    return found


def cgroups_at(path: str) -> dict[str, str]:
    """As `find_cgroups`, of the cgroup at a path below the top."""
    top = Path("/sys/fs/cgroup")
    hierarchies = {"": top} if (top / "cgroup.controllers").exists() else {place.name: place for place in top.iterdir()}
    folders = {key: folder / path.strip("/") for key, folder in hierarchies.items()}
    return {key: str(folder) for key, folder in folders.items() if folder.is_dir()}


def wait_empty(cgroup_paths: Mapping[str, str], timeout: float) -> bool:
    """Whether the last process of the cgroups was gone within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while any(_members(Path(folder)) for folder in cgroup_paths.values()):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.01)
    return True


def _members(folder: Path) -> list[int]:
    try:
        return [int(pid) for pid in (folder / "cgroup.procs").read_text().split()]
    except OSError:
        return []


def remove_cgroups(cgroup_paths: Mapping[str, str], patience: float = 0.0) -> bool:
    """Remove the cgroups and those below them, as far as they have no process any more; whether all are gone.

    For `patience` seconds it is tried again: the kernel needs a moment after the end of the last process. Their parent
    stays: another container may be about to be made in it.
    """
    deadline = time.monotonic() + patience
    while True:
        for folder in set(cgroup_paths.values()):
            _remove_below(folder)
        if not any(map(os.path.exists, cgroup_paths.values())):
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(_LOOK)


def _remove_below(folder: str) -> None:
    for path, _, _ in os.walk(folder, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(path)


def processes_in(cgroup_paths: Mapping[str, str]) -> list[int]:
    """The PIDs of all processes in the cgroups and below, as the host counts them."""
    folder = Path(cgroup_paths.get("devices") or cgroup_paths.get("pids") or cgroup_paths.get("", "/nowhere"))
    return [pid for place in (folder, *folder.rglob("*/")) for pid in _members(place)]

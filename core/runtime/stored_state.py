"""What a runtime keeps of a container in its folder: runc's state.json, or crun's status."""

from __future__ import annotations

import os
from typing import Final

import msgspec

from core.host.cgroups import cgroups_at

RUNC_FILE: Final = "state.json"
CRUN_FILE: Final = "status"


class StoredState(msgspec.Struct, frozen=True):
    """`cgroup_paths`: by controller of version 1, "" for version 2.

    `is_runc`: how a created process is let go on, and what is seen of it, differs from runtime to runtime.
    """

    pid: int
    pid_start: int
    cgroup_paths: dict[str, str]
    is_runc: bool
    has_start_hooks: bool = False
    """The program runs hooks at the start, which nobody else would."""
    leaves_files_alone: bool = False
    """Once its first process has ended, control groups and the folder are all that is left of it: with that process
    went all others, as it was the first of a PID namespace, and no hook is to run."""


class RuncHooks(msgspec.Struct):
    poststart: list[object] | None = None
    poststop: list[object] | None = None


class RuncNamespace(msgspec.Struct):
    """`path`: of one that is joined; empty for one of the container's own."""

    type: str
    path: str = ""


class RuncConfig(msgspec.Struct):
    """runc's own form of the spec."""

    Hooks: RuncHooks | None = None
    namespaces: tuple[RuncNamespace, ...] = ()


class RuncState(msgspec.Struct):
    """What runc keeps, as far as everyone needs it."""

    init_process_pid: int
    init_process_start: int
    cgroup_paths: dict[str, str]


class _WholeRuncState(RuncState):
    config: RuncConfig | None = None
    intel_rdt_path: str = ""


class CrunState(msgspec.Struct, rename="kebab"):
    """What crun keeps, as far as everyone needs it."""

    pid: int
    process_start_time: int
    cgroup_path: str = ""


def stored_state(folder: str) -> StoredState | None:
    """None where nothing is kept. Raises OSError and `msgspec.MsgspecError` for a file that can not be read."""
    try:
        with open(f"{folder}/{RUNC_FILE}", "rb") as file:
            return _of_runc(msgspec.json.decode(file.read(), type=_WholeRuncState))
    except FileNotFoundError:
        # Mostly there is nothing of either, and to be told so by an error takes longer.
        if not os.path.lexists(folder):
            return None
    try:
        with open(f"{folder}/{CRUN_FILE}", "rb") as file:
            theirs = msgspec.json.decode(file.read(), type=CrunState)
    except FileNotFoundError:
        return None
    cgroups = cgroups_at(theirs.cgroup_path) if theirs.cgroup_path else {}
    return StoredState(theirs.pid, theirs.process_start_time, cgroups, False)


def _of_runc(ours: _WholeRuncState) -> StoredState:
    config = ours.config or RuncConfig()
    hooks = config.Hooks or RuncHooks()
    own_processes = any(one.type == "NEWPID" and not one.path for one in config.namespaces)
    return StoredState(
        pid=ours.init_process_pid,
        pid_start=ours.init_process_start,
        cgroup_paths=ours.cgroup_paths,
        is_runc=True,
        has_start_hooks=bool(hooks.poststart),
        leaves_files_alone=own_processes and not hooks.poststop and not ours.intel_rdt_path,
    )

"""What a runtime keeps of a container in its folder: runc's state.json, or crun's status."""

from __future__ import annotations

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


class RuncHooks(msgspec.Struct):
    poststart: list[object] | None = None


class RuncConfig(msgspec.Struct):
    """runc's own form of the spec."""

    Hooks: RuncHooks | None = None


class RuncState(msgspec.Struct):
    """What runc keeps, as far as everyone needs it."""

    init_process_pid: int
    init_process_start: int
    cgroup_paths: dict[str, str]


class _WholeRuncState(RuncState):
    config: RuncConfig | None = None


class CrunState(msgspec.Struct, rename="kebab"):
    """What crun keeps, as far as everyone needs it."""

    pid: int
    process_start_time: int
    cgroup_path: str = ""


_runc_states = msgspec.json.Decoder(_WholeRuncState)
_crun_states = msgspec.json.Decoder(CrunState)


def stored_state(folder: str) -> StoredState | None:
    """None where nothing is kept. Raises OSError and `msgspec.MsgspecError` for a file that can not be read."""
    try:
        with open(f"{folder}/{RUNC_FILE}", "rb") as file:
            ours = _runc_states.decode(file.read())
        hooks = ours.config.Hooks if ours.config is not None else None
        has_start_hooks = hooks is not None and bool(hooks.poststart)
        return StoredState(ours.init_process_pid, ours.init_process_start, ours.cgroup_paths, True, has_start_hooks)
    except FileNotFoundError:
        pass
    try:
        with open(f"{folder}/{CRUN_FILE}", "rb") as file:
            theirs = _crun_states.decode(file.read())
    except FileNotFoundError:
        return None
    cgroups = cgroups_at(theirs.cgroup_path) if theirs.cgroup_path else {}
    return StoredState(theirs.pid, theirs.process_start_time, cgroups, False)

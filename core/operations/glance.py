"""A look at all containers for who only shows them: where everything is as the store has it, nothing else is needed."""

from __future__ import annotations

import os

from core.host.freezer import file_is_frozen
from core.host.process_stat import boot_id, process_start
from core.paths import DATABASE, RUNTIME_ROOT
from core.store.listing import ListedContainer, listed


def glance(root: str, run_root: str, *, until_exit: bool = False) -> list[ListedContainer] | None:
    """All containers of these directories, in the order of their creation. `until_exit`: the process ends soon.

    None where somebody has to take a proper look: one changed, is worked on or was left half done, the machine was
    started anew, or the store is not there or not ours.
    """
    if os.geteuid() != 0 or ":" in f"{root}{run_root}":
        return None
    containers = listed(f"{root}/{DATABASE}", boot_id(), until_exit=until_exit)
    if containers is None or not all(_is_as_stored(one, f"{run_root}/{RUNTIME_ROOT}/{one.id}") for one in containers):
        return None
    return containers


def _is_as_stored(one: ListedContainer, runtime_folder: str) -> bool:
    """Whether the files of the runtime and of the kernel tell what is stored, as `observed_state` reads them."""
    if one.intent is not None:
        return False
    if one.status in ("configured", "exited"):
        left_mounted = one.mount_point and one.has_layer and not one.kept_mounted
        return not left_mounted and not one.connected and not os.path.lexists(runtime_folder)
    if one.status not in ("created", "running", "paused") or not one.freezer:
        return False
    if process_start(one.pid) != one.pid_start or not os.path.lexists(f"{runtime_folder}/state.json"):
        return False
    if one.monitor_lost != (not one.monitor_pid or process_start(one.monitor_pid) != one.monitor_start):
        return False
    try:
        if file_is_frozen(one.freezer) != (one.status == "paused"):
            return False
    except OSError:
        return False
    return one.status == "paused" or os.path.lexists(f"{runtime_folder}/exec.fifo") == (one.status == "created")

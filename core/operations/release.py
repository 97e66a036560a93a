"""Giving back what a container holds: its runtime state, its mounts, its files. Each step can be repeated."""

from __future__ import annotations

import contextlib
import signal
from typing import Final

from core.errors import EngineError, HostIncomplete
from core.host.cgroups import remove_cgroups
from core.host.files import delete_tree, remove_tree
from core.host.locks import FileLock
from core.host.mounts import unmount
from core.model.state import Intent
from core.operations.parts import EngineParts, Transaction
from core.runtime.contract import Phase

KILL_PATIENCE: Final = 10.0
"""Seconds that a container may take to end after SIGKILL."""


def export_lock(parts: EngineParts, container_id: str) -> FileLock:
    """Held for the time of an export, so that a clean-up leaves the mount to the one who reads it."""
    return FileLock(parts.paths.lock(container_id).with_suffix(".export"))


def copy_lock(parts: EngineParts, container_id: str, *, shared: bool = True) -> FileLock:
    """Held, by any number at once, for the time of a copy out of or into a mounted root."""
    return FileLock(parts.paths.lock(container_id).with_suffix(".copy"), shared=shared)


def is_exporting(parts: EngineParts, container_id: str) -> bool:
    """Whether some process exports the container, or copies its files, just now."""
    locks = (export_lock(parts, container_id), copy_lock(parts, container_id, shared=False))
    return not all(lock.is_free() for lock in locks)


def stop_by_force(held: Transaction) -> None:
    """Kill whatever process the container still has and wait for its end."""
    parts = held.parts
    try:
        seen = held.runtime.observe(held.id)
    except EngineError:
        held.runtime.delete(held.id, force=True)
        return
    if seen.phase not in (Phase.CREATED, Phase.RUNNING, Phase.PAUSED):
        return
    try:
        held.runtime.kill(held.id, signal.SIGKILL)
    except HostIncomplete:
        # Its runtime is not on this machine any more.
        held.runtime.delete(held.id, force=True)
        return
    if seen.phase is Phase.PAUSED:
        # A frozen cgroup of version 1 delivers no signal before it is thawed.
        with contextlib.suppress(EngineError):
            held.runtime.resume(held.id)
    parts.monitor.wait_exit(held.id, seen.pid, seen.pid_start, KILL_PATIENCE)


def release(held: Transaction, *, everything: bool = False) -> None:
    """Free the runtime's state, disconnect and unmount; a root that is mounted on demand or exported stays mounted.

    With `everything` the root is unmounted in any case.
    """
    parts = held.parts
    try:
        cgroup_paths = held.runtime.observe(held.id).cgroup_paths
    except EngineError:
        cgroup_paths = {}
    held.runtime.delete(held.id, force=True)
    remove_cgroups(cgroup_paths)
    _disconnect(held)
    unmount(parts.paths.shm(held.id))
    if held.config.volume_mounts:
        from core.operations.volume_use import release_volumes

        release_volumes(held)
    if held.config.image_mounts:
        from core.operations.image_use import release_images

        release_images(held)
    remove_tree(parts.paths.exec_folder(held.id))
    stays = not everything and (held.state.kept_mounted or is_exporting(parts, held.id))
    if not stays:
        if held.config.image_id and parts.storage.mounted_at(held.id) is not None:
            parts.storage.unmount(held.id)
        held.save(mount_point="", kept_mounted=False)


def _disconnect(held: Transaction) -> None:
    if held.state.leases or held.parts.paths.namespace(held.id).exists():
        from core.operations.networking import tear_down

        tear_down(held)


def erase(held: Transaction) -> None:
    """Release everything and delete the layer, the files and the record. The container must have no process."""
    parts = held.parts
    release(held, everything=True)
    if held.config.image_id:
        parts.storage.delete(held.id)
    for folder in (parts.paths.bundle(held.id), parts.paths.container(held.id)):
        if folder.exists():
            delete_tree(folder)
    parts.monitor.forget(held.id)
    creating = held.state.intent is Intent.CREATING
    if held.config.volume_mounts and (creating or held.state.removes_volumes or held.config.auto_remove):
        from core.operations.volumes import remove_volumes_of

        # Before the record goes: who finishes this after a crash has to know which they are.
        remove_volumes_of(parts, held.config, made_for_it=creating)
    parts.store.remove(held.id)
    held.removed = True
    parts.paths.lock(held.id).unlink(missing_ok=True)
    parts.paths.lock(held.id).with_suffix(".export").unlink(missing_ok=True)
    parts.paths.lock(held.id).with_suffix(".copy").unlink(missing_ok=True)
    parts.paths.health_lock(held.id).unlink(missing_ok=True)

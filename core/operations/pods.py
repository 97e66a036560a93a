"""Pods made and taken away, with their infra containers."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Final

import msgspec

from core.errors import EngineError, InvalidArgument, NameInUse
from core.host.files import make_private_directory
from core.host.locks import FileLock
from core.host.processes import find_program
from core.model.config import DEFAULT_CGROUP_PARENT, BindMount, NetworkMode, ResourceLimits, Security
from core.model.options import CreateOptions
from core.model.pod import DEFAULT_SHARE, SHAREABLE, Pod, PodIntent, PodOptions
from core.operations.cgroup_choice import checked_cgroup_parent
from core.operations.create import check_name, create
from core.operations.devices import device_numbers
from core.operations.names import random_name
from core.operations.parts import EngineParts
from core.operations.pod_defaults import settle_defaults
from core.operations.pod_membership import emit, pods_of
from core.operations.rootless import is_rootless, place_of, refuse_pod_limits

PAUSE_PROGRAM: Final = "/catatonit"
PAUSE_OPTION: Final = "-P"
INFRA_PIDS: Final = 64
_MOUNT_POINTS: Final = ("proc", "sys", "dev", "etc", "run", "tmp", "var")
_FILES: Final = ("etc/hostname", "etc/hosts", "etc/resolv.conf", PAUSE_PROGRAM.strip("/"))


def create_pod(parts: EngineParts, options: PodOptions) -> Pod:
    """Make a pod and its infra container; nothing runs. Raises `InvalidArgument`, `NameInUse`, `HostIncomplete`."""
    pod = _finalize_pod(parts, options)
    with FileLock(parts.paths.lock(pod.id)):
        pods_of(parts).add(pod.name, pod)
        try:
            infra_id = create(parts, _infra_options(parts, pod, options)) if options.infra else ""
        except (EngineError, OSError):
            discard_pod(parts, pod)
            raise
        pod = msgspec.structs.replace(pod, infra_id=infra_id, intent=None)
        pods_of(parts).save(pod.name, pod)
    emit(parts, pod, "create")
    return pod


def discard_pod(parts: EngineParts, pod: Pod) -> None:
    """Take a pod without containers out of the store, and its control group off the host."""
    from core.host.cgroups import cgroups_at, remove_cgroups

    if pod.cgroup:
        remove_cgroups(cgroups_at(place_of(pod.cgroup)))
    shutil.rmtree(parts.paths.pod(pod.id), ignore_errors=True)
    pods_of(parts).remove(pod.name)
    parts.paths.lock(pod.id).unlink(missing_ok=True)


def _finalize_pod(parts: EngineParts, options: PodOptions) -> Pod:
    share = _share(options)
    name = options.name or _free_name(parts)
    check_name(name)
    _refuse_used_name(parts, name)
    parent = checked_cgroup_parent(options.cgroup_parent)
    device_numbers(options.resources)
    refuse_pod_limits(options.resources)
    pod_id = os.urandom(32).hex()
    return Pod(
        id=pod_id,
        name=name,
        created_at=time.time(),
        share=share,
        hostname=options.hostname or name,
        labels=options.labels,
        resources=options.resources,
        exit_policy=options.exit_policy,
        cgroup=f"{parent or DEFAULT_CGROUP_PARENT}/{pod_id}" if options.share_parent else "",
        defaults=settle_defaults(parts, options.defaults),
        create_command=options.create_command,
        intent=PodIntent.CREATING,
    )


def _share(options: PodOptions) -> tuple[str, ...]:
    share = options.share
    if share is None:
        return DEFAULT_SHARE if options.infra else ()
    for kind in share:
        if kind not in SHAREABLE:
            raise InvalidArgument(
                f"invalid kernel namespace to share: {kind}", hint=f"use {', '.join(SHAREABLE)} or none"
            )
    if share and not options.infra:
        raise InvalidArgument(
            f"cannot set share({','.join(share)}) namespaces without an infra container",
            hint="leave --infra=false out, or use --share none",
        )
    return tuple(kind for kind in SHAREABLE if kind in share)


def _free_name(parts: EngineParts) -> str:
    used = {pod.name for pod in pods_of(parts).all()} | {record.name for record in parts.store.all()}
    while (name := random_name()) in used:
        pass
    return name


def _refuse_used_name(parts: EngineParts, name: str) -> None:
    if pods_of(parts).find(name) is not None:
        raise NameInUse(f'the pod name "{name}" is already in use', hint="remove that pod, or choose another name")
    if parts.store.named(name) is not None:
        raise NameInUse(f'the name "{name}" is in use by a container', hint="choose another name")


def _infra_options(parts: EngineParts, pod: Pod, options: PodOptions) -> CreateOptions:
    asked = options.infra_options
    changes: dict[str, object] = {
        "name": options.infra_name or f"{pod.id[:12]}-infra",
        # The name shows in every container that shares it; in the host's network it would be the host's.
        "hostname": "" if asked.network.startswith(NetworkMode.CONTAINER) else pod.hostname,
        "pod": pod.id,
        "is_infra": True,
        "create_command": pod.create_command,
    }
    if not asked.image:
        changes |= {
            "rootfs": str(make_infra_root(parts)),
            "command": (PAUSE_PROGRAM, PAUSE_OPTION),
            "bind_mounts": (_pause_mount(), *asked.bind_mounts),
            "security": Security(read_only_root=True, no_new_privileges=True),
        }
        if not is_rootless():
            changes["resources"] = ResourceLimits(pids=INFRA_PIDS)
    # The size of /dev/shm is the infra container's where the containers share it.
    changes["shm_size"] = pod.defaults.shm_size
    return msgspec.structs.replace(asked, **changes)


def make_infra_root(parts: EngineParts) -> Path:
    """The directory that all infra containers have as their root: nothing but places to mount on."""
    root = parts.paths.infra_root
    make_private_directory(root)
    # In a user namespace the container's root is another user, who has to read it.
    root.chmod(0o755)
    for name in _MOUNT_POINTS:
        (root / name).mkdir(mode=0o755, exist_ok=True)
    # Also for files: the root of a user namespace could make none here.
    for name in _FILES:
        (root / name).touch(mode=0o755)
    return root


def _pause_mount() -> BindMount:
    program = os.path.realpath(find_program("catatonit"))
    return BindMount(source=program, destination=PAUSE_PROGRAM, options=("bind", "rprivate", "ro"))

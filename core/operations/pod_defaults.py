"""What a pod gives to each of its containers: mounts, devices, confinement, the size of /dev/shm."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from core.model.config import DEFAULT_SHM_SIZE, BindMount, Security, TmpfsMount, VolumeMount
from core.model.options import CreateOptions, UserNamespaceOptions
from core.model.pod import PodDefaults
from core.operations.create_mounts import finalize_mounts
from core.operations.parts import EngineParts

_PLAIN: Final = Security()


def settle_defaults(parts: EngineParts, given: PodDefaults) -> PodDefaults:
    """The mounts looked up and checked: an anonymous volume is one for all of the pod. Raises `InvalidArgument`."""
    asked = CreateOptions(
        bind_mounts=given.bind_mounts, volume_mounts=given.volume_mounts, volumes_from=given.volumes_from
    )
    found = finalize_mounts(parts, asked, None)
    return msgspec.structs.replace(
        given, bind_mounts=found.binds, tmpfs_mounts=found.tmpfs, volume_mounts=found.volumes, volumes_from=()
    )


def with_defaults(options: CreateOptions, given: PodDefaults) -> CreateOptions:
    """A request of a container of the pod; what it asks for itself goes before."""
    mounted: list[BindMount | TmpfsMount | VolumeMount] = []
    mounted += [*options.bind_mounts, *options.tmpfs_mounts, *options.volume_mounts]
    own = {one.destination for one in mounted}
    seen = {device.destination for device in options.kernel.devices}
    devices = (*(device for device in given.devices if device.destination not in seen), *options.kernel.devices)
    mounts: dict[str, Any] = {
        kind: (*getattr(options, kind), *(one for one in getattr(given, kind) if one.destination not in own))
        for kind in ("bind_mounts", "tmpfs_mounts", "volume_mounts")
    }
    return msgspec.structs.replace(
        options,
        **mounts,
        kernel=msgspec.structs.replace(options.kernel, devices=devices),
        security=_security(options.security, given.security),
        shm_size=given.shm_size if options.shm_size == DEFAULT_SHM_SIZE else options.shm_size,
    )


def _security(asked: Security, given: Security) -> Security:
    """Each setting by itself: the pod's where the container has the usual one."""
    fields = [name for name in Security.__struct_fields__ if getattr(asked, name) == getattr(_PLAIN, name)]
    return msgspec.structs.replace(asked, **{name: getattr(given, name) for name in fields})


def users_of(options: CreateOptions, infra_id: str, *, mapped: bool) -> UserNamespaceOptions:
    """The user namespace of the infra container, where it has one and nothing else is asked for."""
    asked = options.user_namespace
    return UserNamespaceOptions(mode=f"container:{infra_id}") if mapped and asked == UserNamespaceOptions() else asked

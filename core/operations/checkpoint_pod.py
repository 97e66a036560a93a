"""A container of a checkpoint that is to be taken up again in a pod."""

from __future__ import annotations

from typing import Final

import msgspec

from core.errors import InvalidArgument
from core.model.config import ContainerConfig, NetworkMode
from core.model.dependencies import dependencies
from core.model.namespaces import Namespace
from core.model.pod import Pod
from core.operations.parts import EngineParts
from core.operations.pod_membership import find_pod

_KINDS: Final = ("ipc", "pid", "uts", "cgroup", "user")


def moved_to_pod(parts: EngineParts, config: ContainerConfig, name: str) -> ContainerConfig:
    """The configuration with the pod's namespaces where it had those of its former pod.

    Raises `NoSuchObject`, and `InvalidArgument` where the pod does not share what the container shared.
    """
    pod = find_pod(parts, name)
    needed = dependencies(config)
    if len(needed) > 1 or config.requires or (needed and not config.pod):
        raise InvalidArgument(
            "the container needs others than its pod, and can not be restored into another one",
            hint="restore it where they are",
        )
    moved = msgspec.structs.replace(config, pod=pod.id, cgroup_parent=pod.cgroup or config.cgroup_parent)
    if not needed:
        return moved
    if not pod.infra_id:
        raise InvalidArgument(
            f"cannot retrieve infra container from pod {pod.name}: it has none",
            hint="restore it into a pod that was made without --infra=false",
        )
    if config.network is NetworkMode.CONTAINER:
        _require_shared(pod, "net")
    if parts.store.get(pod.infra_id).config.id_mappings != config.id_mappings:
        raise InvalidArgument(
            f"pod {pod.name} has not the user namespace that the container had",
            hint="make a pod with the --userns, --uidmap and --gidmap of the container's former pod",
        )
    spaces = {
        kind: msgspec.structs.replace(space, container=pod.infra_id)
        for kind in _KINDS
        if (space := _joined(config, kind)) is not None
    }
    for kind in spaces:
        _require_shared(pod, kind)
    return msgspec.structs.replace(
        moved,
        network_container=pod.infra_id if config.network is NetworkMode.CONTAINER else "",
        namespaces=msgspec.structs.replace(config.namespaces, **spaces),
    )


def _joined(config: ContainerConfig, kind: str) -> Namespace | None:
    space: Namespace | None = getattr(config.namespaces, kind)
    return space if space is not None and space.container else None


def _require_shared(pod: Pod, kind: str) -> None:
    if kind not in pod.share and kind != "user":
        raise InvalidArgument(
            f"pod {pod.name} does not share the {kind.upper()} namespace", hint=f"make one with --share {kind}"
        )

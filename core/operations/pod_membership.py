"""Being in a pod: which one, what a container shares with it, and the limits of all."""

from __future__ import annotations

import os
from typing import Final

import msgspec

from core.errors import AmbiguousName, ContainerInUse, InvalidArgument, NoSuchObject
from core.events import EventKind
from core.model.config import DEFAULT_CGROUP_PARENT, ContainerRecord, NetworkMode
from core.model.namespaces import NamespaceOptions
from core.model.options import CreateOptions
from core.model.pod import Pod, PodIntent
from core.operations.parts import EngineParts, Transaction
from core.operations.pod_defaults import users_of, with_defaults
from core.store.catalogue import Catalogue

_names: Final[dict[str, str]] = {}
"""What was asked for once: a pod keeps its name, and no other ever has its id."""


def pods_of(parts: EngineParts) -> Catalogue[Pod]:
    return Catalogue(parts.store, "pod", Pod)


def emit(parts: EngineParts, pod: Pod, action: str) -> None:
    """Write what was done to a pod to the journal."""
    parts.emit(EventKind.POD, "", pod.name, action=action, pod=pod.id)


def find_pod(parts: EngineParts, name_or_id: str) -> Pod:
    """The pod with this name, id or unique prefix of an id. Raises `NoSuchObject`, `AmbiguousName`."""
    named = pods_of(parts).find(name_or_id)
    if named is not None:
        return named
    fitting = [pod for pod in pods_of(parts).all() if name_or_id and pod.id.startswith(name_or_id)]
    if not fitting:
        raise NoSuchObject(f"no pod with name or ID {name_or_id} found: no such pod")
    if len(fitting) > 1 and not any(pod.id == name_or_id for pod in fitting):
        raise AmbiguousName(
            f'more than one pod begins with "{name_or_id}"', hint=", ".join(pod.name for pod in fitting)
        )
    return fitting[0]


def members_of(parts: EngineParts, pod_id: str) -> list[ContainerRecord]:
    """The containers of a pod in the order of their creation, the infra container too."""
    return [record for record in parts.store.mentioning(pod_id) if record.config.pod == pod_id]


def join_pod(parts: EngineParts, options: CreateOptions) -> tuple[CreateOptions, Pod]:
    """The request of a container in a pod: what the pod shares, where nothing else is asked for.

    Raises `NoSuchObject`, and `InvalidArgument` for what contradicts the pod.
    """
    pod = find_pod(parts, options.pod)
    if pod.intent is PodIntent.REMOVING:
        raise NoSuchObject(f"pod {pod.name} is being removed")
    if options.is_infra:
        return options, pod
    options = with_defaults(options, pod.defaults)
    if not pod.infra_id:
        return options, pod
    infra = parts.store.get(pod.infra_id).config
    joined = f"{NetworkMode.CONTAINER}:{pod.infra_id}"
    asked = options.namespaces
    chosen = {kind: getattr(asked, kind) or (joined if kind in pod.share else "") for kind in ("ipc", "pid", "uts")}
    chosen["cgroup"] = asked.cgroup or (joined if "cgroup" in pod.share else "")
    if options.hostname and chosen["uts"] == joined:
        raise InvalidArgument(
            "cannot set hostname when joining the pod UTS namespace", hint="leave --hostname out, or give it to the pod"
        )
    network = options.network
    if not network and "net" in pod.share:
        network = str(infra.network) if infra.network is NetworkMode.HOST else joined
    users = users_of(options, pod.infra_id, mapped=infra.id_mappings is not None)
    spaces = NamespaceOptions(**chosen)
    return msgspec.structs.replace(options, namespaces=spaces, network=network, user_namespace=users), pod


def prepare_pod_cgroup(held: Transaction) -> None:
    """Make the pod's control group with its limits, before one of its containers is made in it.

    Raises `RuntimeFailed`.
    """
    config = held.config
    if not config.pod or config.cgroup_parent == DEFAULT_CGROUP_PARENT:
        return
    from core.host.cgroup_limits import is_version_2, make_limited, write_lines
    from core.host.cgroups import cgroups_at
    from core.oci.limits import cgroup_files, throttle_lines, weight_lines
    from core.operations.devices import device_numbers

    try:
        pod = find_pod(held.parts, config.pod)
    except NoSuchObject:
        return
    settings = cgroup_files(pod.resources, version_2=is_version_2())
    if settings:
        make_limited(pod.cgroup, settings)
    numbers = {device: f"{major}:{minor}" for device, (major, minor) in device_numbers(pod.resources).items()}
    if numbers or pod.resources.blkio_weight:
        make_limited(pod.cgroup, {"io" if is_version_2() else "blkio": {}})
        folder = cgroups_at(pod.cgroup)["" if is_version_2() else "blkio"]
        weights = weight_lines(numbers, pod.resources, os.listdir(folder), version_2=is_version_2())
        write_lines(folder, [*throttle_lines(numbers, (), pod.resources, version_2=is_version_2()), *weights])


def refuse_removal_of_infra(held: Transaction) -> None:
    """Raise `ContainerInUse` for the infra container of a pod that stays."""
    config = held.config
    if not config.is_infra:
        return
    try:
        pod = find_pod(held.parts, config.pod)
    except NoSuchObject:
        return
    if pod.intent is None:
        raise ContainerInUse(
            f"container {held.name} is the infra container of pod {pod.name} and cannot be removed without removing"
            " the pod",
            hint=f"wharf pod rm {pod.name}",
            container_id=held.id,
        )


def pod_name_of(parts: EngineParts, pod_id: str) -> str:
    """Empty where the pod is not there any more."""
    if pod_id not in _names:
        try:
            _names[pod_id] = find_pod(parts, pod_id).name
        except NoSuchObject:
            return ""
    return _names[pod_id]

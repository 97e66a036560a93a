"""Pods: containers that share namespaces and limits, and are worked as one."""

import enum
from collections.abc import Iterable
from typing import Final

import msgspec

from core.model.config import DEFAULT_SHM_SIZE, BindMount, ResourceLimits, Security, TmpfsMount, VolumeMount
from core.model.kernel_settings import Device
from core.model.options import CreateOptions
from core.model.state import Status

SHAREABLE: Final = ("cgroup", "ipc", "net", "pid", "uts")
"""The namespaces that the containers of a pod can have in common."""
DEFAULT_SHARE: Final = ("ipc", "net", "uts")


class ExitPolicy(enum.StrEnum):
    """What becomes of the infra container when the last other one has ended."""

    CONTINUE = "continue"
    STOP = "stop"


class PodIntent(enum.StrEnum):
    """What was announced in the store before it began."""

    CREATING = "creating"
    REMOVING = "removing"


class PodStatus(enum.StrEnum):
    """podman's words for a pod, by its containers' states."""

    CREATED = "Created"
    RUNNING = "Running"
    DEGRADED = "Degraded"
    PAUSED = "Paused"
    EXITED = "Exited"
    STOPPED = "Stopped"
    ERROR = "Error"


class PodDefaults(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What each container of a pod has, where it does not ask for something else at the same place.

    `volumes_from`: in a request alone.
    """

    bind_mounts: tuple[BindMount, ...] = ()
    tmpfs_mounts: tuple[TmpfsMount, ...] = ()
    volume_mounts: tuple[VolumeMount, ...] = ()
    volumes_from: tuple[str, ...] = ()
    devices: tuple[Device, ...] = ()
    security: Security = Security()
    shm_size: int = DEFAULT_SHM_SIZE


class PodOptions(msgspec.Struct, frozen=True, kw_only=True):
    """A pod to create. `share`: None for podman's default. `infra_options`: of the infra container, such as its
    network; `resources` are the limits of all containers together. `cgroup_parent`: below the top; empty for the
    usual one.
    """

    name: str = ""
    infra: bool = True
    infra_name: str = ""
    infra_options: CreateOptions = CreateOptions(network="none")
    share: tuple[str, ...] | None = None
    share_parent: bool = True
    hostname: str = ""
    labels: dict[str, str] = {}
    resources: ResourceLimits = ResourceLimits(pids=0)
    exit_policy: ExitPolicy = ExitPolicy.CONTINUE
    defaults: PodDefaults = PodDefaults()
    cgroup_parent: str = ""
    create_command: tuple[str, ...] = ()


class Pod(msgspec.Struct, frozen=True, kw_only=True):
    """A pod as the store keeps it. `id`: 64 hexadecimal digits. `created_at`: Unix seconds. `infra_id`: empty for none.

    `cgroup`: the parent of its containers' control groups, as a path below the top; empty where they have the usual.
    """

    id: str
    name: str
    created_at: float
    infra_id: str = ""
    share: tuple[str, ...] = ()
    hostname: str = ""
    labels: dict[str, str] = {}
    resources: ResourceLimits = ResourceLimits(pids=0)
    exit_policy: ExitPolicy = ExitPolicy.CONTINUE
    cgroup: str = ""
    defaults: PodDefaults = PodDefaults()
    create_command: tuple[str, ...] = ()
    intent: PodIntent | None = None


class PodMember(msgspec.Struct, frozen=True, kw_only=True):
    """A container of a pod, as a list shows it."""

    id: str
    name: str
    status: Status


class PodSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A pod as a list shows it; its containers in the order of their creation, the infra container too."""

    id: str
    name: str
    status: PodStatus
    created_at: float
    infra_id: str
    labels: dict[str, str]
    share: tuple[str, ...]
    cgroup: str = ""
    """The parent of its containers' control groups."""
    members: tuple[PodMember, ...]


def pod_status(statuses: Iterable[Status]) -> PodStatus:
    """A pod's status by those of its containers, the infra container's too (libpod, pod_status.go)."""
    all_of_them = list(statuses)
    running, paused = all_of_them.count(Status.RUNNING), all_of_them.count(Status.PAUSED)
    ended, count = all_of_them.count(Status.EXITED), len(all_of_them)
    if count == 0:
        return PodStatus.CREATED
    if running:
        return PodStatus.RUNNING if running == count else PodStatus.DEGRADED
    if paused == count:
        return PodStatus.PAUSED
    if ended:
        return PodStatus.EXITED if ended == count else PodStatus.STOPPED
    return PodStatus.ERROR if Status.UNKNOWN in all_of_them else PodStatus.CREATED

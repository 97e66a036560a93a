"""All that is known of a pod, in the shape of `podman pod inspect`."""

from __future__ import annotations

from core.model.pod import Pod, PodSnapshot
from core.model.state import podman_state
from core.operations.inspect import NANO, timestamp
from core.operations.parts import EngineParts


def inspect_pod(parts: EngineParts, pod: Pod, picture: PodSnapshot) -> dict[str, object]:
    """A pod as nested plain values."""
    limits = pod.resources
    return {
        "Id": pod.id,
        "Name": pod.name,
        "Created": timestamp(pod.created_at),
        "CreateCommand": list(pod.create_command),
        "ExitPolicy": str(pod.exit_policy),
        "State": str(picture.status),
        "Hostname": pod.hostname,
        "Labels": dict(pod.labels),
        "CreateCgroup": bool(pod.cgroup),
        "CgroupParent": pod.cgroup.rpartition("/")[0],
        "CgroupPath": pod.cgroup,
        "CreateInfra": bool(pod.infra_id),
        "InfraContainerID": pod.infra_id,
        "InfraConfig": _infra(parts, pod),
        "SharedNamespaces": list(pod.share),
        "memory_limit": limits.memory,
        "memory_swap": limits.memory_swap or limits.memory * 2,
        "cpu_quota": int(limits.cpus * 100_000),
        "NanoCpus": int(limits.cpus * NANO),
        "cpuset_cpus": limits.cpuset_cpus,
        "cpuset_mems": limits.cpuset_mems,
        "cpu_shares": limits.cpu_shares,
        "blkio_weight": limits.blkio_weight,
        "blkio_weight_device": [{"path": one.device, "weight": one.value} for one in limits.blkio_weight_devices],
        "device_read_bps": [{"path": one.device, "rate": one.value} for one in limits.read_bps],
        "device_write_bps": [{"path": one.device, "rate": one.value} for one in limits.write_bps],
        "mounts": [
            *(f"{one.source}:{one.destination}" for one in pod.defaults.bind_mounts),
            *(f"{one.name}:{one.destination}" for one in pod.defaults.volume_mounts),
        ],
        "devices": [one.source for one in pod.defaults.devices],
        "NumContainers": len(picture.members),
        "Containers": [
            {"Id": member.id, "Name": member.name, "State": podman_state(member.status)} for member in picture.members
        ],
    }


def _infra(parts: EngineParts, pod: Pod) -> dict[str, object] | None:
    if not pod.infra_id:
        return None
    config = parts.store.get(pod.infra_id).config
    return {
        "HostNetwork": config.network == "host",
        "NetworkMode": str(config.network),
        "userns": str(config.namespaces.user) if config.id_mappings is not None else "host",
        "pid_ns": str(config.namespaces.pid),
        "uts_ns": str(config.namespaces.uts),
        "ipc_ns": str(config.namespaces.ipc),
    }

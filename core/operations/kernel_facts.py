"""The part of `inspect` about what the kernel is asked for, keys as podman's."""

from __future__ import annotations

from typing import Final

from core.model.config import ContainerConfig
from core.model.limits import ResourceLimits

DEFAULT_UMASK: Final = 0o22
DEFAULT_SWAPPINESS: Final = -1


def _block_facts(limits: ResourceLimits) -> dict[str, object]:
    named = {
        "BlkioDeviceReadBps": limits.read_bps,
        "BlkioDeviceWriteBps": limits.write_bps,
        "BlkioDeviceReadIOps": limits.read_iops,
        "BlkioDeviceWriteIOps": limits.write_iops,
    }
    return {
        "BlkioWeightDevice": [{"Path": one.device, "Weight": one.value} for one in limits.blkio_weight_devices],
        **{name: [{"Path": one.device, "Rate": one.value} for one in found] for name, found in named.items()},
    }


def kernel_facts(config: ContainerConfig, limits: ResourceLimits) -> dict[str, object]:
    """Fields of `HostConfig`."""
    kernel, security = config.kernel, config.security
    return {
        "CpuPeriod": limits.cpu_period,
        "CpuQuota": limits.cpu_quota,
        "CpuRealtimePeriod": limits.cpu_rt_period,
        "CpuRealtimeRuntime": limits.cpu_rt_runtime,
        **_block_facts(limits),
        "MemorySwappiness": DEFAULT_SWAPPINESS if limits.memory_swappiness is None else limits.memory_swappiness,
        "OomKillDisable": limits.oom_kill_disable,
        "OomScoreAdj": kernel.oom_score_adj or 0,
        "GroupAdd": list(kernel.groups),
        "Ulimits": [
            {"Name": f"RLIMIT_{limit.name.upper()}", "Soft": limit.soft, "Hard": limit.hard} for limit in kernel.rlimits
        ],
        "Devices": [
            {"PathOnHost": device.source, "PathInContainer": device.destination, "CgroupPermissions": device.access}
            for device in kernel.devices
        ],
        "Sysctls": dict(kernel.sysctls),
        "SecurityOpt": [
            *(["no-new-privileges"] if security.no_new_privileges else []),
            *([f"seccomp={security.seccomp_profile}"] if security.seccomp_profile else []),
            *([f"mask={':'.join(security.masked_paths)}"] if security.masked_paths else []),
            *([f"unmask={':'.join(security.unmasked_paths)}"] if security.unmasked_paths else []),
        ],
        "Binds": [f"{bind.source}:{bind.destination}:{','.join(bind.options)}" for bind in config.bind_mounts],
        "Tmpfs": {mount.destination: ",".join(mount.options) for mount in config.tmpfs_mounts},
        "Annotations": dict(config.annotations),
    }

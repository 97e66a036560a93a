"""Limits as the files of a control group, where no runtime writes them for us (kernel, admin-guide/cgroup-v1, -v2)."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Final

from core.model.limits import CPU_PERIOD, ResourceLimits

_SHARES: Final = (2, 262_144)
_WEIGHTS: Final = (1, 10_000)
_OLD_FILES: Final = {
    "read_bps": "blkio.throttle.read_bps_device",
    "write_bps": "blkio.throttle.write_bps_device",
    "read_iops": "blkio.throttle.read_iops_device",
    "write_iops": "blkio.throttle.write_iops_device",
}
_NEW_WORDS: Final = {"read_bps": "rbps", "write_bps": "wbps", "read_iops": "riops", "write_iops": "wiops"}
"""Of io.max."""


def cgroup_files(limits: ResourceLimits, *, version_2: bool) -> dict[str, dict[str, str]]:
    """A controller → its files → what to write, in this order; only what is limited."""
    found = _version_2(limits) if version_2 else _version_1(limits)
    return {controller: files for controller, files in found.items() if files}


def _version_1(limits: ResourceLimits) -> dict[str, dict[str, str]]:
    memory, cpu = {}, {}
    if limits.memory:
        # The limit with swap can not be below the one without: without comes first.
        memory = {"memory.limit_in_bytes": str(limits.memory)}
        memory["memory.memsw.limit_in_bytes"] = str(limits.memory_swap or limits.memory * 2)
    if limits.cpus:
        cpu = {"cpu.cfs_period_us": str(CPU_PERIOD), "cpu.cfs_quota_us": str(int(limits.cpus * CPU_PERIOD))}
    if limits.cpu_shares:
        cpu["cpu.shares"] = str(limits.cpu_shares)
    return {"memory": memory, "cpu": cpu, **_both(limits)}


def _version_2(limits: ResourceLimits) -> dict[str, dict[str, str]]:
    memory, cpu = {}, {}
    if limits.memory:
        swap = limits.memory_swap - limits.memory if limits.memory_swap > 0 else limits.memory
        memory = {"memory.max": str(limits.memory)}
        memory["memory.swap.max"] = "max" if limits.memory_swap < 0 else str(swap)
    if limits.cpus:
        cpu["cpu.max"] = f"{int(limits.cpus * CPU_PERIOD)} {CPU_PERIOD}"
    if limits.cpu_shares:
        cpu["cpu.weight"] = str(_weight(limits.cpu_shares))
    return {"memory": memory, "cpu": cpu, **_both(limits)}


def _both(limits: ResourceLimits) -> dict[str, dict[str, str]]:
    return {
        "cpuset": {
            **({"cpuset.cpus": limits.cpuset_cpus} if limits.cpuset_cpus else {}),
            **({"cpuset.mems": limits.cpuset_mems} if limits.cpuset_mems else {}),
        },
        "pids": {"pids.max": str(limits.pids)} if limits.pids > 0 else {},
    }


def _weight(shares: int) -> int:
    """Shares of version 1 as a weight of version 2, on the straight line that runc takes."""
    (least, most), (lowest, highest) = _SHARES, _WEIGHTS
    held = min(max(shares, least), most)
    return lowest + (held - least) * (highest - lowest) // (most - least)


def throttle_lines(
    numbers: Mapping[str, str], former: Sequence[ResourceLimits], after: ResourceLimits, *, version_2: bool
) -> list[tuple[str, str]]:
    """What to write into which file of a control group that runs, so that its devices are limited as in `after`.

    `numbers`: `MAJOR:MINOR` of each device. What only one of the `former` limits has is taken back.
    """
    lines = []
    for field, file in _OLD_FILES.items():
        known = {limit.device: 0 for before in former for limit in getattr(before, field)}
        wanted = known | {limit.device: limit.value for limit in getattr(after, field)}
        for device, value in wanted.items():
            if version_2:
                lines.append(("io.max", f"{numbers[device]} {_NEW_WORDS[field]}={value or 'max'}"))
            else:
                lines.append((file, f"{numbers[device]} {value}"))
    return lines


def weight_lines(
    numbers: Mapping[str, str], limits: ResourceLimits, files: Container[str], *, version_2: bool
) -> list[tuple[str, str]]:
    """What to write so that a control group has these weights of block I/O. `files`: those that it has.

    Which scheduler heeds them differs: BFQ has files of its own, the others' are of another scale in version 2.
    """
    controller = "io" if version_2 else "blkio"
    of_bfq = f"{controller}.bfq.weight" in files
    file = f"{controller}.bfq.weight" if of_bfq else f"{controller}.weight"

    def scaled(weight: int) -> int:
        return weight if of_bfq or not version_2 else 1 + (weight - 10) * 9999 // 990

    lines = [(file, str(scaled(limits.blkio_weight)))] if limits.blkio_weight else []
    of_devices = file if version_2 else f"{file}_device"
    for limit in limits.blkio_weight_devices:
        lines.append((of_devices, f"{numbers[limit.device]} {scaled(limit.value)}"))
    return lines


def swappiness_lines(former: Sequence[ResourceLimits], after: ResourceLimits, usual: int) -> list[tuple[str, str]]:
    """As `throttle_lines`, of version 1's memory. `usual`: the host's own."""
    if all(limits.memory_swappiness is None for limits in (*former, after)):
        return []
    return [("memory.swappiness", str(usual if after.memory_swappiness is None else after.memory_swappiness))]

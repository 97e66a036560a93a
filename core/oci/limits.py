"""Limits as the files of a control group, where no runtime writes them for us (kernel, admin-guide/cgroup-v1, -v2)."""

from __future__ import annotations

from typing import Final

from core.model.config import ResourceLimits

CPU_PERIOD: Final = 100_000
_SHARES: Final = (2, 262_144)
_WEIGHTS: Final = (1, 10_000)


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
        "cpuset": {"cpuset.cpus": limits.cpuset_cpus} if limits.cpuset_cpus else {},
        "pids": {"pids.max": str(limits.pids)} if limits.pids > 0 else {},
    }


def _weight(shares: int) -> int:
    """Shares of version 1 as a weight of version 2, on the straight line that runc takes."""
    (least, most), (lowest, highest) = _SHARES, _WEIGHTS
    held = min(max(shares, least), most)
    return lowest + (held - least) * (highest - lowest) // (most - least)

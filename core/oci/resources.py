"""Limits as the resources of a runtime spec (runtime-spec 1.0.2, config-linux.md), for a start and for an update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.model.limits import CPU_PERIOD, ResourceLimits

DEFAULT_SHARES: Final = 1024
UNLIMITED: Final = -1


def spec_resources(
    limits: ResourceLimits,
    *,
    privileged: bool,
    devices: Sequence[Mapping[str, Any]] = (),
    block_io: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What a container is created with: only what is limited is named.

    `devices`: rules beside the first one. `block_io`: the part of `blockIO` that is of single devices.
    """
    resources: dict[str, Any] = {"devices": [{"allow": privileged, "access": "rwm"}, *devices]}
    memory = _memory(limits)
    if memory:
        resources["memory"] = memory
    cpu = _cpu(limits)
    if cpu:
        resources["cpu"] = cpu
    if limits.pids > 0:
        resources["pids"] = {"limit": limits.pids}
    block = {**({"weight": limits.blkio_weight} if limits.blkio_weight else {}), **(block_io or {})}
    if block:
        resources["blockIO"] = block
    return resources


def update_resources(before: ResourceLimits, after: ResourceLimits) -> dict[str, Any]:
    """What `runc update` is given: all that is limited now, and what no longer is by the value that means so.

    Memory and swap go together: the kernel refuses a memory limit above the one of both that is still in force.
    """
    resources = spec_resources(after, privileged=False)
    del resources["devices"]
    memory, cpu = resources.setdefault("memory", {}), resources.setdefault("cpu", {})
    if before.memory and not after.memory:
        memory |= {"limit": UNLIMITED, "swap": UNLIMITED}
    if before.memory_reservation and not after.memory_reservation:
        memory["reservation"] = UNLIMITED
    if (before.cpus or before.cpu_quota) and not (after.cpus or after.cpu_quota):
        cpu |= {"quota": UNLIMITED, "period": after.cpu_period or CPU_PERIOD}
    if before.cpu_shares and not after.cpu_shares:
        cpu["shares"] = DEFAULT_SHARES
    if after.pids <= 0:
        resources["pids"] = {"limit": UNLIMITED}
    return {name: value for name, value in resources.items() if value}


def _memory(limits: ResourceLimits) -> dict[str, Any]:
    memory: dict[str, Any] = {}
    if limits.memory:
        memory = {"limit": limits.memory, "swap": limits.memory_swap or limits.memory * 2}
    if limits.memory_reservation:
        memory["reservation"] = limits.memory_reservation
    if limits.memory_swappiness is not None:
        memory["swappiness"] = limits.memory_swappiness
    if limits.oom_kill_disable:
        memory["disableOOMKiller"] = True
    return memory


def _cpu(limits: ResourceLimits) -> dict[str, Any]:
    cpu: dict[str, Any] = {}
    if limits.cpus:
        cpu |= {"quota": int(limits.cpus * CPU_PERIOD), "period": CPU_PERIOD}
    if limits.cpu_period:
        cpu["period"] = limits.cpu_period
    if limits.cpu_quota:
        cpu["quota"] = limits.cpu_quota
    if limits.cpu_rt_period:
        cpu["realtimePeriod"] = limits.cpu_rt_period
    if limits.cpu_rt_runtime:
        cpu["realtimeRuntime"] = limits.cpu_rt_runtime
    if limits.cpu_shares:
        cpu["shares"] = limits.cpu_shares
    if limits.cpuset_cpus:
        cpu["cpus"] = limits.cpuset_cpus
    if limits.cpuset_mems:
        cpu["mems"] = limits.cpuset_mems
    return cpu

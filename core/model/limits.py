"""Limits of a container's resources: as it was made with them, and as they were changed since."""

from typing import Any, Final

import msgspec

from core.errors import InvalidArgument
from core.model.health import HealthOptions
from core.model.restart import RestartPolicy

DEFAULT_PIDS_LIMIT = 2048
LOWEST_MEMORY = 6 * 1024 * 1024
"""Bytes. With less no program of the runtime's comes up."""
BLOCK_WEIGHTS = (10, 1000)
CPU_PERIOD = 100_000
"""Microseconds, where none is given."""


class DeviceLimit(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one block device. `device`: its path on the host, as its numbers can change."""

    device: str
    value: int


class ResourceLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits in the cgroup; 0 or an empty string means no limit.

    `memory`, `memory_swap` (memory and swap together; -1 for unlimited), `memory_reservation` (what it is pushed back
    to when memory is short): bytes. `cpus`: CPUs, 1.5 is one and a half. `cpuset_cpus`, `cpuset_mems`: lists of CPUs
    and memory nodes, as 0-1,3. `blkio_weight`: 10 to 1000. `memory_swappiness`: 0 to 100, None as the host has it.
    `cpu_quota`: microseconds of CPU time in each `cpu_period` of microseconds, in place of `cpus`; `cpu_rt_period` and
    `cpu_rt_runtime` the same for real-time processes. `read_bps`, `write_bps`: bytes a second; `read_iops`,
    `write_iops`: operations a second; `blkio_weight_devices` as `blkio_weight`.
    """

    memory: int = 0
    memory_swap: int = 0
    cpus: float = 0.0
    cpu_shares: int = 0
    cpuset_cpus: str = ""
    pids: int = DEFAULT_PIDS_LIMIT
    memory_reservation: int = 0
    cpuset_mems: str = ""
    blkio_weight: int = 0
    memory_swappiness: int | None = None
    oom_kill_disable: bool = False
    cpu_period: int = 0
    cpu_quota: int = 0
    cpu_rt_period: int = 0
    cpu_rt_runtime: int = 0
    blkio_weight_devices: tuple[DeviceLimit, ...] = ()
    read_bps: tuple[DeviceLimit, ...] = ()
    write_bps: tuple[DeviceLimit, ...] = ()
    read_iops: tuple[DeviceLimit, ...] = ()
    write_iops: tuple[DeviceLimit, ...] = ()


DEVICE_LIMITS: Final = ("blkio_weight_devices", "read_bps", "write_bps", "read_iops", "write_iops")
"""The fields that have a value for each device."""


class LimitChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What `update` is to change; None leaves it as it is. Values as in `ResourceLimits`.

    A device that is not named keeps what it has, 0 takes it away. `memory_swappiness`: -1 as the host has it.
    """

    memory: int | None = None
    memory_swap: int | None = None
    memory_reservation: int | None = None
    cpus: float | None = None
    cpu_shares: int | None = None
    cpuset_cpus: str | None = None
    cpuset_mems: str | None = None
    pids: int | None = None
    blkio_weight: int | None = None
    memory_swappiness: int | None = None
    cpu_period: int | None = None
    cpu_quota: int | None = None
    cpu_rt_period: int | None = None
    cpu_rt_runtime: int | None = None
    blkio_weight_devices: tuple[DeviceLimit, ...] | None = None
    read_bps: tuple[DeviceLimit, ...] | None = None
    write_bps: tuple[DeviceLimit, ...] | None = None
    read_iops: tuple[DeviceLimit, ...] | None = None
    write_iops: tuple[DeviceLimit, ...] | None = None
    restart: RestartPolicy | None = None
    health: HealthOptions | None = None


def changed_limits(before: ResourceLimits, changes: LimitChanges) -> ResourceLimits:
    """The limits with the changes made. Raises `InvalidArgument`."""
    asked = {name: getattr(changes, name, None) for name in ResourceLimits.__struct_fields__}
    given = {name: value for name, value in asked.items() if value is not None}
    for name in DEVICE_LIMITS:
        if name in given:
            given[name] = _merged(getattr(before, name), given[name])
    if given.get("memory_swappiness") == -1:
        given["memory_swappiness"] = None
    given |= _cpu_time(before, given)
    after = msgspec.structs.replace(before, **given)
    require_consistent(after)
    return after


def _merged(before: tuple[DeviceLimit, ...], given: tuple[DeviceLimit, ...]) -> tuple[DeviceLimit, ...]:
    values = {limit.device: limit for limit in (*before, *given)}
    return tuple(limit for limit in values.values() if limit.value)


def _cpu_time(before: ResourceLimits, given: dict[str, Any]) -> dict[str, Any]:
    """`cpus` and the pair of period and quota mean the same: whoever is given last counts."""
    if "cpus" in given:
        return {"cpu_period": 0, "cpu_quota": 0}
    if not before.cpus or not {"cpu_period", "cpu_quota"} & given.keys():
        return {}
    return {"cpus": 0.0, "cpu_quota": given.get("cpu_quota", int(before.cpus * CPU_PERIOD))}


def require_consistent(limits: ResourceLimits) -> None:
    """Raises `InvalidArgument` for limits that contradict each other or that no kernel takes."""
    if 0 < limits.memory < LOWEST_MEMORY:
        raise InvalidArgument("the memory limit is too low to start anything", hint="give 6m at least")
    if limits.memory_swap > 0 and not limits.memory:
        raise InvalidArgument("a limit of memory and swap together needs a limit of memory", hint="give --memory, too")
    if 0 < limits.memory_swap < limits.memory:
        raise InvalidArgument(
            "the limit of memory and swap together is below that of memory alone",
            hint="--memory-swap must be at least --memory",
        )
    if limits.memory and limits.memory_reservation > limits.memory:
        raise InvalidArgument("the reserved memory is above the limit", hint="--memory-reservation must be lower")
    if limits.blkio_weight and not BLOCK_WEIGHTS[0] <= limits.blkio_weight <= BLOCK_WEIGHTS[1]:
        raise InvalidArgument(
            f"the block weight {limits.blkio_weight} is not between 10 and 1000",
            hint="use a number from 10 to 1000, or 0 for none",
        )

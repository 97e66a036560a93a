"""update: other limits for a container, at once where it runs and at every start from now on."""

from __future__ import annotations

import contextlib

import msgspec

from core.errors import EngineError, InvalidArgument
from core.events import EventKind
from core.host.cgroup_limits import host_swappiness, is_version_2, write_lines
from core.log import LOG
from core.model.health import Health, HealthCheck, HealthOptions, changed_check
from core.model.limits import DEVICE_LIMITS, LimitChanges, ResourceLimits, changed_limits
from core.model.state import Intent
from core.oci.limits import swappiness_lines, throttle_lines
from core.oci.resources import update_resources
from core.operations.cgroup_choice import changed_limits_of
from core.operations.devices import device_numbers
from core.operations.observe import LIVE_STATUSES
from core.operations.parts import Transaction
from core.operations.rootless import has_cgroup, refuse_limits


def update(held: Transaction, changes: LimitChanges) -> None:
    """Change limits, the restart policy and the health check. Allowed: any state but unknown.

    The configuration stays as it was written; what differs from it is kept in the state (`limits`, `restart`,
    `health_check`), and every reader asks the record (`ContainerRecord.limits` and so on), which puts the one over the
    other.
    Raises `InvalidArgument`, `RuntimeFailed` where the kernel refuses; nothing is changed then.
    """
    for name in ("cpuset_cpus", "cpuset_mems"):
        if getattr(changes, name) == "":
            raise InvalidArgument(f"the {name.replace('_', ' ')} can not be empty", hint="name all: 0-3")
    before = held.state
    limits = changed_limits(held.record.limits, changes)
    restart = changes.restart or held.record.restart
    check = held.record.health_check if changes.health is None else _changed_check(held, changes.health)
    if (limits, restart, check) == (held.record.limits, held.record.restart, held.record.health_check):
        return
    wanted = msgspec.structs.replace(
        before,
        limits=None if limits == held.config.resources else limits,
        restart=None if restart == held.config.restart else restart,
        health_check=None if check == held.config.health_check else check,
        no_health_check=check is None,
        health=_health_after(held, check),
    )
    if held.config.without_cgroup and changed_limits_of(limits):
        raise InvalidArgument(
            f"container {held.name} was made without control groups, which limits need",
            hint="make it anew without --cgroups disabled",
        )
    if limits != held.record.limits:
        refuse_limits(limits)
        if before.status in LIVE_STATUSES and not has_cgroup(held.record):
            raise InvalidArgument(
                f"container {held.name} was started without a cgroup of its own, which limits need", hint="restart it"
            )
    device_numbers(limits)
    if changes.memory_swappiness not in (None, -1) and is_version_2():
        raise InvalidArgument(
            "control groups of version 2 have no swappiness of their own", hint="leave --memory-swappiness out"
        )
    if before.status in LIVE_STATUSES and limits != held.record.limits:
        former = held.record.limits
        held.write(msgspec.structs.replace(wanted, intent=Intent.UPDATING))
        try:
            _set(held, former, limits)
        except EngineError:
            held.write(before)
            raise
    held.write(wanted)
    held.emit(EventKind.UPDATE, **_told(changes))


def _changed_check(held: Transaction, asked: HealthOptions) -> HealthCheck | None:
    before = held.record.health_check
    if before is None and not asked.args and not asked.disabled:
        raise InvalidArgument(
            f"container {held.name} has no health check that could be changed", hint="give it one with --health-cmd"
        )
    return changed_check(before, asked)


def _health_after(held: Transaction, check: HealthCheck | None) -> Health | None:
    """What is known of its health by other commands than the one from now on counts for nothing.

    A startup check that it gets while it lives is for the next start.
    """
    before, health = held.record.health_check, held.state.health
    lives = held.state.status in LIVE_STATUSES
    if check is None:
        return None
    if lives and (before is None or before.startup is None):
        health = msgspec.structs.replace(health or Health(), started_up=True)
    if before is not None and before.args == check.args:
        return health
    return Health(started_up=health is not None and health.started_up) if lives else health


def _set(held: Transaction, former: ResourceLimits, limits: ResourceLimits) -> None:
    """Tell the kernel; where it refuses, what was told before is taken back."""
    runtime = held.runtime
    runtime.update(held.id, update_resources(former, limits))
    try:
        _write_files(held, former, limits)
    except EngineError:
        with contextlib.suppress(EngineError):
            runtime.update(held.id, update_resources(limits, former))
            _write_files(held, limits, former)
        raise


def _write_files(held: Transaction, former: ResourceLimits, limits: ResourceLimits) -> None:
    """The limits of single devices, and the swappiness: a runtime's own update sets those of the creation anew."""
    paths, created = held.runtime.observe(held.id).cgroup_paths, held.config.resources
    disks = paths.get("blkio") or paths.get("io") or paths.get("", "")
    numbers = device_numbers(created) | device_numbers(former) | device_numbers(limits)
    named = {device: f"{major}:{minor}" for device, (major, minor) in numbers.items()}
    write_lines(disks, throttle_lines(named, (created, former), limits, version_2=is_version_2()))
    if "memory" in paths:
        write_lines(paths["memory"], swappiness_lines((created, former), limits, host_swappiness()))


def finish_update(held: Transaction) -> None:
    """Somebody who was killed had stored new limits and may not have set them: set all that are stored."""
    seen = held.runtime.observe(held.id)
    if str(seen.phase) in {str(status) for status in LIVE_STATUSES}:
        try:
            _set(held, held.config.resources, held.record.limits)
        except EngineError as error:
            LOG.warning("the limits of %s could not be set: %s", held.id, error)
    held.save(intent=None)


def _told(changes: LimitChanges) -> dict[str, str]:
    """What the event says of a change."""
    given = {name: value for name in changes.__struct_fields__ if (value := getattr(changes, name)) is not None}
    for name in DEVICE_LIMITS:
        if name in given:
            given[name] = ",".join(f"{limit.device}:{limit.value}" for limit in given[name])
    if changes.health is not None:
        given["health"] = "none" if changes.health.disabled else " ".join(changes.health.args) or "changed"
    return {name: str(value) for name, value in given.items()}

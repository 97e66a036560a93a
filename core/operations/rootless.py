"""What an ordinary user's containers can have of control groups; what they can not is refused by name."""

from __future__ import annotations

import os

import msgspec

from core.errors import HostIncomplete, InvalidArgument
from core.host.delegation import delegation
from core.host.rootless import outside_user
from core.model.config import ContainerConfig, ContainerRecord
from core.model.limits import ResourceLimits
from core.operations.cgroup_choice import DEFAULT_LIMITS, changed_limits_of

_DELEGATE = "systemd-run --user --scope -p Delegate=yes wharf …"
"""How a command gets a control group of its own where a session has none."""


def is_rootless() -> bool:
    """Whether this process is root in a user namespace alone."""
    return outside_user() is not None


def refuse_limits(limits: ResourceLimits) -> None:
    """Raise `InvalidArgument` for a limit that somebody asked for and that needs what is not delegated to this user.

    For root nothing is refused.
    """
    changed = changed_limits_of(limits) if is_rootless() else []
    if not changed:
        return
    found = delegation()
    if found is None:
        raise InvalidArgument(
            f"the limit {_told(changed[0])} needs a cgroup of the container's own, and none is delegated to this user",
            hint=f"leave it out, or run it with sudo, or with cgroups of version 2: {_DELEGATE}",
        )
    for name in changed:
        if controller_of(name) not in found.controllers:
            raise InvalidArgument(
                f"the limit {_told(name)} needs the controller {controller_of(name)}, which is not delegated to this"
                " user",
                hint="have root add it to Delegate= of user@.service: systemctl edit user@.service",
            )


def refuse_pod_limits(limits: ResourceLimits) -> None:
    """Raise `InvalidArgument` for limits of a whole pod, which only root can set."""
    changed = changed_limits_of(limits, ResourceLimits(pids=0)) if is_rootless() else []
    if changed:
        raise InvalidArgument(
            f"the limit {_told(changed[0])} of a pod needs root", hint="limit its containers, or run it with sudo"
        )


def possible_limits(limits: ResourceLimits) -> ResourceLimits:
    """The limits that a container starts with: the usual one of processes only where it can be had."""
    found = delegation() if is_rootless() else None
    if limits.pids == DEFAULT_LIMITS.pids and found is not None and "pids" not in found.controllers:
        return msgspec.structs.replace(limits, pids=0)
    return limits


def controller_of(limit: str) -> str:
    """The controller that a field of `ResourceLimits` is of."""
    if limit.startswith(("memory", "oom")):
        return "memory"
    if limit.startswith("cpuset"):
        return "cpuset"
    if limit.startswith("cpu"):
        return "cpu"
    return "pids" if limit == "pids" else "io"


def _told(limit: str) -> str:
    return limit.replace("_", " ")


def cgroup_path(config: ContainerConfig) -> str:
    """The control group, below the top, of a container that is about to be made; empty for none of its own."""
    if config.without_cgroup:
        return ""
    if not is_rootless():
        return f"{config.cgroup_parent}/{config.id}"
    return "" if delegation() is None else place_of(f"{config.cgroup_parent}/{config.id}")


def place_of(path: str) -> str:
    """Where a control group of ours is below the top: for an ordinary user in what is delegated."""
    found = delegation() if is_rootless() else None
    return path if found is None else f"{found.path}{path}"


def has_cgroup(record: ContainerRecord) -> bool:
    """Whether a container that lives is in a cgroup of its own."""
    if record.config.without_cgroup:
        return False
    return not is_rootless() or os.path.exists(record.state.freezer)


def refuse_freezing(record: ContainerRecord) -> None:
    """Raise `HostIncomplete` where there is no cgroup that could be frozen."""
    if record.config.without_cgroup:
        raise HostIncomplete(
            "pausing needs a cgroup of the container's own, and it was made without",
            hint="make it without --cgroups disabled; commit takes --pause=false",
        )
    if not has_cgroup(record):
        raise HostIncomplete(
            "pausing needs a cgroup of the container's own, and it was started where none is delegated to this user",
            hint=f"start it as root, or with cgroups of version 2: {_DELEGATE}; commit takes --pause=false",
        )

"""What an ordinary user's containers can not have: refused by name, before anything is made."""

from __future__ import annotations

from core.errors import HostIncomplete, InvalidArgument
from core.host.rootless import outside_user
from core.model.config import ContainerConfig
from core.model.limits import ResourceLimits
from core.operations.cgroup_choice import DEFAULT_LIMITS, changed_limits_of

_AS_ROOT = "run it with sudo"


def is_rootless() -> bool:
    """Whether this process is root in a user namespace alone."""
    return outside_user() is not None


def refuse_limits(limits: ResourceLimits, usual: ResourceLimits = DEFAULT_LIMITS) -> None:
    """Raise `InvalidArgument` for a limit that is not as `usual`. For root nothing is refused."""
    if not is_rootless():
        return
    if changed := changed_limits_of(limits, usual):
        raise InvalidArgument(
            f"the limit {changed[0].replace('_', ' ')} needs a cgroup of the container's own, which only root can make",
            hint=f"leave it out, or {_AS_ROOT}",
        )


def has_cgroup(config: ContainerConfig) -> bool:
    """Whether a container is in a cgroup of its own."""
    return not (config.without_cgroup or is_rootless())


def refuse_freezing(config: ContainerConfig) -> None:
    """Raise `HostIncomplete` where there is no cgroup that could be frozen."""
    if config.without_cgroup:
        raise HostIncomplete(
            "pausing needs a cgroup of the container's own, and it was made without",
            hint="make it without --cgroups disabled; commit takes --pause=false",
        )
    if is_rootless():
        raise HostIncomplete(
            "pausing needs a cgroup of the container's own, which only root can make here",
            hint="run the container as root; commit takes --pause=false",
        )

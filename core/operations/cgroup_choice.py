"""The control group of a new container: which it is in, or that it has none."""

from __future__ import annotations

import os
from typing import Final

from core.errors import InvalidArgument
from core.model.limits import ResourceLimits
from core.model.options import CreateOptions

DEFAULT_LIMITS: Final = ResourceLimits()
_ABLE: Final = ("crun", "krun")
"""Runtimes that leave a container where its caller is."""


def checked_cgroup_parent(parent: str) -> str:
    """The control group with one slash before it; empty for none. Raises `InvalidArgument`."""
    if parent.endswith(".slice"):
        raise InvalidArgument(
            "systemd slice received as cgroup parent when using cgroupfs: invalid argument",
            hint="name a control group, as /machine/web",
        )
    if ".." in parent.split("/"):
        raise InvalidArgument(f"the control group {parent} leads upwards", hint="name one below the top")
    return f"/{parent.strip('/')}" if parent.strip("/") else ""


def changed_limits_of(limits: ResourceLimits, usual: ResourceLimits = DEFAULT_LIMITS) -> list[str]:
    """The names of the limits that somebody asked for: those that are not as `usual`."""
    return [name for name in ResourceLimits.__struct_fields__ if getattr(limits, name) != getattr(usual, name)]


def check_without_cgroup(options: CreateOptions, runtime: str) -> None:
    """Raise `InvalidArgument` for a container without control groups that asks for what only they give."""
    if not options.without_cgroup:
        return
    if options.cgroup_parent:
        raise InvalidArgument(
            "cannot set cgroup parent if not creating cgroups: invalid argument", hint="leave out one of the two"
        )
    name = os.path.basename(runtime)
    if name not in _ABLE:
        raise InvalidArgument(
            f"requested OCI runtime {name} is not compatible with NoCgroups: invalid argument",
            hint="it makes control groups in any case: use --runtime crun",
        )
    if options.namespaces.cgroup not in ("", "host"):
        raise InvalidArgument(
            "a container without control groups can not have a namespace of them", hint="use --cgroupns host"
        )
    if changed := changed_limits_of(options.resources):
        raise InvalidArgument(
            f"the limit {changed[0].replace('_', ' ')} needs control groups", hint="leave out --cgroups disabled"
        )

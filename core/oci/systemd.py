"""What systemd as a container's first process finds there, as podman's --systemd."""

from __future__ import annotations

import posixpath
from collections.abc import Container, Sequence
from typing import Any, Final

import msgspec

STOP_SIGNAL: Final = "RTMIN+3"
"""At which systemd shuts down."""
_PROGRAMS: Final = ("/sbin/init", "/usr/sbin/init", "/usr/local/sbin/init")
_WRITABLE: Final = ("/run", "/run/lock", "/tmp", "/var/log/journal")
_IN_MEMORY: Final = ("rw", "rprivate", "nosuid", "nodev", "tmpcopyup")
_CGROUPS: Final = "/sys/fs/cgroup"
_HIERARCHY: Final = f"{_CGROUPS}/systemd"
"""systemd's own, on machines with control groups of version 1."""


class SystemdPlace(msgspec.Struct, frozen=True, kw_only=True):
    """What this machine has for it. `hierarchy`: of version 1, systemd's own is mounted here."""

    cgroup_v2: bool
    hierarchy: bool


def runs_systemd(mode: str, args: Sequence[str]) -> bool:
    """Whether a process is to be treated as systemd: where it is asked for, or by its name."""
    program = args[0]
    return mode == "always" or (mode == "true" and (program in _PROGRAMS or posixpath.basename(program) == "systemd"))


def systemd_mounts(place: SystemdPlace, taken: Container[str], *, own_cgroups: bool) -> list[dict[str, Any]]:
    """Mounts of a runtime spec, apart from where something else is mounted; `own_cgroups`: in a namespace of its own.

    Those on /sys/fs/cgroup take the place of the usual one.
    """
    found = [_mount(path, "tmpfs", "tmpfs", _IN_MEMORY) for path in _WRITABLE]
    if place.cgroup_v2 and own_cgroups:
        found.append(_mount(_CGROUPS, "cgroup", "cgroup", ("private", "rw")))
    elif place.cgroup_v2:
        found.append(_mount(_CGROUPS, "bind", _CGROUPS, ("bind", "private", "rw")))
    elif place.hierarchy:
        found.append(_mount(_HIERARCHY, "bind", _HIERARCHY, ("bind", "rprivate", "nosuid", "noexec", "nodev")))
    return [mount for mount in found if mount["destination"] not in taken]


def systemd_masks(place: SystemdPlace) -> list[str]:
    """Paths that are hidden: what the host would run at the end of a control group."""
    return [] if place.cgroup_v2 or not place.hierarchy else [f"{_HIERARCHY}/release_agent"]


def _mount(destination: str, kind: str, source: str, options: Sequence[str]) -> dict[str, Any]:
    return {"destination": destination, "type": kind, "source": source, "options": list(options)}

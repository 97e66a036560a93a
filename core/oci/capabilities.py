"""The capabilities of a container's processes (capabilities(7))."""

from __future__ import annotations

from typing import Final

from core.errors import InvalidArgument
from core.model.config import Security

DEFAULT: Final = (
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_NET_BIND_SERVICE",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_CHROOT",
)
"""What podman gives a container where nothing else is asked for (containers.conf(5))."""

ALL: Final = tuple(
    f"CAP_{name}"
    for name in [
        "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH",
        "FOWNER",
        "FSETID",
        "KILL",
        "SETGID",
        "SETUID",
        "SETPCAP",
        "LINUX_IMMUTABLE",
        "NET_BIND_SERVICE",
        "NET_BROADCAST",
        "NET_ADMIN",
        "NET_RAW",
        "IPC_LOCK",
        "IPC_OWNER",
        "SYS_MODULE",
        "SYS_RAWIO",
        "SYS_CHROOT",
        "SYS_PTRACE",
        "SYS_PACCT",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_NICE",
        "SYS_RESOURCE",
        "SYS_TIME",
        "SYS_TTY_CONFIG",
        "MKNOD",
        "LEASE",
        "AUDIT_WRITE",
        "AUDIT_CONTROL",
        "SETFCAP",
        "MAC_OVERRIDE",
        "MAC_ADMIN",
        "SYSLOG",
        "WAKE_ALARM",
        "BLOCK_SUSPEND",
        "AUDIT_READ",
        "PERFMON",
        "BPF",
        "CHECKPOINT_RESTORE",
    ]
)
"""In the order of their numbers."""


def compute(security: Security, bounding: int = -1) -> tuple[str, ...]:
    """The capabilities that a container gets, sorted. Raises `InvalidArgument`.

    `all` drops every one, or adds those of `bounding`: the bits that anybody on this machine can have.
    """
    available = {name for number, name in enumerate(ALL) if bounding >> number & 1}
    added, dropped = _known(security.capabilities_add, available), _known(security.capabilities_drop, set(ALL))
    both = (added & dropped) if not _names_all(security.capabilities_add, security.capabilities_drop) else set()
    if both:
        raise InvalidArgument(
            f"the capability {min(both)} is both added and dropped", hint="leave it out of --cap-add, or of --cap-drop"
        )
    base = available if security.privileged else set(DEFAULT)
    return tuple(sorted(added if len(dropped) == len(ALL) else (base | added) - dropped))


def _names_all(*names: tuple[str, ...]) -> bool:
    return any(name.upper() in ("ALL", "CAP_ALL") for group in names for name in group)


def _known(names: tuple[str, ...], every: set[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        full = f"CAP_{name.upper().removeprefix('CAP_')}"
        if full == "CAP_ALL":
            found.update(every)
        elif full in ALL:
            found.add(full)
        else:
            raise InvalidArgument(f"the capability {name!r} is not known", hint="see capabilities(7) for the names")
    return found


def capability_names(bits: int) -> tuple[str, ...]:
    """The names of a set as /proc has it, without `CAP_`, by the alphabet; `full` for all."""
    names = tuple(name.removeprefix("CAP_") for number, name in enumerate(ALL) if bits >> number & 1)
    return ("full",) if len(names) == len(ALL) else tuple(sorted(names))

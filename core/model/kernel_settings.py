"""What the kernel is asked for on behalf of a container, beside limits, namespaces and capabilities."""

import msgspec


class Rlimit(msgspec.Struct, frozen=True, kw_only=True):
    """A limit of each process (getrlimit(2)). `name`: as `nofile`. -1 for none."""

    name: str
    soft: int
    hard: int


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A device of the host, or all of a directory of the host. `access`: letters of r, w and m (mknod)."""

    source: str
    destination: str
    access: str = "rwm"


class DeviceRule(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the control group's list of devices. `type`: a, b or c. None: all numbers. `access`: as of `Device`."""

    type: str
    major: int | None = None
    minor: int | None = None
    access: str = "rwm"


class KernelSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`groups`: further groups of the process, by name or number. None: the default.

    `device_rules`: devices that it may use without being shown them. `cgroup_settings`: files of its control group of
    version 2, and what to write into them. `personality`: LINUX or LINUX32 (personality(2)), empty for the default.
    """

    rlimits: tuple[Rlimit, ...] = ()
    sysctls: dict[str, str] = {}
    oom_score_adj: int | None = None
    umask: int | None = None
    devices: tuple[Device, ...] = ()
    groups: tuple[str, ...] = ()
    device_rules: tuple[DeviceRule, ...] = ()
    cgroup_settings: dict[str, str] = {}
    personality: str = ""

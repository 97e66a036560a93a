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


class KernelSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`groups`: further groups of the process, by name or number. None: the default."""

    rlimits: tuple[Rlimit, ...] = ()
    sysctls: dict[str, str] = {}
    oom_score_adj: int | None = None
    umask: int | None = None
    devices: tuple[Device, ...] = ()
    groups: tuple[str, ...] = ()

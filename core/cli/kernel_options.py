"""--device, --ulimit, --sysctl and other options of create and run that the kernel carries out."""

from __future__ import annotations

import fnmatch
import os

from core.cli.device_limits import add_device_limits, between, device_limits, swappiness, weight
from core.cli.parser import WrongValue
from core.cli.sizes import parse_size
from core.errors import InvalidArgument
from core.model.config import ResourceLimits
from core.model.kernel_settings import Device, DeviceRule, KernelSettings, Rlimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.cli.parser import CommandParser, Options

_KEEP = "keep-groups"
_RLIMITS = (
    *("as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc"),
    *("rss", "rtprio", "rttime", "sigpending", "stack"),
)
_SYSCTLS = (
    *("kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax"),
    *("kernel.shmmni", "kernel.shm_rmid_forced", "kernel.domainname", "kernel.hostname", "fs.mqueue.*", "net.*"),
)
"""Those that belong to a namespace, so that a container has its own (sysctl.d of the runtime spec)."""


def add_kernel_options(parser: CommandParser) -> None:
    """The options, for `kernel_settings` and `resource_limits`."""
    add = parser.add_argument
    add("--device", action="append", default=[], metavar="HOST[:CONTAINER[:rwm]]", help="a device, or a folder of them")
    add(
        "--ulimit",
        action="append",
        default=[],
        metavar="NAME=SOFT[:HARD]",
        help="a limit of each process; host for all",
    )
    add(
        "--sysctl", action="append", default=[], metavar="NAME=VALUE", help="a setting of the kernel for its namespaces"
    )
    add("--group-add", action="append", default=[], metavar="GROUP", help="a further group, by name or number")
    add(
        "--oom-score-adj",
        type=_oom_score,
        default=None,
        metavar="N",
        help="-1000 to 1000: who goes first without memory",
    )
    add("--umask", type=_umask, default=None, metavar="MASK", help="of its files: 0022")
    add("--memory-reservation", default="0", metavar="SIZE", help="what it is pressed down to when memory is short")
    add("--memory-swappiness", type=swappiness, default=-1, metavar="N", help="0 to 100; -1 for the host's")
    add("--oom-kill-disable", action="store_true", help="wait in place of a kill when its memory is used up")
    add("--cpu-period", type=int, default=0, metavar="MICROSECONDS", help="in which --cpu-quota counts")
    add("--cpu-quota", type=int, default=0, metavar="MICROSECONDS", help="of CPU time in each period")
    add("--cpuset-mems", default="", help="the memory nodes it may use: 0-1")
    add("--blkio-weight", type=weight, default=0, metavar="WEIGHT", help="10 to 1000, against other containers' disks")
    add_device_limits(parser)
    add("--cpu-rt-period", type=int, default=0, metavar="MICROSECONDS", help="in which --cpu-rt-runtime counts")
    add("--cpu-rt-runtime", type=int, default=0, metavar="MICROSECONDS", help="of real-time processes in each period")
    add("--device-cgroup-rule", action="append", default=[], metavar="TYPE MAJOR:MINOR ACCESS", help="as 'c 42:* rmw'")
    add("--cgroup-conf", action="append", default=[], metavar="FILE=VALUE", help="of its control group of version 2")
    add("--personality", default="", metavar="DOMAIN", help="LINUX or LINUX32, where the runtime can")


def kernel_settings(options: Options) -> KernelSettings:
    """What is asked for. Raises `InvalidArgument`."""
    return KernelSettings(
        rlimits=tuple(_rlimit(text) for text in options.ulimit if text != "host"),
        sysctls=dict(map(sysctl, options.sysctl)),
        oom_score_adj=options.oom_score_adj,
        umask=options.umask,
        devices=tuple(map(device, options.device)),
        groups=groups(options.group_add),
        device_rules=tuple(map(_device_rule, options.device_cgroup_rule)),
        cgroup_settings=dict(map(_cgroup_setting, options.cgroup_conf)),
        personality=_personality(options.personality),
    )


def resource_limits(options: Options) -> ResourceLimits:
    """The limits that are asked for. Raises `InvalidArgument`."""
    if options.cpus and (options.cpu_period or options.cpu_quota):
        raise InvalidArgument(
            "--cpus and --cpu-period or --cpu-quota cannot be set together", hint="leave --cpus out, or the other two"
        )
    if options.oom_kill_disable and parse_size(options.memory) == 0:
        raise InvalidArgument("--oom-kill-disable needs a limit of memory", hint="set one with --memory")
    return ResourceLimits(
        memory=parse_size(options.memory),
        memory_swap=-1 if options.memory_swap == "-1" else parse_size(options.memory_swap),
        memory_reservation=parse_size(options.memory_reservation),
        memory_swappiness=None if options.memory_swappiness == -1 else options.memory_swappiness,
        oom_kill_disable=options.oom_kill_disable,
        cpus=options.cpus,
        cpu_shares=options.cpu_shares,
        cpu_period=options.cpu_period,
        cpu_quota=options.cpu_quota,
        cpuset_cpus=options.cpuset_cpus,
        cpuset_mems=options.cpuset_mems,
        blkio_weight=options.blkio_weight,
        cpu_rt_period=options.cpu_rt_period,
        cpu_rt_runtime=options.cpu_rt_runtime,
        **device_limits(options),
        pids=max(0, options.pids_limit),
    )


def device(text: str) -> Device:
    """`HOST[:CONTAINER[:rwm]]`. Raises `InvalidArgument`."""
    source, *rest = text.split(":")
    if not source.startswith("/") or len(rest) > 2:
        raise InvalidArgument(f"the device {text!r} is not understood", hint="use /dev/NAME[:/dev/NAME[:rwm]]")
    access = rest.pop() if rest and not rest[-1].startswith("/") else "rwm"
    if not access or set(access) - set("rwm"):
        raise InvalidArgument(f"invalid device mode: {access}", hint="use letters of r, w and m")
    return Device(source=source, destination=rest[0] if rest else source, access=access)


def _rlimit(text: str) -> Rlimit:
    name, separator, values = text.partition("=")
    name = name.lower().removeprefix("rlimit_")
    if name not in _RLIMITS or not separator:
        raise InvalidArgument(
            f"ulimit option {text!r} requires name=SOFT:HARD", hint=f"use one of {', '.join(_RLIMITS)}"
        )
    soft, _, hard = values.partition(":")
    try:
        limit = Rlimit(name=name, soft=int(soft), hard=int(hard or soft))
    except ValueError as error:
        raise InvalidArgument(f"the ulimit {text!r} is no number", hint="use nofile=1024:2048, -1 for none") from error
    if limit.hard != -1 and not -1 < limit.soft <= limit.hard:
        raise InvalidArgument(
            f"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard or soft}",
            hint="lower the first number, or raise the second",
        )
    return limit


def sysctl(text: str) -> tuple[str, str]:
    """`NAME=VALUE`, of a setting that belongs to a namespace. Raises `InvalidArgument`."""
    name, separator, value = text.partition("=")
    if not separator:
        raise InvalidArgument(
            f"{text} is invalid, sysctl values must be in the form of KEY=VALUE",
            hint="write it as net.core.somaxconn=1024",
        )
    if not any(fnmatch.fnmatchcase(name, pattern) for pattern in _SYSCTLS):
        raise InvalidArgument(
            f"sysctl '{name}' is not allowed", hint=f"a container can have its own: {' '.join(_SYSCTLS)}"
        )
    return name, value


def groups(names: Sequence[str]) -> tuple[str, ...]:
    """The further groups; `keep-groups` are the caller's own, by their numbers. Raises `InvalidArgument`."""
    if _KEEP not in names:
        return tuple(names)
    if len(names) > 1:
        raise InvalidArgument(
            f"the '--group-add {_KEEP}' option is not allowed with any other --group-add options",
            hint="leave the others out",
        )
    return tuple(str(number) for number in os.getgroups())


def _device_rule(text: str) -> DeviceRule:
    words = text.split()
    kind, numbers, access = words if len(words) == 3 else ("", "", "")
    if kind not in ("a", "b", "c"):
        raise InvalidArgument(f"invalid device type in device-access-add: {kind or text}", hint="as 'c 42:* rmw'")
    if set(access) - set("rwm"):
        raise InvalidArgument(f"invalid device access in device-access-add: {access}", hint="use letters of r, w and m")
    major, _, minor = numbers.partition(":")
    try:
        found = [None if number in ("*", "") else int(number) for number in (major, minor)]
    except ValueError as error:
        raise InvalidArgument(f"{numbers} are no numbers of a device", hint="as 'c 42:* rmw'") from error
    return DeviceRule(type=kind, major=found[0], minor=found[1], access=access)


def _cgroup_setting(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not name or not separator:
        raise InvalidArgument(f"--cgroup-conf {text}: it is not FILE=VALUE", hint="as memory.high=1073741824")
    return name, value


def _personality(text: str) -> str:
    if text.upper() not in ("", "LINUX", "LINUX32"):
        raise InvalidArgument(f"the personality {text} is not known", hint="use LINUX or LINUX32")
    return text.upper()


def _oom_score(text: str) -> int:
    return between(int(text), -1000, 1000)


def _umask(text: str) -> int:
    if not text or len(text) > 4 or set(text) - set("01234567"):
        raise WrongValue("it is no file mode")
    return int(text, 8)

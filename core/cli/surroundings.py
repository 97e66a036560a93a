"""--log-driver, --tz, --read-only-tmpfs and the like: what create and run put around a container's process."""

from __future__ import annotations

import os

from core.cli.parser import WrongValue, add_boolean, seconds
from core.cli.sizes import parse_size
from core.errors import InvalidArgument
from core.model.config import DEFAULT_LOG_SIZE_MAX, BindMount, TmpfsMount
from core.model.log_target import LogDriver, LogTarget
from core.model.surroundings import Accounts, NotifyMode, Surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from core.cli.parser import CommandParser, Options

_ZONES = "/usr/share/zoneinfo"
_SAME_DRIVERS = {"json-file": "k8s-file"}
"""Another word for a driver, as in podman."""
_WRITABLE = {"/run": "mode=755", "/tmp": "mode=1777", "/var/tmp": "mode=1777"}
_CGROUPS = ("enabled", "no-conmon", "disabled", "split")
"""The first two are the same here: a monitor is in the control group of who started it."""


def add_surroundings(parser: CommandParser) -> None:
    """The options, for `log_fields`, `time_zone`, `writable_places` and `surroundings`."""
    add = parser.add_argument
    add_log_options(parser)
    add("--log-size-max", default="64m", help="the same")
    add("--timeout", type=seconds, default=0, metavar="SECONDS", help="kill it after that time; 0 for never")
    add("--tz", default="", metavar="ZONE", help="its time zone, as Europe/Berlin; local for the host's")
    add_boolean(
        parser, "--read-only-tmpfs", default=True, explanation="with --read-only: /run, /tmp, /var/tmp in memory"
    )
    add("--systemd", type=_systemd, default="true", metavar="true|false|always", help="what systemd needs: by its name")
    add("--cgroups", type=_cgroups, default="enabled", metavar="enabled|no-conmon|disabled", help="whether it has any")
    modes = tuple(str(mode) for mode in NotifyMode)
    add("--sdnotify", choices=modes, default="container", help="who tells systemd that it is ready: $NOTIFY_SOCKET")
    add("--pidfile", default="", metavar="FILE", help="gets the PID of its process at each start")
    add("--conmon-pidfile", default="", metavar="FILE", help="gets the PID of its monitor at each start")
    add("--init-path", default="", metavar="FILE", help="the program of --init: catatonit")
    add("--chrootdirs", action="append", default=[], metavar="DIRECTORY", help="has its hosts and resolv.conf, too")
    add("--hostuser", action="append", default=[], metavar="USER", help="a user of the host for its /etc/passwd")
    add_boolean(parser, "--passwd", default=True, explanation="add its user to its /etc/passwd and /etc/group")
    add("--passwd-entry", default="", metavar="LINE", help="that line, with $USERNAME $UID $GID $NAME $HOME")
    add("--group-entry", default="", metavar="LINE", help="the one of /etc/group: $GROUPNAME $GID $USERLIST")
    add("--cgroup-parent", default="", metavar="PATH", help="the control group that its own is in")


def add_log_options(parser: CommandParser) -> None:
    """Those that podman has, for `log_fields`."""
    add = parser.add_argument
    add("--log-driver", default="k8s-file", metavar="DRIVER", help="k8s-file, journald, passthrough or none")
    add("--log-opt", action="append", default=[], metavar="NAME=VALUE", help="path, tag, or max-size to begin it anew")


def surroundings(options: Options) -> Surroundings:
    """What is asked for, with absolute paths."""
    return Surroundings(
        accounts=Accounts(
            written=options.passwd,
            host_users=tuple(options.hostuser),
            passwd_entry=options.passwd_entry,
            group_entry=options.group_entry,
        ),
        chroot_dirs=tuple(options.chrootdirs),
        pid_file=_absolute(options.pidfile),
        monitor_pid_file=_absolute(options.conmon_pidfile),
        init_path=_absolute(options.init_path),
        notify=NotifyMode(options.sdnotify),
    )


def _absolute(path: str) -> str:
    return os.path.abspath(path) if path else ""


def log_fields(options: Options) -> dict[str, Any]:
    """`log_size_max` and `log` of the request. Raises `InvalidArgument`."""
    name = _SAME_DRIVERS.get(options.log_driver, options.log_driver)
    if name not in tuple(LogDriver):
        raise InvalidArgument(
            f"the log driver {name} is not supported by wharf", hint=f"use {', '.join((*LogDriver, *_SAME_DRIVERS))}"
        )
    driver, given = LogDriver(name), {}
    for text in options.log_opt:
        key, _, value = text.partition("=")
        if key not in ("max-size", "path", "tag"):
            raise InvalidArgument(f"the log option {key} is not supported by wharf", hint="use max-size, path or tag")
        given[key] = value
    for key, needed in (("path", LogDriver.K8S_FILE), ("tag", LogDriver.JOURNALD)):
        if key in given and driver is not needed:
            raise InvalidArgument(
                f"the log option {key} is of the log driver {needed} alone",
                hint=f"leave --log-opt {key} out, or use --log-driver {needed}",
            )
    if driver is LogDriver.PASSTHROUGH and (any(map(os.isatty, (0, 1, 2))) or getattr(options, "tty", False)):
        raise InvalidArgument(
            "the '--log-driver passthrough' option cannot be used on a TTY",
            hint="leave --tty out and have all three streams go to files or pipes, or use another log driver",
        )
    size = given.get("max-size", getattr(options, "log_size_max", f"{DEFAULT_LOG_SIZE_MAX}b"))
    path = os.path.abspath(given["path"]) if given.get("path") else ""
    return {
        "log_size_max": parse_size(size),
        "log": LogTarget(driver=driver, path=path, tag=given.get("tag", "")),
    }


def time_zone(options: Options) -> list[BindMount]:
    """The file of --tz as the container's /etc/localtime. Raises `InvalidArgument`."""
    if not options.tz:
        return []
    file = os.path.realpath("/etc/localtime" if options.tz == "local" else os.path.join(_ZONES, options.tz))
    if not os.path.isfile(file) or ".." in options.tz:
        raise InvalidArgument(f"the time zone {options.tz!r} is not known", hint="use a name such as Europe/Berlin")
    return [BindMount(source=file, destination="/etc/localtime", options=("rbind", "rprivate", "ro"))]


def writable_places(options: Options, taken: set[str]) -> list[TmpfsMount]:
    """What --read-only leaves writable, apart from where something else is mounted."""
    if not (options.read_only and options.read_only_tmpfs):
        return []
    return [
        TmpfsMount(destination=place, options=("rw", "nosuid", "nodev", mode))
        for place, mode in _WRITABLE.items()
        if place not in taken
    ]


def _systemd(text: str) -> str:
    if text.lower() not in ("true", "false", "always"):
        raise WrongValue('--systemd values must be one of "true, false, always"')
    return text.lower()


def _cgroups(text: str) -> str:
    if text not in _CGROUPS:
        raise WrongValue(f'invalid cgroup mode "{text}"')
    if text == "split":
        raise WrongValue("it is not supported by wharf: a container's control group is below --cgroup-parent")
    return text

"""--log-driver, --tz, --read-only-tmpfs and the like: what create and run put around a container's process."""

from __future__ import annotations

import os

from core.cli.parser import WrongValue, add_boolean, seconds
from core.cli.sizes import parse_size
from core.errors import InvalidArgument
from core.model.config import BindMount, TmpfsMount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from core.cli.parser import CommandParser, Options

_ZONES = "/usr/share/zoneinfo"
_LOG_DRIVERS = {"k8s-file": True, "json-file": True, "none": False}
"""Driver → whether there is a log. The second is another word for the first, as in podman."""
_WRITABLE = {"/run": "mode=755", "/tmp": "mode=1777", "/var/tmp": "mode=1777"}
_ONE_VALUE = {"systemd": "false", "sdnotify": "ignore", "cgroups": "enabled"}
"""Options of podman that are taken with this one value, which is what happens anyway."""


def add_surroundings(parser: CommandParser) -> None:
    """The options, for `log_fields`, `time_zone` and `writable_places`."""
    add = parser.add_argument
    add("--log-driver", default="k8s-file", metavar="DRIVER", help="k8s-file, or none for no log")
    add("--log-opt", action="append", default=[], metavar="max-size=SIZE", help="size at which its log begins anew")
    add("--log-size-max", default="64m", help="the same")
    add("--timeout", type=seconds, default=0, metavar="SECONDS", help="kill it after that time; 0 for never")
    add("--tz", default="", metavar="ZONE", help="its time zone, as Europe/Berlin; local for the host's")
    add_boolean(
        parser, "--read-only-tmpfs", default=True, explanation="with --read-only: /run, /tmp, /var/tmp in memory"
    )
    for name, value in _ONE_VALUE.items():
        add(f"--{name}", type=_only(value), default=value, metavar=value, help=f"{value} alone, as it always is")


def log_fields(options: Options) -> dict[str, Any]:
    """`log_size_max` and `keeps_log` of the request. Raises `InvalidArgument`."""
    if options.log_driver not in _LOG_DRIVERS:
        raise InvalidArgument(
            f"the log driver {options.log_driver} is not supported by wharf", hint=f"use {', '.join(_LOG_DRIVERS)}"
        )
    size = options.log_size_max
    for text in options.log_opt:
        key, _, value = text.partition("=")
        if key != "max-size":
            raise InvalidArgument(f"the log option {key} is not supported by wharf", hint="use max-size=SIZE")
        size = value
    return {"log_size_max": parse_size(size), "keeps_log": _LOG_DRIVERS[options.log_driver]}


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


def _only(value: str) -> Callable[[str], str]:
    """An option's `type` that takes one value."""

    def take(text: str) -> str:
        if text.lower() != value:
            raise WrongValue(f"only {value} is supported by wharf")
        return text

    return take

"""ps: the list of containers."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress

from core.cli.command import command_parser, open_engine
from core.cli.formatting import add_format, print_formatted
from core.cli.main import Invocation
from core.cli.output import ago, go_time, size, span
from core.cli.parser import Options, seconds
from core.errors import InvalidArgument
from core.operations.glance import glance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from core.model.content import RootSizes
    from core.model.snapshot import ContainerSnapshot
    from core.store.listing import ListedContainer

    Picture = ContainerSnapshot | ListedContainer

# Plain words for the states: what the enumeration loads is much for a list.
_UP = ("running", "paused")
_SHOWN_BY_DEFAULT = (*_UP, "unknown")
_STATES = {"configured": "created", "created": "initialized"}
"""States that podman calls otherwise: `podman_state`, for plain words."""
_COMMAND_WIDTH = 20
_COLUMNS = ("ID", "Image", "Command", "CreatedHuman", "Status", "Ports", "Names")
_NAMESPACES = {
    "Cgroup": ("CGROUPNS", "cgroup"),
    "IPC": ("IPC", "ipc"),
    "MNT": ("MNT", "mnt"),
    "NET": ("NET", "net"),
    "PIDNS": ("PIDNS", "pid"),
    "USERNS": ("USERNS", "user"),
    "UTS": ("UTS", "uts"),
}
_NAMESPACE_COLUMNS = ("ID", "Names", "Pid", *_NAMESPACES)
_CLEAR = "\x1b[H\x1b[2J"
"""What makes a terminal empty."""
_SORT_KEYS: dict[str, Callable[[Picture], object]] = {
    "created": lambda picture: picture.created_at,
    "id": lambda picture: picture.id,
    "image": lambda picture: picture.image,
    "names": lambda picture: picture.name,
    "command": lambda picture: picture.command,
    "runningfor": lambda picture: -picture.created_at,
    "status": lambda picture: str(picture.status),
}


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    add = parser.add_argument
    add("--all", "-a", action="store_true", help="those that do not run, too")
    add("--quiet", "-q", action="store_true", help="ids alone")
    add("--no-trunc", "--notruncate", action="store_true", help="ids and commands at full length")
    add("--last", "-n", type=int, default=0, help="the last N that were created, in any state")
    add("--latest", "-l", action="store_true", help="the one created last, in any state")
    add("--filter", "-f", action="append", default=[], metavar="KEY=VALUE", help="id, name, status, label, ancestor …")
    add_format(parser)
    add("--pod", "-p", action="store_true", help="with the pod of each")
    add("--ns", action="store_true", help="the numbers of its namespaces, in place of the usual columns")
    add("--size", "-s", action="store_true", help="with what each has written, and that with its image")
    add("--external", action="store_true", help="as without it: no other program has containers in this storage")
    add("--sync", action="store_true", help="as without it: what is shown is always looked at anew")
    add("--watch", "-w", type=seconds, default=0, metavar="SECONDS", help="show it again and again, as often")
    add("--sort", choices=tuple(_SORT_KEYS), default="created")
    add("--foreign", action="store_true", help="those of other engines instead, as wharf foreign ls")
    options = parser.parse_args(invocation.arguments)
    if options.foreign:
        from core.cli.foreign import print_foreign

        with open_engine(invocation) as engine:
            print_foreign(engine.foreign.containers(), options)
        return 0
    if options.ns and options.format not in ("", "table"):
        raise InvalidArgument("--ns and a format cannot be used together", hint="leave one of them out")
    _print(invocation, options)
    while options.watch:
        sys.stdout.flush()
        time.sleep(options.watch)
        sys.stdout.write(_CLEAR)
        _print(invocation, options)
    return 0


def _print(invocation: Invocation, options: Options) -> None:
    chosen = _chosen(_pictures(invocation, options), options)
    columns = _NAMESPACE_COLUMNS if options.ns else _COLUMNS
    sizes = _sizes(invocation, chosen) if options.size else {}
    print_formatted(
        chosen,
        options,
        fields=_fields(whole=options.no_trunc) | {"Size": ("SIZE", lambda p: _size_text(sizes.get(p.id)))},
        columns=(*columns, *(("Pod", "PodName") if options.pod else ()), *(("Size",) if options.size else ())),
        as_json=lambda: [_as_json(picture) | _size_as_json(sizes.get(picture.id)) for picture in chosen],
        name="ps",
    )


def _sizes(invocation: Invocation, chosen: Sequence[Picture]) -> dict[str, RootSizes]:
    """By the ids of the containers; of one that goes meanwhile there is none."""
    from core.errors import NoSuchContainer

    found = {}
    with open_engine(invocation) as engine:
        for picture in chosen:
            with suppress(NoSuchContainer):
                found[picture.id] = engine.lookup(picture.id).sizes()
    return found


def _size_text(sizes: RootSizes | None) -> str:
    """`12B (virtual 1.98MB)`, as podman's; empty where it was not asked for."""
    if sizes is None:
        return ""
    return f"{_plain(sizes.written)} (virtual {_plain(sizes.image)})"


def _plain(number: int) -> str:
    return size(number).replace(" ", "")


def _size_as_json(sizes: RootSizes | None) -> dict[str, object]:
    return {} if sizes is None else {"Size": {"rootFsSize": sizes.image, "rwSize": sizes.written}}


def _pictures(invocation: Invocation, options: Options) -> Sequence[Picture]:
    """The containers that fit the filters. The plain table is mostly shown without an engine."""
    if options.format in ("", "table") and not options.filter and not options.pod:
        glanced = glance(invocation.root, invocation.run_root, until_exit=invocation.ends_process)
        if glanced is not None:
            return glanced
    with open_engine(invocation) as engine:
        pictures = engine.containers()
    if not options.filter:
        return pictures
    from core.cli.filters import container_filter

    fits = container_filter(options.filter, pictures)
    return [picture for picture in pictures if fits(picture)]


def _chosen(pictures: Sequence[Picture], options: Options) -> list[Picture]:
    every_state = options.all or options.latest or options.last > 0 or _names_states(options.filter)
    chosen = [picture for picture in pictures if every_state or picture.status in _SHOWN_BY_DEFAULT]
    last = 1 if options.latest else options.last
    if last > 0:
        chosen = chosen[-last:]
    if options.sort != "created":
        chosen.sort(key=_SORT_KEYS[options.sort])  # type: ignore[arg-type]
    return chosen


def _names_states(filters: Sequence[str]) -> bool:
    """Whether the filters name states, so that containers of all states are to be looked at."""
    return any(text.startswith(("status=", "exited=")) for text in filters)


def _fields(*, whole: bool) -> dict[str, tuple[str, Callable[[Any], object]]]:
    """What a template may show, under podman's names; `whole`: ids and commands at full length."""
    return {
        "ID": ("CONTAINER ID", lambda p: p.id if whole else p.id[:12]),
        "Names": ("NAMES", lambda p: p.name),
        "Image": ("IMAGE", lambda p: p.image),
        "ImageID": ("IMAGE ID", lambda p: p.image_id if whole else p.image_id[:12]),
        "Command": ("COMMAND", lambda p: _command(p, whole)),
        "Created": ("CREATED", lambda p: go_time(p.created_at)),
        "CreatedAt": ("CREATED AT", lambda p: go_time(p.created_at)),
        "CreatedHuman": ("CREATED", lambda p: ago(p.created_at)),
        "RunningFor": ("RUNNING FOR", lambda p: ago(p.created_at)),
        "StartedAt": ("STARTED AT", lambda p: int(p.started_at)),
        "Exited": ("EXITED", lambda p: p.status == "exited"),
        "ExitedAt": ("EXITED AT", lambda p: int(p.finished_at)),
        "ExitCode": ("EXIT CODE", lambda p: p.exit_code or 0),
        "State": ("STATE", state_text),
        "Status": ("STATUS", status_text),
        "Pid": ("PID", lambda p: p.pid),
        "Labels": ("LABELS", lambda p: p.labels),
        "Label": ("", lambda p: lambda name: p.labels.get(name, "")),
        "Networks": ("NETWORKS", lambda p: ",".join(p.networks)),
        "Ports": ("PORTS", lambda p: ", ".join(map(str, p.ports))),
        "Restarts": ("RESTARTS", lambda p: p.restarts),
        "Mountpoint": ("MOUNTPOINT", lambda p: p.mount_point),
        "Pod": ("POD ID", lambda p: p.pod if whole else p.pod[:12]),
        "PodName": ("PODNAME", lambda p: p.pod_name),
        "IsInfra": ("ISINFRA", lambda p: p.is_infra),
        **{field: (heading, _namespace_of(kind)) for field, (heading, kind) in _NAMESPACES.items()},
    }


def _namespace_of(kind: str) -> Callable[[Any], str]:
    """What gets the number of a namespace from a container, empty while it has no process."""

    def number(picture: Picture) -> str:
        try:
            return os.readlink(f"/proc/{picture.pid}/ns/{kind}").partition("[")[2].rstrip("]") if picture.pid else ""
        except OSError:
            return ""

    return number


def _command(picture: Picture, whole: bool) -> str:
    text = " ".join(picture.command)
    return text if whole or len(text) <= _COMMAND_WIDTH else text[:_COMMAND_WIDTH] + "..."


def status_text(picture: Picture) -> str:
    """The state in podman's words: `Up 3 minutes (healthy)`, `Paused`, `Exited (3) 2 hours ago`, `Created`."""
    health = str(getattr(picture.health, "status", picture.health) or "")
    marks = [mark for mark in (health, "console lost" if picture.monitor_lost else "") if mark]
    return state_text(picture) + (f" ({', '.join(marks)})" if marks and picture.status in _UP else "")


def state_text(picture: Picture) -> str:
    """As `status_text`, without what stands in brackets behind it."""
    if picture.status == "running":
        return f"Up {span(time.time() - picture.started_at)}"
    if picture.status == "exited":
        code = -1 if picture.exit_code is None else picture.exit_code
        return ended_text(code, picture.finished_at)
    return state_word(picture.status).capitalize()


def ended_text(exit_code: int, finished_at: float) -> str:
    """`Exited (3) 2 hours ago`; without a time where nobody knows it, as after a reboot (Unix seconds, 0 for that)."""
    return f"Exited ({exit_code}) {ago(finished_at)}" if finished_at else f"Exited ({exit_code})"


def state_word(status: str) -> str:
    """The state in podman's one word."""
    return _STATES.get(status, str(status))


def _as_json(picture: Any) -> dict[str, object]:
    from datetime import UTC, datetime

    return {
        "Id": picture.id,
        "Names": [picture.name],
        "Image": picture.image,
        "ImageID": picture.image_id,
        "Command": list(picture.command),
        "Created": int(picture.created_at),
        "CreatedAt": datetime.fromtimestamp(picture.created_at, UTC).isoformat(),
        "StartedAt": int(picture.started_at),
        "ExitedAt": int(picture.finished_at),
        "Exited": picture.status == "exited",
        "ExitCode": picture.exit_code or 0,
        "State": state_word(picture.status),
        "Status": status_text(picture),
        "Pid": picture.pid,
        "Labels": picture.labels,
        "Mountpoint": picture.mount_point,
        "MonitorLost": picture.monitor_lost,
        "OOMKilled": picture.oom_killed,
        "Network": picture.network,
        "Pod": picture.pod,
        "PodName": picture.pod_name,
        "IsInfra": picture.is_infra,
        "Networks": list(picture.networks),
        "Ports": [
            {
                "host_ip": mapping.host_ip,
                "container_port": mapping.container_port,
                "host_port": mapping.host_port,
                "range": mapping.length,
                "protocol": mapping.protocol,
            }
            for mapping in picture.ports
        ],
    }

"""pod ps inspect top logs stats."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from core.cli.command import command_parser, open_engine
from core.cli.formatting import add_format, filled_objects, print_formatted, wants_json
from core.cli.listing import add_log_options, print_log, read_log_moments
from core.cli.main import Invocation, report
from core.cli.output import ago, print_json, print_table, size
from core.cli.parser import CommandParser, Options
from core.engine import Engine
from core.errors import EngineError, InvalidArgument
from core.model.pod import PodSnapshot
from core.model.snapshot import ProcessEntry, ResourceSample
from core.model.state import Status, podman_state
from core.operations.inspect import timestamp

SAMPLE_PAUSE: Final = 1.0
"""Seconds between two readings, of which a rate is made."""
_SORT_KEYS: Final[dict[str, Callable[[PodSnapshot], Any]]] = {
    "created": lambda pod: -pod.created_at,
    "id": lambda pod: pod.id,
    "name": lambda pod: pod.name,
    "number": lambda pod: len(pod.members),
    "status": lambda pod: str(pod.status),
}
_COLUMNS: Final = ("Id", "Name", "Status", "Created", "InfraId")
_NOTHING: Final = ("--", "-- / --", "--", "-- / --", "-- / --", "--")


def _cell(place: int) -> Callable[[Sequence[str]], str]:
    return lambda row: row[place]


_STATS_FIELDS: Final[dict[str, tuple[str, Callable[[Sequence[str]], str]]]] = {
    name: (heading, _cell(place))
    for place, (name, heading) in enumerate(
        (
            ("Pod", "POD"),
            ("CID", "CID"),
            ("Name", "NAME"),
            ("CPU", "CPU %"),
            ("MemUsage", "MEM USAGE/ LIMIT"),
            ("Mem", "MEM %"),
            ("NetIO", "NET IO"),
            ("BlockIO", "BLOCK IO"),
            ("PIDS", "PIDS"),
        )
    )
}
"""What a template may show of a container, under podman's names."""


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    return {
        "pod ps": _list,
        "pod inspect": _inspect,
        "pod top": _top,
        "pod logs": _logs,
        "pod stats": _stats,
    }[invocation.command](invocation, parser)


def _list(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add("--quiet", "-q", action="store_true", help="ids alone")
    add("--no-trunc", action="store_true", help="ids at full length")
    add("--latest", "-l", action="store_true", help="the one created last")
    add("--ctr-ids", action="store_true", help="with the ids of the containers")
    add("--ctr-names", action="store_true", help="with the names of the containers")
    add("--ns", action="store_true", help="with its control group and the namespaces that it shares")
    add("--ctr-status", action="store_true", help="with the states of the containers")
    add("--filter", "-f", action="append", default=[], metavar="KEY=VALUE", help="name, id, status, label, ctr-names …")
    add_format(parser, no_heading=("--noheading", "-n"))
    add("--sort", choices=tuple(_SORT_KEYS), default="created")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        pods = engine.pods.all()
        wants_networks = any(text.startswith("network=") for text in options.filter)
        networks = {one.id: one.networks for one in engine.containers()} if wants_networks else {}
    from core.cli.pod_filters import list_filters, pod_filter

    fits = pod_filter(options.filter, list_filters(networks))
    chosen = sorted(filter(fits, pods[:1] if options.latest else pods), key=_SORT_KEYS[options.sort])
    details = {
        "ContainerIds": options.ctr_ids,
        "ContainerNames": options.ctr_names,
        "ContainerStatuses": options.ctr_status,
    }
    spaces = ("Cgroup", "Namespaces") if options.ns else ()
    print_formatted(
        chosen,
        options,
        fields=_fields(None if options.no_trunc else 12),
        columns=(*_COLUMNS, *spaces, *([name for name, wanted in details.items() if wanted] or ["NumberOfContainers"])),
        as_json=lambda: [_as_json(pod) for pod in chosen],
        identity="Id",
        name="pod ps",
    )
    return 0


def _fields(length: int | None) -> Mapping[str, tuple[str, Callable[[PodSnapshot], object]]]:
    """What a template may show, under podman's names; ids of `length` characters, None for all."""
    return {
        "Id": ("POD ID", lambda pod: pod.id[:length]),
        "ID": ("POD ID", lambda pod: pod.id[:length]),
        "Name": ("NAME", lambda pod: pod.name),
        "Status": ("STATUS", lambda pod: str(pod.status)),
        "Created": ("CREATED", lambda pod: ago(pod.created_at)),
        "InfraId": ("INFRA ID", lambda pod: pod.infra_id[:length]),
        "InfraID": ("INFRA ID", lambda pod: pod.infra_id[:length]),
        "Cgroup": ("CGROUP", lambda pod: pod.cgroup),
        "Namespaces": ("NAMESPACES", lambda pod: ",".join(pod.share)),
        "Labels": ("LABELS", lambda pod: pod.labels),
        "Label": ("", lambda pod: lambda name: pod.labels.get(name, "")),
        "NumberOfContainers": ("# OF CONTAINERS", lambda pod: len(pod.members)),
        "ContainerIds": ("IDS", lambda pod: ",".join(member.id[:length] for member in pod.members)),
        "ContainerNames": ("NAMES", lambda pod: ",".join(member.name for member in pod.members)),
        "ContainerStatuses": ("STATUS", lambda pod: ",".join(podman_state(member.status) for member in pod.members)),
    }


def _as_json(pod: PodSnapshot) -> dict[str, object]:
    return {
        "Id": pod.id,
        "Name": pod.name,
        "Status": str(pod.status),
        "Created": timestamp(pod.created_at),
        "InfraId": pod.infra_id,
        "Labels": pod.labels,
        "Containers": [
            {"Id": member.id, "Names": member.name, "Status": podman_state(member.status)} for member in pod.members
        ],
    }


def _inspect(invocation: Invocation, parser: CommandParser) -> int:
    add_format(parser, short="-f", no_heading=())
    options = _named(invocation, parser)
    found, code = [], 0
    with open_engine(invocation) as engine:
        for name in _names(engine, options):
            try:
                found.append(engine.pods.inspect(name))
            except EngineError as error:
                code = report(error)
    if options.format and not wants_json(options):
        sys.stdout.write(filled_objects(found, options.format, name="pod inspect"))
    elif found:
        # One pod is no list, as in podman.
        print_json(found[0] if len(found) == 1 else found)
    return code


def _top(invocation: Invocation, parser: CommandParser) -> int:
    options = _named(invocation, parser)
    processes: list[ProcessEntry] = []
    with open_engine(invocation) as engine:
        for name in _names(engine, options):
            for container in engine.pods.containers(name):
                if container.refresh().status in (Status.RUNNING, Status.PAUSED):
                    processes += container.top()
    # With a common PID namespace each would show those of all.
    rows = [
        (p.user, str(p.pid), str(p.parent), p.state, f"{p.cpu_time:.2f}s", str(p.memory // 1024), p.command)
        for p in {entry.pid: entry for entry in processes}.values()
    ]
    print_table(("USER", "HPID", "HPPID", "STATE", "TIME", "RSS KiB", "COMMAND"), rows)
    return 0


def _logs(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--container", "-c", default="", metavar="CONTAINER", help="of this one alone")
    add_log_options(parser)
    options = read_log_moments(_named(invocation, parser))
    with open_engine(invocation) as engine:
        names = _names(engine, options)
        if len(names) > 1:
            raise InvalidArgument("the logs of one pod are shown at a time", hint="name one pod")
        containers = [one for one in engine.pods.containers(names[0]) if not one.config.is_infra]
        if options.container:
            wanted = engine.lookup(options.container).id
            containers = [one for one in containers if one.id == wanted]
            if not containers:
                raise InvalidArgument(
                    f"container {options.container} is not in pod {names[0]}", hint=f"see wharf pod inspect {names[0]}"
                )
        if options.follow and len(containers) > 1:
            raise InvalidArgument("only one container can be followed", hint="choose it with --container")
        for container in containers:
            prefix = f"{container.name if options.names else container.id[:12]} " if len(containers) > 1 else ""
            print_log(container, options, prefix)
    return 0


def _stats(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add("--no-stream", action="store_true", help="once, in place of again and again")
    add("--interval", "-i", type=int, default=5, metavar="SECONDS", help="between two pictures")
    add("--all", "-a", action="store_true", help="of all pods, as is the default")
    add("--no-reset", action="store_true", help="let the pictures before be seen")
    add_format(parser, no_heading=())
    options = _named(invocation, parser)
    with open_engine(invocation) as engine:
        _print_stats(engine, options)
        while not options.no_stream:
            time.sleep(max(0.0, options.interval - SAMPLE_PAUSE))
            sys.stdout.write("\033[2J\033[H" if sys.stdout.isatty() and not options.no_reset else "")
            _print_stats(engine, options)
    return 0


def _print_stats(engine: Engine, options: Options) -> None:
    names = [pod.id for pod in engine.pods.all()[:1]] if options.latest else options.pods
    pods = [engine.pods.snapshot(name) for name in names] or engine.pods.all()
    ids = [member.id for pod in pods for member in pod.members if member.status is Status.RUNNING]
    engine.samples(ids)
    time.sleep(SAMPLE_PAUSE)
    samples = engine.samples(ids)
    rows = []
    for pod in pods:
        limit = engine.pods.lookup(pod.id).resources.memory
        for member in pod.members:
            figures = _figures(samples.get(member.id), limit)
            rows.append((pod.id[:12], member.id[:12], member.name, *figures))
    print_formatted(
        rows,
        options,
        fields=_STATS_FIELDS,
        columns=tuple(_STATS_FIELDS),
        as_json=lambda: [{name: get(row) for name, (_, get) in _STATS_FIELDS.items()} for row in rows],
        name="pod stats",
    )
    sys.stdout.flush()


def _figures(sample: ResourceSample | None, pod_limit: int) -> tuple[str, ...]:
    """`pod_limit`: of memory, bytes for all of the pod's containers together; 0 for none."""
    if sample is None:
        return _NOTHING
    import os

    limits = [limit for limit in (sample.memory_limit, pod_limit) if limit]
    limit = min(limits, default=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return (
        f"{sample.cpu_percent:.2f}%",
        f"{size(sample.memory)} / {size(limit)}",
        f"{100 * sample.memory / limit:.2f}%",
        f"{size(sample.network_received)} / {size(sample.network_sent)}",
        f"{size(sample.block_read)} / {size(sample.block_written)}",
        str(sample.pids),
    )


def _named(invocation: Invocation, parser: CommandParser) -> Options:
    parser.add_argument("pods", nargs="*", metavar="POD")
    parser.add_argument("--latest", "-l", action="store_true", help="the one created last")
    return parser.parse_args(invocation.arguments)


def _names(engine: Engine, options: Options) -> list[str]:
    if options.latest:
        return [pod.id for pod in engine.pods.all()[:1]]
    if not options.pods:
        raise InvalidArgument("you must provide at least one pod", hint="or use --latest")
    return list(options.pods)

"""system df, system prune, container prune and container exists."""

from __future__ import annotations

import time

from core.cli.command import command_parser, confirmed, open_engine
from core.cli.filters import container_filter
from core.cli.formatting import add_format, print_formatted
from core.cli.image_filters import image_filter
from core.cli.main import Invocation, report
from core.cli.moments import moment
from core.cli.network_filters import network_filter
from core.cli.output import print_table, span
from core.cli.parser import CommandParser
from core.cli.pod_filters import PRUNE_FILTERS, pod_filter
from core.cli.ps import state_word
from core.cli.volume_filters import volume_filter
from core.engine import Engine
from core.errors import EngineError, InvalidArgument
from core.model.amounts import human_size
from core.model.image import Image
from core.model.usage import DiskUsage, PrunePlan, UsageSummary

_PRUNE_FILTERS = ("label", "label!", "until")
_DF_FIELDS = {
    "Type": ("TYPE", lambda row: row[0]),
    "Total": ("TOTAL", lambda row: row[1].total),
    "Active": ("ACTIVE", lambda row: row[1].active),
    "Size": ("SIZE", lambda row: human_size(row[1].size)),
    "Reclaimable": ("RECLAIMABLE", lambda row: _reclaimable(row[1])),
}


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    return {
        "system df": _disk_usage,
        "system prune": _prune_all,
        "container prune": _prune_containers,
        "container exists": _exists,
    }[invocation.command](invocation, parser)


def _disk_usage(invocation: Invocation, parser: CommandParser) -> int:
    add_format(parser)
    parser.add_argument("--verbose", "-v", action="store_true", help="each object by itself")
    options = parser.parse_args(invocation.arguments)
    if options.verbose and options.format:
        raise InvalidArgument("cannot combine --format and --verbose flags", hint="leave one of them out")
    with open_engine(invocation) as engine:
        usage = engine.housekeeping.disk_usage()
    if options.verbose:
        _print_details(usage)
        return 0
    rows = [("Images", usage.of_images), ("Containers", usage.of_containers), ("Local Volumes", usage.of_volumes)]
    print_formatted(
        rows, options, fields=_DF_FIELDS, columns=tuple(_DF_FIELDS), as_json=lambda: [_as_json(*row) for row in rows],
        name="df",
    )  # fmt: skip
    return 0


def _reclaimable(summary: UsageSummary) -> str:
    percent = 100 * summary.reclaimable / summary.size if summary.size else 0
    return f"{human_size(summary.reclaimable)} ({percent:.0f}%)"


def _as_json(kind: str, summary: UsageSummary) -> dict[str, object]:
    return {
        "Type": kind,
        "Total": summary.total,
        "Active": summary.active,
        "RawSize": summary.size,
        "RawReclaimable": summary.reclaimable,
        "TotalCount": summary.total,
        "Size": human_size(summary.size),
        "Reclaimable": _reclaimable(summary),
    }


def _print_details(usage: DiskUsage) -> None:
    print("Images space usage:\n")
    images = [
        (*_name_and_tag(one.image), one.image.id[:12], _age(one.image.created_at), human_size(one.image.size),
         human_size(one.shared), human_size(one.unique), str(one.containers))
        for one in usage.images
    ]  # fmt: skip
    header = ("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "SHARED SIZE", "UNIQUE SIZE", "CONTAINERS")
    print_table(header, images)
    print("\nContainers space usage:\n")
    containers = [
        (one.container.id[:12], one.container.image_id[:12], " ".join(one.container.command), str(one.volumes),
         human_size(one.size), _age(one.container.created_at), state_word(one.container.status), one.container.name)
        for one in usage.containers
    ]  # fmt: skip
    print_table(("CONTAINER ID", "IMAGE", "COMMAND", "LOCAL VOLUMES", "SIZE", "CREATED", "STATUS", "NAMES"), containers)
    print("\nLocal Volumes space usage:\n")
    volumes = [(one.volume.name, str(len(one.volume.used_by)), human_size(one.size)) for one in usage.volumes]
    print_table(("VOLUME NAME", "LINKS", "SIZE"), volumes)


def _name_and_tag(image: Image) -> tuple[str, str]:
    name, _, tag = (image.names[0] if image.names else "<none>:<none>").rpartition(":")
    return name, tag


def _age(created_at: float) -> str:
    return span(time.time() - created_at)


def _prune_containers(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--filter", action="append", default=[], metavar="KEY=VALUE", help="label, label!, until")
    parser.add_argument("--force", "-f", action="store_true", help="do not ask")
    options = parser.parse_args(invocation.arguments)
    _require_known(options.filter)
    if not options.force and not confirmed("This will remove all non running containers."):
        return 0
    with open_engine(invocation) as engine:
        fits = container_filter(options.filter, engine.containers())
        return _prune(engine, engine.housekeeping.plan(containers=fits), titles=False)


def _prune_all(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add("--all", "-a", action="store_true", help="all images without a container, with a name, too")
    add("--volumes", action="store_true", help="volumes, too")
    add("--filter", action="append", default=[], metavar="KEY=VALUE", help="label, label!, until")
    add("--force", "-f", action="store_true", help="do not ask")
    options = parser.parse_args(invocation.arguments)
    _require_known(options.filter)
    if options.volumes and any(text.startswith("until=") for text in options.filter):
        raise InvalidArgument(
            'the "until" filter is not supported with --volumes', hint="leave one of them out, or use --filter label="
        )
    what = "all images without at least one container associated with them" if options.all else "all dangling images"
    volumes = ["all volumes not used by at least one container"] if options.volumes else []
    lines = "".join(
        f"\n\t- {line}"
        for line in (
            "all stopped pods",
            "all stopped containers",
            "all networks not used by at least one container",
            *volumes,
            what,
        )
    )
    if not options.force and not confirmed(f"This command removes:{lines}\n"):
        return 0
    with open_engine(invocation) as engine:
        fits_image = image_filter(engine, options.filter)
        plan = engine.housekeeping.plan(
            pods=pod_filter(options.filter, PRUNE_FILTERS),
            containers=container_filter(options.filter, engine.containers()),
            volumes=volume_filter(options.filter) if options.volumes else None,
            networks=network_filter(options.filter, ()),
            images=lambda image: (options.all or not image.names) and fits_image(image),
        )
        return _prune(engine, plan, titles=True)


def _require_known(texts: list[str]) -> None:
    for text in texts:
        key = text.partition("=")[0]
        if key not in _PRUNE_FILTERS:
            raise InvalidArgument(f"{key} is an invalid filter", hint=f"use {', '.join(_PRUNE_FILTERS)}")
        if key == "until":
            moment(text.partition("=")[2])


def _prune(engine: Engine, plan: PrunePlan, *, titles: bool) -> int:
    """Remove what the plan has; with `titles` kind by kind, and what it freed."""
    failures: list[EngineError] = []
    gone = engine.housekeeping.prune(plan, failures.append)
    for title, names in (
        ("Deleted Pods", list(gone.pods)),
        ("Deleted Containers", [usage.container.id for usage in gone.containers]),
        ("Deleted Networks", list(gone.networks)),
        ("Deleted Volumes", [usage.volume.name for usage in gone.volumes]),
        ("Deleted Images", [usage.image.id for usage in gone.images]),
    ):
        if names:
            print("\n".join([title, *names] if titles else names))
    if titles:
        print(f"Total reclaimed space: {human_size(gone.size)}")
    return max((report(error) for error in failures), default=0)


def _exists(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--external", action="store_true", help="as without it: there are none of other programs here")
    parser.add_argument("container", metavar="CONTAINER")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        return 0 if engine.find(options.container) is not None else 1

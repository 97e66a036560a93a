"""volume create ls inspect rm prune export import exists mount unmount."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from core.cli.command import command_parser, confirmed, open_engine
from core.cli.formatting import add_format, filled_objects, print_formatted, wants_json
from core.cli.main import Invocation, report
from core.cli.output import print_json, size
from core.cli.pairs import name_value_pairs
from core.cli.parser import CommandParser, Options, seconds
from core.cli.volume_filters import volume_filter
from core.engine import Engine
from core.errors import EngineError, InvalidArgument, NoSuchObject, VolumeInUse
from core.model.volume import VolumeSnapshot

_FILTERS: Final = "name, label, driver, dangling, opt, until …"


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    return {
        "volume create": _create,
        "volume ls": _list,
        "volume inspect": _inspect,
        "volume rm": _remove,
        "volume prune": _prune,
        "volume export": _export,
        "volume import": _import,
        "volume exists": _exists,
        "volume mount": _mount,
        "volume unmount": _unmount,
    }[invocation.command](invocation, parser)


def _create(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add("--driver", "-d", default="local", help="local, the only one")
    add("--label", "-l", action="append", default=[], metavar="NAME=VALUE", help="a label")
    add("--opt", "-o", action="append", default=[], metavar="KEY=VALUE", help="type, device or o, as of mount(8)")
    add("--ignore", action="store_true", help="no error where it is there already")
    add("name", nargs="?", default="", metavar="NAME", help="one is made up otherwise")
    options = parser.parse_args(invocation.arguments)
    if options.driver != "local":
        raise InvalidArgument(f"the volume driver {options.driver} is not supported", hint="use --driver local")
    with open_engine(invocation) as engine:
        made = engine.volumes.create(
            options.name,
            labels=name_value_pairs(options.label),
            options=name_value_pairs(options.opt),
            ignore=options.ignore,
        )
    print(made.name)
    return 0


def _mount(invocation: Invocation, parser: CommandParser) -> int:
    return _each(invocation, parser, lambda engine, name: str(engine.volumes.mount(name)))


def _unmount(invocation: Invocation, parser: CommandParser) -> int:
    return _each(invocation, parser, lambda engine, name: engine.volumes.unmount(name))


def _each(invocation: Invocation, parser: CommandParser, act: Callable[[Engine, str], str]) -> int:
    parser.add_argument("volumes", nargs="+", metavar="VOLUME")
    options = parser.parse_args(invocation.arguments)
    code = 0
    with open_engine(invocation) as engine:
        for name in options.volumes:
            try:
                print(act(engine, name))
            except EngineError as error:
                code = report(error)
    return code


def _list(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add("--filter", "-f", action="append", default=[], metavar="KEY=VALUE", help=_FILTERS)
    add_format(parser, no_heading=("--noheading", "-n"))
    add("--quiet", "-q", action="store_true", help="names alone")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        fits = volume_filter(options.filter)
        volumes = [volume for volume in engine.volumes.all() if fits(volume)]
    if volumes or options.format:
        print_formatted(
            volumes,
            options,
            fields=_FIELDS,
            columns=("Driver", "Name"),
            as_json=lambda: [as_json(volume) for volume in volumes],
            identity="Name",
            name="volume ls",
        )
    return 0


def as_json(volume: VolumeSnapshot) -> dict[str, object]:
    """A volume with podman's keys; those which podman leaves out where they say nothing are left out here, too."""
    shown: dict[str, object] = {
        "Name": volume.name,
        "Driver": "local",
        "Mountpoint": volume.path,
        "CreatedAt": datetime.fromtimestamp(volume.created_at, UTC).isoformat().replace("+00:00", "Z"),
        "Labels": volume.labels,
        "Scope": "local",
        "Options": volume.options,
        "MountCount": volume.mount_count,
    }
    flags = {"NeedsCopyUp": volume.needs_copy_up, "NeedsChown": volume.needs_chown, "Anonymous": volume.anonymous}
    return {**shown, **{key: True for key, value in flags.items() if value}}


_FIELDS: Final[dict[str, tuple[str, Callable[[VolumeSnapshot], object]]]] = {
    "Name": ("VOLUME NAME", lambda volume: volume.name),
    "Driver": ("DRIVER", lambda _: "local"),
    "Mountpoint": ("", lambda volume: volume.path),
    "CreatedAt": ("CREATED AT", lambda volume: as_json(volume)["CreatedAt"]),
    "Labels": ("", lambda volume: volume.labels),
    "Scope": ("", lambda _: "local"),
    "Options": ("", lambda volume: volume.options),
    "MountCount": ("MOUNT COUNT", lambda volume: volume.mount_count),
    "NeedsCopyUp": ("NEEDS COPY UP", lambda volume: volume.needs_copy_up),
    "NeedsChown": ("NEEDS CHOWN", lambda volume: volume.needs_chown),
    "Anonymous": ("", lambda volume: volume.anonymous),
}
"""podman's fields, with their headings where they are not the name alone."""


def _inspect(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--all", "-a", action="store_true", help="all volumes")
    add_format(parser, short="-f", no_heading=())
    parser.add_argument("volumes", nargs="*", metavar="VOLUME")
    options = parser.parse_args(invocation.arguments)
    found, code = [], 0
    with open_engine(invocation) as engine:
        for name in _chosen(engine, options):
            try:
                found.append(as_json(engine.volumes.find(name)))
            except EngineError as error:
                code = report(error)
    if options.format and not wants_json(options):
        sys.stdout.write(filled_objects(found, options.format, name="volume inspect"))
    else:
        print_json(found)
    return code


def _chosen(engine: Engine, options: Options) -> list[str]:
    if bool(options.volumes) == options.all:
        raise InvalidArgument("choose either one or more volumes or all", hint="give names, or --all")
    return [volume.name for volume in engine.volumes.all()] if options.all else options.volumes


def _remove(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add("--all", "-a", action="store_true", help="all volumes")
    add("--force", "-f", action="store_true", help="with the containers that have it")
    add("--time", "-t", type=seconds, default=None, help="seconds that these get to stop politely")
    add("volumes", nargs="*", metavar="VOLUME")
    options = parser.parse_args(invocation.arguments)
    if options.time is not None and not options.force:
        raise InvalidArgument(
            "--force option must be specified to use the --time option", hint="give --force, too, or leave --time out"
        )
    code = 0
    with open_engine(invocation) as engine:
        for name in _chosen(engine, options):
            try:
                print(engine.volumes.remove(name, force=options.force, timeout=options.time))
            except NoSuchObject as error:
                code = code if options.force else report(error, 1)
            except VolumeInUse as error:
                code = report(error, 2)
            except EngineError as error:
                code = report(error)
    return code


def _prune(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--filter", action="append", default=[], metavar="KEY=VALUE", help=_FILTERS)
    parser.add_argument("--force", "-f", action="store_true", help="do not ask")
    options = parser.parse_args(invocation.arguments)
    fits = volume_filter(options.filter)
    with open_engine(invocation) as engine:
        if not options.force:
            preview = engine.volumes.preview(fits)
            names = "".join(f"\n{volume.name}" for volume in preview.volumes)
            which = "all volumes not used by at least one container"
            frees = f"{size(preview.size)} would be free again." if preview.volumes else "There are none."
            if not confirmed(f"This will remove {which}. The following volumes will be removed:{names}\n{frees}"):
                return 0
        for volume in engine.volumes.prune(fits).volumes:
            print(volume.name)
    return 0


def _export(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--output", "-o", default="", metavar="FILE", help="where to; standard output otherwise")
    parser.add_argument("volume", metavar="VOLUME")
    options = parser.parse_args(invocation.arguments)
    to_file = options.output and options.output != "/dev/stdout"
    if not to_file and sys.stdout.isatty():
        raise InvalidArgument("a tar is not written to a terminal", hint="use --output FILE, or redirect it")
    with open_engine(invocation) as engine:
        target = Path(options.output) if to_file else sys.stdout.fileno()
        engine.volumes.export(options.volume, target, overwrite=True)
    return 0


def _import(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("volume", metavar="VOLUME")
    parser.add_argument(
        "source", nargs="?", default="-", metavar="FILE", help="a tar, plain or compressed; - to read it"
    )
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        if options.source == "-":
            engine.volumes.import_tar(options.volume, sys.stdin.buffer)
            return 0
        try:
            with Path(options.source).open("rb") as archive:
                engine.volumes.import_tar(options.volume, archive)
        except OSError as error:
            raise InvalidArgument(
                f"the archive {options.source} can not be read: {error.strerror}",
                hint="check its path and its permissions",
            ) from error
    return 0


def _exists(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("volume", metavar="VOLUME")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        return 0 if engine.volumes.exists(options.volume) else 1

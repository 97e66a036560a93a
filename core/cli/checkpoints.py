"""container checkpoint and container restore."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from core.cli.command import add_selection, command_parser, each, open_engine, selected
from core.cli.main import Invocation
from core.cli.network_options import parse_publish
from core.cli.output import print_json
from core.cli.parser import CommandParser, Options
from core.container import Container
from core.engine import Engine
from core.errors import InvalidArgument, NoSuchContainer, NoSuchImage
from core.model.options import CheckpointOptions, ImportOptions, RestoreOptions
from core.model.state import Status
from core.operations.criu_statistics import criu_statistics

_MICRO = 1_000_000


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    parser.add_argument("--keep", "-k", action="store_true", help="keep CRIU's files, also where it failed")
    parser.add_argument("--tcp-established", action="store_true", help="with TCP connections that are established")
    parser.add_argument("--file-locks", action="store_true", help="with the locks that it holds on files")
    parser.add_argument("--ignore-rootfs", action="store_true", help="an archive without what differs from the image")
    parser.add_argument("--ignore-volumes", action="store_true", help="an archive without the content of volumes")
    parser.add_argument("--print-stats", action="store_true", help="how long it took, and CRIU's own numbers, as JSON")
    act = _checkpoint if invocation.command == "container checkpoint" else _restore
    return act(invocation, parser)


def _checkpoint(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add_selection(parser, "checkpoint")
    add("--leave-running", "-R", action="store_true", help="let it go on")
    add("--export", "-e", default="", metavar="FILE", help="write an archive that another machine can restore")
    add("--create-image", default="", metavar="IMAGE", help="make an image that can be restored")
    add("--compress", "-c", choices=("zstd", "gzip", "none"), default="zstd", help="how the archive is packed")
    add("--pre-checkpoint", "-P", action="store_true", help="its memory alone, while it goes on")
    add("--with-previous", action="store_true", help="what has changed since the pre-checkpoint")
    options = parser.parse_args(invocation.arguments)
    _check(options)
    wanted = CheckpointOptions(
        leave_running=options.leave_running,
        keep=options.keep,
        tcp_established=options.tcp_established,
        file_locks=options.file_locks,
        export=os.path.abspath(options.export) if options.export else "",
        create_image=options.create_image,
        compression=options.compress,
        ignore_rootfs=options.ignore_rootfs,
        ignore_volumes=options.ignore_volumes,
        pre_checkpoint=options.pre_checkpoint,
        with_previous=options.with_previous,
    )
    with open_engine(invocation) as engine:
        names = selected(engine, options, lambda picture: picture.status is Status.RUNNING)
        if (options.export or options.create_image) and len(names) != 1:
            raise InvalidArgument(
                "only one container can be written to an archive or an image", hint="checkpoint one after the other"
            )
        return _each(engine, names, lambda container: container.checkpoint(wanted), options, "checkpoint")


def _check(options: Options) -> None:
    if (options.ignore_rootfs or options.ignore_volumes) and not (options.export or options.create_image):
        raise InvalidArgument(
            "--ignore-rootfs and --ignore-volumes can only be used with --export or --create-image",
            hint="leave them out: a checkpoint that stays here has neither files nor volumes in it",
        )
    if options.create_image and options.pre_checkpoint:
        raise InvalidArgument(
            "--create-image can not be used with --pre-checkpoint",
            hint="use --create-image at the checkpoint that follows, together with --with-previous",
        )
    if options.pre_checkpoint and options.with_previous:
        raise InvalidArgument(
            "--with-previous can not be used with --pre-checkpoint",
            hint="use --with-previous at the checkpoint that follows",
        )


def _restore(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add_selection(parser, "restore")
    add("--import", "-i", default="", metavar="FILE", help="the archive of a checkpoint, in place of a container")
    add("--import-previous", default="", metavar="FILE", help="the archive of the pre-checkpoint before it")
    add("--name", "-n", default="", help="a new name for what is imported; it gets a new id, too")
    add("--pod", default="", metavar="POD", help="a pod for what is imported")
    add(
        "--publish",
        "-p",
        action="append",
        default=[],
        metavar="PORT",
        help="ports of what is imported, in place of its own",
    )
    add("--ignore-static-ip", action="store_true", help="with other addresses than before")
    add("--ignore-static-mac", action="store_true", help="with other MAC addresses than before")
    options = parser.parse_args(invocation.arguments)
    archive = getattr(options, "import")
    if archive and (options.containers or options.all or options.latest):
        raise InvalidArgument(
            "cannot use --import with positional arguments, --all or --latest",
            hint="name what is imported with --name, and restore other containers by another command",
        )
    if options.import_previous and not archive:
        raise InvalidArgument(
            "--import-previous can only be used with --import", hint="give the archive of the checkpoint with --import"
        )
    wanted = RestoreOptions(
        keep=options.keep,
        tcp_established=options.tcp_established,
        file_locks=options.file_locks,
        ignore_static_ip=options.ignore_static_ip,
        ignore_static_mac=options.ignore_static_mac,
    )
    asked = ImportOptions(
        name=options.name,
        pod=options.pod,
        publish=tuple(map(parse_publish, options.publish)),
        previous=os.path.abspath(options.import_previous) if options.import_previous else "",
        ignore_rootfs=options.ignore_rootfs,
        ignore_volumes=options.ignore_volumes,
    )
    with open_engine(invocation) as engine:
        images = [] if archive else [name for name in options.containers if engine.find(name) is None]
        if archive or images:
            return _import(engine, options, asked, wanted, archive, images)
        for flag in ("name", "pod", "publish", "ignore_rootfs", "ignore_volumes"):
            if getattr(options, flag):
                raise InvalidArgument(
                    f"--{flag.replace('_', '-')} can only be used with image or --import",
                    hint="leave it out, or name an image or an archive of a checkpoint",
                )
        names = selected(engine, options, lambda picture: picture.checkpointed)
        restore = Container.restore
        return _each(engine, names, lambda one: restore(one, wanted), options, "restore")


def _import(
    engine: Engine, options: Options, asked: ImportOptions, wanted: RestoreOptions, archive: str, images: Sequence[str]
) -> int:
    """Take up what is in an archive, or in the only image that is named."""
    if images and len(options.containers) > 1:
        raise InvalidArgument(
            f"{images[0]} is no container, and an image can only be restored by itself",
            hint="see the containers with wharf ps --all, or restore the image by another command",
        )
    began = time.monotonic()
    if archive:
        container = engine.import_checkpoint(Path(archive).absolute(), asked, wanted)
    else:
        try:
            engine.images.find(images[0])
        except NoSuchImage as error:
            raise NoSuchContainer(f"no such container or image: {images[0]}") from error
        container = engine.import_checkpoint_image(images[0], asked, wanted)
    if options.print_stats:
        _print_stats(engine, "restore", {container.id: _micro(began)}, _micro(began))
    else:
        print(container.id)
    return 0


def _each(
    engine: Engine,
    names: list[str],
    act: Callable[[Container], object],
    options: Options,
    verb: str,
) -> int:
    """Act on each, and print what was typed, or the statistics where they are asked for."""
    if not options.print_stats:
        return each(engine, names, act)
    began, took = time.monotonic(), {}
    for name in names:
        container, at = engine.lookup(name), time.monotonic()
        act(container)
        took[container.id] = _micro(at)
    _print_stats(engine, verb, took, _micro(began))
    return 0


def _micro(began: float) -> int:
    return int((time.monotonic() - began) * _MICRO)


def _print_stats(engine: Engine, verb: str, took: Mapping[str, int], whole: int) -> None:
    """In podman's shape; times in microseconds."""
    paths = engine.paths
    file_of = paths.checkpoint_statistics if verb == "checkpoint" else paths.restore_statistics
    containers = [
        {
            "Id": container_id,
            f"runtime_{verb}_duration": duration,
            "criu_statistics": criu_statistics(file_of(container_id)),
        }
        for container_id, duration in took.items()
    ]
    print_json({f"podman_{verb}_duration": whole, "container_statistics": containers})

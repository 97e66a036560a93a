"""diff and commit: what a container's files have become."""

from __future__ import annotations

from pathlib import Path

from core.cli.command import command_parser, open_engine
from core.cli.main import Invocation
from core.cli.output import print_json, printable
from core.cli.parser import CommandParser, add_boolean
from core.cli.sessions import named_or_latest
from core.engine import Engine
from core.errors import InvalidArgument, NoSuchContainer, NoSuchImage
from core.model.content import ChangeKind, CommitOptions, FileChange


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    return {"diff": _diff, "commit": _commit}[invocation.command](invocation, parser)


def _diff(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--format", choices=("json",), default=None)
    parser.add_argument("--latest", "-l", action="store_true", help="of the container created last")
    parser.add_argument("name", nargs="?", default="", metavar="CONTAINER|IMAGE")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        changes = _changes(engine, named_or_latest(engine, options.name, latest=options.latest))
    if options.format == "json":
        keys = (("changed", ChangeKind.CHANGED), ("added", ChangeKind.ADDED), ("deleted", ChangeKind.DELETED))
        lists = {key: [change.path for change in changes if change.kind is kind] for key, kind in keys}
        print_json({key: paths for key, paths in lists.items() if paths})
    else:
        for change in changes:
            print(f"{change.kind} {printable(change.path)}")
    return 0


def _changes(engine: Engine, name: str) -> list[FileChange]:
    """A container is meant before an image, as in podman."""
    container = engine.find(name)
    if container is not None:
        return container.diff()
    try:
        return engine.images.diff(name)
    except NoSuchImage:
        raise NoSuchContainer(f"{name} not found: no such container or image") from None


def _commit(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add("--author", "-a", default="", help="who made the image")
    add("--change", "-c", action="append", default=[], metavar="INSTRUCTION", help="a Dockerfile's line")
    add("--format", "-f", choices=("oci", "docker"), default="oci", help="form of the image's manifest")
    add("--iidfile", type=Path, default=None, metavar="FILE", help="write the image's id to this file")
    add("--include-volumes", action="store_true", help="what is mounted in it as volumes of the image")
    add("--message", "-m", default="", help="a comment in the image's history")
    add_boolean(parser, "--pause", "-p", default=True, explanation="freeze a running container while it is read")
    add("--quiet", "-q", action="store_true", help="as without it")
    add("--squash", "-s", action="store_true", help="one layer with all of the root")
    add("container", metavar="CONTAINER")
    add("image", nargs="?", default="", metavar="IMAGE")
    options = parser.parse_args(invocation.arguments)
    request = CommitOptions(
        reference=options.image,
        author=options.author,
        message=options.message,
        changes=tuple(options.change),
        pause=options.pause,
        squash=options.squash,
        include_volumes=options.include_volumes,
        format=options.format,
    )
    with open_engine(invocation) as engine:
        image_id = engine.lookup(options.container).commit(request)
    if options.iidfile is not None:
        try:
            options.iidfile.write_text(f"sha256:{image_id}")
        except OSError as error:
            raise InvalidArgument(
                f"the id file {options.iidfile} can not be written: {error.strerror}",
                hint="choose a directory that is there and can be written to",
            ) from error
    print(image_id)
    return 0

"""image mount and image unmount: an image's files on the host, read only."""

from __future__ import annotations

from core.cli.command import command_parser, open_engine
from core.cli.main import Invocation, report
from core.cli.output import print_json, print_table
from core.cli.parser import CommandParser
from core.errors import EngineError, InvalidArgument
from core.model.image import Image


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    return {"image mount": _mount, "image unmount": _unmount}[invocation.command](invocation, parser)


def _mount(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--all", "-a", action="store_true", help="mount all images of this store")
    parser.add_argument("--format", choices=("json",), default=None)
    parser.add_argument("images", nargs="*", metavar="IMAGE")
    options = parser.parse_args(invocation.arguments)
    if options.all and options.images:
        raise InvalidArgument("--all can not be used together with names", hint="leave --all out, or the names")
    with open_engine(invocation) as engine:
        wanted = [image.id for image in engine.images.all() if not image.read_only] if options.all else options.images
        mounted = {engine.images.find(name).id: str(engine.images.mount(name)) for name in wanted}
        if not wanted:
            mounted = {image_id: str(place) for image_id, place in engine.images.mounted().items()}
        images = {image.id: image for image in engine.images.all()}
    if options.format == "json":
        print_json([_as_json(images[image_id], place) for image_id, place in mounted.items()])
    elif len(options.images) == 1:
        print(*mounted.values())
    else:
        print_table(None, [(_name(images[image_id]), place) for image_id, place in mounted.items()])
    return 0


def _name(image: Image) -> str:
    return image.names[0] if image.names else image.id[:12]


def _as_json(image: Image, place: str) -> dict[str, object]:
    return {"id": image.id, "Names": [image.digest], "Repositories": list(image.names), "mountpoint": place}


def _unmount(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--all", "-a", action="store_true", help="unmount all that are mounted")
    parser.add_argument("--force", "-f", action="store_true", help="as without it: an image is mounted once")
    parser.add_argument("images", nargs="*", metavar="IMAGE")
    options = parser.parse_args(invocation.arguments)
    if options.all == bool(options.images):
        raise InvalidArgument("image name or ID must be specified", hint="or use --all, without a name")
    code = 0
    with open_engine(invocation) as engine:
        for name in list(engine.images.mounted()) if options.all else options.images:
            try:
                image_id = engine.images.find(name).id
                if engine.images.unmount(image_id):
                    print(image_id)
            except EngineError as error:
                code = report(error)
    return code

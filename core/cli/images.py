"""images rmi tag untag history, image prune and image exists: the images that are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from core.cli.command import command_parser, confirmed, open_engine
from core.cli.formatting import add_format, print_formatted
from core.cli.image_filters import image_filter
from core.cli.main import Invocation, report
from core.cli.output import ago, go_time, size
from core.cli.parser import CommandParser, Options, add_boolean
from core.engine import Engine
from core.errors import EngineError, ImageInUse, InvalidArgument, NoSuchImage
from core.model.image import Image, ImageStep

Listed = tuple[Image, str]
"""An image, and one of its names or an empty text."""
_COLUMNS: Final = ("Repository", "Tag", "Digest", "ID", "CreatedSince", "Size")
_STEP_COLUMNS: Final = ("ID", "Created", "CreatedBy", "Size", "Comment")
_STEP: Final = 45
"""Characters of a command in the history."""
_SORT_KEYS: Final[dict[str, Callable[[Image], Any]]] = {
    "created": lambda image: -image.created_at,
    "id": lambda image: image.id,
    "repository": lambda image: image.names,
    "size": lambda image: image.size,
    "tag": lambda image: tuple(_repository_and_tag(name)[1] for name in image.names),
}


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    return {
        "images": _images,
        "rmi": _remove,
        "tag": _tag,
        "untag": _untag,
        "history": _history,
        "image prune": _prune,
        "image exists": _exists,
    }[invocation.command](invocation, parser)


def _images(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--quiet", "-q", action="store_true", help="ids alone")
    parser.add_argument("--all", "-a", action="store_true", help="all images, as is the default here")
    parser.add_argument("--no-trunc", action="store_true", help="ids at full length")
    parser.add_argument("--history", action="store_true", help="with the names that they have had")
    parser.add_argument("--digests", action="store_true", help="with the digests of the manifests")
    parser.add_argument("--filter", "-f", action="append", default=[], metavar="KEY=VALUE", help="dangling, label …")
    parser.add_argument("--sort", choices=tuple(_SORT_KEYS), default="created", help="by what the list is sorted")
    add_format(parser, no_heading=("--noheading", "-n"))
    parser.add_argument("image", nargs="?", metavar="REPOSITORY[:TAG]", help="those of this name alone")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        fits = image_filter(engine, options.filter)
        images = sorted((image for image in engine.images.all() if fits(image)), key=_SORT_KEYS[options.sort])
        _print_images(engine, images, options)
    return 0


def _print_images(engine: Engine, images: Sequence[Image], options: Options) -> None:
    named = [
        (image, name)
        for image in images
        for name in (image.names or ("",))
        if options.image is None or _is_called(name, options.image)
    ]
    chosen = list({image.id: image for image, _ in named}.values())
    columns = [column for column in _COLUMNS if column != "Digest" or options.digests]
    if options.history:
        columns.append("History")
    if any(image.read_only for image in chosen):
        columns.append("ReadOnly")
    print_formatted(
        [(image, "") for image in chosen] if options.quiet else named,
        options,
        fields=_fields(engine, whole=options.no_trunc),
        columns=columns,
        as_json=lambda: [_as_json(image) for image in chosen],
        name="images",
    )


def _fields(engine: Engine, *, whole: bool) -> Mapping[str, tuple[str, Callable[[Listed], object]]]:
    """What a template may show, under podman's names; `whole`: ids at full length."""
    return {
        "ID": ("IMAGE ID", lambda row: f"sha256:{row[0].id}" if whole else row[0].id[:12]),
        "Repository": ("REPOSITORY", lambda row: _repository_and_tag(row[1])[0]),
        "Tag": ("TAG", lambda row: _repository_and_tag(row[1])[1]),
        "Digest": ("DIGEST", lambda row: row[0].digest or "<none>"),
        "Created": ("CREATED", lambda row: ago(row[0].created_at)),
        "CreatedSince": ("CREATED", lambda row: ago(row[0].created_at)),
        "CreatedAt": ("CREATED AT", lambda row: go_time(row[0].created_at)),
        "CreatedTime": ("CREATED TIME", lambda row: go_time(row[0].created_at)),
        "Size": ("SIZE", lambda row: size(row[0].size)),
        "VirtualSize": ("VIRTUAL SIZE", lambda row: row[0].size),
        "ReadOnly": ("R/O", lambda row: row[0].read_only),
        "Names": ("NAMES", lambda row: list(row[0].names)),
        "RepoTags": ("REPO TAGS", lambda row: list(row[0].names)),
        "History": ("HISTORY", lambda row: ", ".join(row[0].names)),
        "Dangling": ("DANGLING", lambda row: not row[0].names),
        "Labels": ("LABELS", lambda row: dict(engine.images.config(row[0].id).labels)),
        "Label": ("", lambda row: lambda name: engine.images.config(row[0].id).labels.get(name, "")),
        "Containers": ("CONTAINERS", lambda row: sum(p.image_id == row[0].id for p in engine.containers())),
    }


def _is_called(name: str, wanted: str) -> bool:
    """Whether an image's full name is meant: with or without its tag, and the end of its path is enough."""
    return any(full == wanted or full.endswith(f"/{wanted}") for full in (name, _repository_and_tag(name)[0]) if full)


def _repository_and_tag(name: str) -> tuple[str, str]:
    if not name:
        return "<none>", "<none>"
    repository, _, tag = name.rpartition(":")
    return (repository, tag) if repository and "/" not in tag else (name, "<none>")


def _as_json(image: Image) -> dict[str, object]:
    return {
        "Id": image.id,
        "Names": list(image.names),
        "Digest": image.digest,
        "Created": int(image.created_at),
        "CreatedAt": datetime.fromtimestamp(image.created_at, UTC).isoformat(),
        "Size": image.size,
        "ReadOnly": image.read_only,
    }


def _remove(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--all", "-a", action="store_true", help="all images of this store")
    parser.add_argument("--force", "-f", action="store_true", help="with their containers")
    parser.add_argument("--ignore", "-i", action="store_true", help="no error for an image that is not there")
    parser.add_argument(
        "--no-prune", action="store_true", help="as without it: parents are never removed with an image"
    )
    parser.add_argument("images", nargs="*", metavar="IMAGE")
    options = parser.parse_args(invocation.arguments)
    if options.all and options.images:
        raise InvalidArgument("--all can not be used together with names", hint="leave --all out, or the names")
    if not options.all and not options.images:
        raise InvalidArgument("you must provide at least one image", hint="or use --all")
    with open_engine(invocation) as engine:
        names = _all_names(engine, options.force) if options.all else options.images
        return max((_remove_one(engine, name, options) for name in names), default=0)


def _all_names(engine: Engine, force: bool) -> list[str]:
    """What takes all images of this store away: each name by itself, as an id with several needs force."""
    own = [image for image in engine.images.all() if not image.read_only]
    return [name for image in own for name in ((image.id,) if force or not image.names else image.names)]


def _remove_one(engine: Engine, name: str, options: Options) -> int:
    try:
        lines = engine.images.remove(name, force=options.force)
    except NoSuchImage as error:
        return 0 if options.ignore else report(error, 1)
    except ImageInUse as error:
        return report(error, 2)
    except EngineError as error:
        return report(error)
    print("\n".join(lines))
    return 0


def _tag(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("image", metavar="IMAGE")
    parser.add_argument("names", nargs="+", metavar="NAME")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        for name in options.names:
            engine.images.tag(options.image, name)
    return 0


def _untag(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("image", metavar="IMAGE")
    parser.add_argument("names", nargs="*", metavar="NAME", help="all names where none is given")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        engine.images.untag(options.image, options.names)
    return 0


def _history(invocation: Invocation, parser: CommandParser) -> int:
    add_format(parser, no_heading=())
    add_boolean(parser, "--human", "-H", default=True, explanation="times and sizes for people")
    parser.add_argument("--no-trunc", action="store_true", help="ids and commands at full length")
    parser.add_argument("--quiet", "-q", action="store_true", help="ids alone")
    parser.add_argument("image", metavar="IMAGE")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        steps = engine.images.history(options.image)
    print_formatted(
        steps,
        options,
        fields=_step_fields(whole=options.no_trunc, human=options.human),
        columns=_STEP_COLUMNS,
        as_json=lambda: [
            {
                "id": step.image_id,
                "created": step.created,
                "CreatedBy": step.created_by,
                "size": step.size,
                "comment": step.comment,
            }
            for step in steps
        ],
        name="history",
    )
    return 0


def _step_fields(*, whole: bool, human: bool) -> Mapping[str, tuple[str, Callable[[ImageStep], object]]]:
    return {
        "ID": ("ID", lambda step: (step.image_id if whole else step.image_id[:12]) or "<missing>"),
        "Created": ("CREATED", lambda step: _since(step.created) if human else step.created),
        "CreatedSince": ("CREATED", lambda step: _since(step.created)),
        "CreatedAt": ("CREATED AT", lambda step: go_time(_seconds(step.created))),
        "CreatedBy": ("CREATED BY", lambda step: step.created_by if whole else _cut(step.created_by)),
        "Size": ("SIZE", lambda step: size(step.size) if human else step.size),
        "Comment": ("COMMENT", lambda step: step.comment),
        "Tags": ("TAGS", lambda step: []),
    }


def _since(created: str) -> str:
    return ago(_seconds(created))


def _seconds(created: str) -> float:
    return datetime.fromisoformat(f"{created[:19]}+00:00").timestamp() if created else 0.0


def _cut(text: str) -> str:
    return text if len(text) <= _STEP else f"{text[: _STEP - 3]}..."


def _prune(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--all", "-a", action="store_true", help="those with a name, too")
    parser.add_argument("--filter", action="append", default=[], metavar="KEY=VALUE", help="label, until …")
    parser.add_argument("--force", "-f", action="store_true", help="do not ask")
    parser.add_argument("--external", action="store_true", help="as without it: nobody else has containers in here")
    options = parser.parse_args(invocation.arguments)
    which = "without at least one container associated to them" if options.all else "that have no name"
    if not options.force and not confirmed(f"This will remove all images {which}."):
        return 0
    with open_engine(invocation) as engine:
        fits = image_filter(engine, options.filter)
        for image in engine.images.prune(lambda image: (options.all or not image.names) and fits(image)):
            print(image.id)
    return 0


def _exists(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("image", metavar="IMAGE")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        try:
            engine.images.find(options.image)
        except NoSuchImage:
            return 1
    return 0

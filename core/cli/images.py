"""images pull load import rmi."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from core.cli.command import command_parser, open_engine
from core.cli.main import COMMANDS, Invocation, report
from core.cli.output import ago, print_json, print_table, size
from core.cli.parser import add_boolean
from core.engine import Engine
from core.errors import EngineError, ImageInUse, InvalidArgument, NoSuchImage
from core.model.image import Image
from core.model.snapshot import PullProgress


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation, COMMANDS[invocation.command][1])
    return {"images": _images, "pull": _pull, "load": _load, "import": _import, "rmi": _remove}[invocation.command](
        invocation, parser
    )


def _images(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    parser.add_argument("--quiet", "-q", action="store_true", help="ids alone")
    parser.add_argument("--all", "-a", action="store_true", help="all images, as is the default here")
    parser.add_argument("--no-trunc", action="store_true", help="ids at full length")
    parser.add_argument("--noheading", "-n", action="store_true", help="no line of headings")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("image", nargs="?", metavar="REPOSITORY[:TAG]", help="those of this name alone")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        images = engine.images.all()
    named = [
        (image, name)
        for image in images
        for name in (image.names or ("",))
        if options.image is None or _is_called(name, options.image)
    ]
    if options.format == "json" or options.quiet:
        chosen = list({image.id: image for image, _ in named}.values())
        if options.format == "json":
            print_json([_as_json(image) for image in chosen])
        else:
            for image in chosen:
                print(image.id if options.no_trunc else image.id[:12])
        return 0
    rows = [
        (
            *_repository_and_tag(name),
            f"sha256:{image.id}" if options.no_trunc else image.id[:12],
            ago(image.created_at),
            size(image.size),
            "true" if image.read_only else "false",
        )
        for image, name in named
    ]
    print_table(None if options.noheading else ("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "R/O"), rows)
    return 0


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


def _pull(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    parser.add_argument("--authfile", default="", help="file with the registry's credentials")
    add_boolean(parser, "--tls-verify", default=True, explanation="whether the registry has to prove who it is")
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress")
    parser.add_argument("images", nargs="+", metavar="IMAGE")
    options = parser.parse_args(invocation.arguments)
    shown = sys.stderr.isatty() and not options.quiet
    with open_engine(invocation) as engine:
        for name in options.images:
            if not options.quiet:
                print(f"Trying to pull {name}...", file=sys.stderr)
            try:
                image = engine.images.pull(
                    name,
                    progress=_show_progress if shown else None,
                    authfile=options.authfile,
                    tls_verify=options.tls_verify,
                )
            finally:
                if shown:
                    print(file=sys.stderr)
            print(image.id)
    return 0


def _show_progress(progress: PullProgress) -> None:
    total = f" / {size(progress.total)}" if progress.total else ""
    sys.stderr.write(f"\r\x1b[K{progress.phase} {size(progress.done)}{total}")
    sys.stderr.flush()


def _load(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    parser.add_argument("--input", "-i", type=Path, default=None, help="the archive; standard input otherwise")
    parser.add_argument("--quiet", "-q", action="store_true", help="as without it")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine, contextlib.ExitStack() as stack:
        archive = stack.enter_context(_standard_input(engine)) if options.input is None else options.input.absolute()
        images = engine.images.load(archive)
    for image in images:
        for name in image.names or (f"sha256:{image.id}",):
            print(f"Loaded image: {name}")
    return 0


@contextmanager
def _standard_input(engine: Engine) -> Iterator[Path]:
    """Standard input as a file, which is gone afterwards. Raises `InvalidArgument` where it is a terminal."""
    if sys.stdin.isatty():
        raise InvalidArgument("can not read an archive from a terminal", hint="name a file, or use a redirection")
    engine.paths.transfers.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=engine.paths.transfers, suffix=".tar") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        yield Path(file.name)


def _import(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    parser.add_argument(
        "--change", "-c", action="append", default=[], metavar="INSTRUCTION", help="a Dockerfile's line"
    )
    parser.add_argument("--message", "-m", default="", help="a comment in the image's history")
    parser.add_argument("--quiet", "-q", action="store_true", help="as without it")
    parser.add_argument("path", metavar="PATH", help="a tar archive; - for standard input")
    parser.add_argument("reference", nargs="?", default="", metavar="NAME")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine, contextlib.ExitStack() as stack:
        tar = stack.enter_context(_standard_input(engine)) if options.path == "-" else Path(options.path).absolute()
        image = engine.images.import_tar(tar, options.reference, changes=options.change, message=options.message)
    print(f"sha256:{image.id}")
    return 0


def _remove(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    parser.add_argument("--all", "-a", action="store_true", help="all images of this store")
    parser.add_argument("--force", "-f", action="store_true", help="with their containers")
    parser.add_argument("--ignore", "-i", action="store_true", help="no error for an image that is not there")
    parser.add_argument("images", nargs="*", metavar="IMAGE")
    options = parser.parse_args(invocation.arguments)
    if options.all and options.images:
        raise InvalidArgument("--all can not be used together with names")
    if not options.all and not options.images:
        raise InvalidArgument("you must provide at least one image", hint="or use --all")
    with open_engine(invocation) as engine:
        names = _all_names(engine, options.force) if options.all else options.images
        return max((_remove_one(engine, name, options) for name in names), default=0)


def _all_names(engine: Engine, force: bool) -> list[str]:
    """What takes all images of this store away: each name by itself, as an id with several needs force."""
    own = [image for image in engine.images.all() if not image.read_only]
    return [name for image in own for name in ((image.id,) if force or not image.names else image.names)]


def _remove_one(engine: Engine, name: str, options: argparse.Namespace) -> int:
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

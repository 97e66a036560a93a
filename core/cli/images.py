"""images pull load import rmi."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from core.cli.command import command_parser, open_engine
from core.cli.main import COMMANDS, Invocation, report
from core.cli.output import ago, print_json, print_table, size
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
    parser.add_argument("--format", choices=("table", "json"), default="table")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        images = engine.images()
    if options.format == "json":
        print_json([_as_json(image) for image in images])
    elif options.quiet:
        for image in images:
            print(image.id if options.no_trunc else image.id[:12])
    else:
        rows = [
            (
                *_repository_and_tag(name),
                image.id if options.no_trunc else image.id[:12],
                ago(image.created_at),
                size(image.size),
                "true" if image.read_only else "false",
            )
            for image in images
            for name in (image.names or ("",))
        ]
        print_table(("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "R/O"), rows)
    return 0


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
    parser.add_argument("--tls-verify", choices=("true", "false"), default="true")
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress")
    parser.add_argument("images", nargs="+", metavar="IMAGE")
    options = parser.parse_args(invocation.arguments)
    shown = sys.stderr.isatty() and not options.quiet
    with open_engine(invocation) as engine:
        for name in options.images:
            if not options.quiet:
                print(f"Trying to pull {name}...", file=sys.stderr)
            image = engine.pull(
                name,
                progress=_show_progress if shown else None,
                authfile=options.authfile,
                tls_verify=options.tls_verify == "true",
            )
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
    parser.add_argument("--quiet", "-q", action="store_true")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        if options.input is not None:
            images = engine.load(options.input.absolute())
        else:
            if sys.stdin.isatty():
                raise InvalidArgument("can not read from a terminal", hint="use --input FILE or a redirection")
            images = _load_from_stdin(engine)
    for image in images:
        print(f"Loaded image: {image.names[0] if image.names else image.id}")
    return 0


def _load_from_stdin(engine: Engine) -> list[Image]:
    engine.paths.transfers.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=engine.paths.transfers, suffix=".tar") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        return engine.load(Path(file.name))


def _import(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    parser.add_argument("--change", "-c", action="append", default=[], metavar="INSTRUCTION")
    parser.add_argument("--message", "-m", default="", help="a comment in the image's history")
    parser.add_argument("--quiet", "-q", action="store_true")
    parser.add_argument("path", type=Path, metavar="PATH")
    parser.add_argument("reference", nargs="?", default="", metavar="NAME")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        image = engine.import_image(
            options.path.absolute(), options.reference, changes=options.change, message=options.message
        )
    print(f"sha256:{image.id}")
    return 0


def _remove(invocation: Invocation, parser: argparse.ArgumentParser) -> int:
    parser.add_argument("--all", "-a", action="store_true", help="all images of this store")
    parser.add_argument("--force", "-f", action="store_true", help="with their containers")
    parser.add_argument("--ignore", "-i", action="store_true", help="no error for an image that is not there")
    parser.add_argument("images", nargs="*", metavar="IMAGE")
    options = parser.parse_args(invocation.arguments)
    code = 0
    with open_engine(invocation) as engine:
        names = [image.id for image in engine.images() if not image.read_only] if options.all else options.images
        if not names and not options.all:
            raise InvalidArgument("you must provide at least one image", hint="or use --all")
        for name in names:
            try:
                lines = engine.remove_image(name, force=options.force or options.all)
            except NoSuchImage as error:
                if not options.ignore:
                    code = report(error, 1)
            except ImageInUse as error:
                code = report(error, 2)
            except EngineError as error:
                code = report(error)
            else:
                print("\n".join(lines))
    return code

"""pull push load save import login logout: images that come and go."""

from __future__ import annotations

import contextlib
import getpass
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from core.cli.command import command_parser, open_engine
from core.cli.image_choice import add_platform, platform_fields
from core.cli.main import Invocation
from core.cli.output import size
from core.cli.parser import CommandParser, Options
from core.cli.registry_options import add_access, registry_access
from core.cli.short_names import chosen_name
from core.engine import Engine
from core.errors import InvalidArgument
from core.images import SAVE_FORMS
from core.model.content import LayerPacking
from core.model.image import ImageCopyOptions, RegistryAccess
from core.model.snapshot import PullProgress

_NO_TRUST: Final = "as without it: Docker alone has such a trust"


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    return {
        "pull": _pull,
        "push": _push,
        "load": _load,
        "save": _save,
        "import": _import,
        "login": _login,
        "logout": _logout,
    }[invocation.command](invocation, parser)


def _access_of_pull(options: Options) -> RegistryAccess:
    return msgspec.structs.replace(registry_access(options), **platform_fields(options))


@contextmanager
def _progress(options: Options) -> Iterator[Callable[[PullProgress], None] | None]:
    """What shows progress on a terminal; None where there is none."""
    if options.quiet or not sys.stderr.isatty():
        yield None
        return
    try:
        yield _show_progress
    finally:
        print(file=sys.stderr)


def _show_progress(progress: PullProgress) -> None:
    total = f" / {size(progress.total)}" if progress.total else ""
    sys.stderr.write(f"\r\x1b[K{progress.phase} {size(progress.done)}{total}")
    sys.stderr.flush()


def _pull(invocation: Invocation, parser: CommandParser) -> int:
    add_access(parser)
    add_platform(parser)
    parser.add_argument("--disable-content-trust", action="store_true", help=_NO_TRUST)
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress")
    parser.add_argument("--all-tags", "-a", action="store_true", help="all that the repository has")
    parser.add_argument("images", nargs="+", metavar="IMAGE")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        names = options.images
        if options.all_tags:
            found = [engine.images.tags(name, _access_of_pull(options)) for name in names]
            names = [f"{repository}:{tag}" for repository, tags in found for tag in tags]
        for name in names:
            with chosen_name(engine, name, quiet=options.quiet) as meant, _progress(options) as progress:
                image = engine.images.pull(meant, progress=progress, access=_access_of_pull(options))
            print(image.id)
    return 0


def _push(invocation: Invocation, parser: CommandParser) -> int:
    add_access(parser)
    parser.add_argument("--digestfile", default="", metavar="FILE", help="write the digest to this file")
    parser.add_argument("--format", "-f", choices=("oci", "v2s2"), default=None, help="form of the manifest")
    parser.add_argument("--sign-by", default="", metavar="FINGERPRINT", help="sign it with this GPG key")
    parser.add_argument("--remove-signatures", action="store_true", help="push it without those that it has")
    compressions = ("", "gzip", "zstd")
    parser.add_argument("--compression-format", choices=compressions, default="", help="how its layers are packed")
    parser.add_argument("--compress", action="store_true", help="pack its layers in a directory (dir:)")
    parser.add_argument("--disable-content-trust", action="store_true", help=_NO_TRUST)
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress")
    parser.add_argument("image", metavar="IMAGE")
    parser.add_argument("destination", nargs="?", default="", metavar="DESTINATION")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine, _progress(options) as progress:
        target = engine.images.push(
            options.image,
            options.destination,
            ImageCopyOptions(
                access=msgspec.structs.replace(
                    registry_access(options),
                    sign_by=options.sign_by,
                    remove_signatures=options.remove_signatures,
                    compression=options.compression_format,
                ),
                form=None if options.format is None else "docker" if options.format == "v2s2" else "oci",
                packing="compressed" if options.compress else "usual",
                digest_file=options.digestfile,
            ),
            progress=progress,
        )
    if not options.quiet:
        print(f"Pushed {options.image} to {target}", file=sys.stderr)
    return 0


def _load(invocation: Invocation, parser: CommandParser) -> int:
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


def _save(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--output", "-o", type=Path, default=None, help="file or directory; standard output otherwise")
    parser.add_argument("--format", choices=SAVE_FORMS, default="docker-archive")
    parser.add_argument("--compress", action="store_true", help="pack its layers; docker-dir alone")
    parser.add_argument("--uncompressed", action="store_true", help="let layers that are not packed be; oci-… alone")
    parser.add_argument("--quiet", "-q", action="store_true", help="as without it")
    explanation = "further arguments are images, not names of the first; docker-archive alone"
    parser.add_argument("--multi-image-archive", "-m", action="store_true", help=explanation)
    parser.add_argument("image", metavar="IMAGE")
    parser.add_argument("further", nargs="*", metavar="IMAGE-OR-NAME")
    options = parser.parse_args(invocation.arguments)
    further = {"others" if options.multi_image_archive else "names": options.further}
    if options.compress and options.format != "docker-dir":
        raise InvalidArgument(
            "--compress can only be set when --format is 'docker-dir'",
            hint="leave --compress out, or use --format docker-dir",
        )
    packing: LayerPacking = "compressed" if options.compress else "uncompressed" if options.uncompressed else "usual"
    if options.output is None and options.format.endswith("-dir"):
        raise InvalidArgument(f"--format {options.format} needs a directory", hint="name it with --output")
    if options.output is None and sys.stdout.isatty():
        raise InvalidArgument("refusing to save to a terminal", hint="use --output FILE or a redirection")
    with open_engine(invocation) as engine:
        if options.output is not None:
            engine.images.save(options.image, options.output.absolute(), options.format, packing=packing, **further)
            return 0
        engine.paths.transfers.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=engine.paths.transfers) as folder:
            engine.images.save(options.image, Path(folder) / "image", options.format, packing=packing, **further)
            with (Path(folder) / "image").open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
    return 0


def _import(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument(
        "--change", "-c", action="append", default=[], metavar="INSTRUCTION", help="a Dockerfile's line"
    )
    parser.add_argument("--message", "-m", default="", help="a comment in the image's history")
    parser.add_argument("--quiet", "-q", action="store_true", help="as without it")
    for flag, told in (("os", "system"), ("arch", "architecture"), ("variant", "variant of the architecture")):
        parser.add_argument(f"--{flag}", default="", help=f"the {told} that it is for, where not this machine's")
    parser.add_argument("path", metavar="PATH", help="a tar archive; - for standard input")
    parser.add_argument("reference", nargs="?", default="", metavar="NAME")
    options = parser.parse_args(invocation.arguments)
    asked = {"os": options.os, "architecture": options.arch, "variant": options.variant}
    with open_engine(invocation) as engine, contextlib.ExitStack() as stack:
        tar = stack.enter_context(_standard_input(engine)) if options.path == "-" else Path(options.path).absolute()
        image = engine.images.import_tar(
            tar,
            options.reference,
            changes=options.change,
            message=options.message,
            platform={name: value for name, value in asked.items() if value},
        )
    print(f"sha256:{image.id}")
    return 0


def _login(invocation: Invocation, parser: CommandParser) -> int:
    add_access(parser, credentials=False)
    parser.add_argument("--username", "-u", default="", help="asked for otherwise")
    parser.add_argument(
        "--password", "-p", default="", help="asked for otherwise; others can read it in a list of processes"
    )
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    parser.add_argument("--get-login", action="store_true", help="show who is logged in")
    parser.add_argument("--verbose", "-v", action="store_true", help="say where the login is kept")
    parser.add_argument("registry", metavar="REGISTRY")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        if options.get_login:
            print(engine.images.logged_in(options.registry, registry_access(options)))
            return 0
        if options.password_stdin and not options.username:
            raise InvalidArgument("--password-stdin needs a --username", hint="give --username NAME, too")
        user = options.username or input("Username: ")
        if options.password_stdin:
            password = sys.stdin.read().rstrip("\n")
        else:
            password = options.password or getpass.getpass("Password: ")
        engine.images.login(options.registry, user, password, registry_access(options))
        kept = engine.images.logins_file(registry_access(options))
    print("Login Succeeded!")
    if options.verbose:
        print(f"Used:  {kept}")
    return 0


def _logout(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--authfile", default="", metavar="FILE", help="file with the logins of registries")
    parser.add_argument("--all", "-a", action="store_true", help="all registries")
    parser.add_argument("registry", nargs="?", default="", metavar="REGISTRY")
    options = parser.parse_args(invocation.arguments)
    if options.all == bool(options.registry):
        raise InvalidArgument(
            "name one registry, or use --all", hint="see wharf login --get-login for who is logged in where"
        )
    with open_engine(invocation) as engine:
        engine.images.logout(options.registry, RegistryAccess(authfile=options.authfile))
    print(
        "Removed login credentials for all registries"
        if options.all
        else f"Removed login credentials for {options.registry}"
    )
    return 0

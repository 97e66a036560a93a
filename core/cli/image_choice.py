"""The image of create and run: when it is pulled, and for which kind of machine."""

from __future__ import annotations

from core.errors import EngineError, InvalidArgument, NoSuchImage
from core.model.image import DEFAULT_ACCESS, RegistryAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from core.cli.parser import CommandParser, Options
    from core.engine import Engine

_POLICIES = ("missing", "always", "never", "newer")


def add_platform(parser: CommandParser) -> None:
    """The options for the kind of machine that an image is for, for `platform_fields`."""
    add = parser.add_argument
    add("--arch", default="", metavar="ARCHITECTURE", help="of the machines that the image is for: arm64")
    add("--os", default="", metavar="SYSTEM", help="of the machines that the image is for: linux")
    add("--variant", default="", metavar="VARIANT", help="of the architecture: v7")
    add("--platform", default="", metavar="OS/ARCH[/VARIANT]", help="all three at once")


def add_image_choice(parser: CommandParser) -> None:
    """The options of create and run, for `have_chosen_image`."""
    add = parser.add_argument
    add_platform(parser)
    add("--pull", choices=_POLICIES, default="missing", help="when to pull the image")
    add("--quiet", "-q", action="store_true", help="say nothing of a pull")
    add("--authfile", default="", metavar="FILE", help="file with the logins of registries")


def platform_fields(options: Options) -> dict[str, Any]:
    """Fields of `RegistryAccess`. Raises `InvalidArgument`."""
    if options.platform and (options.arch or options.os or options.variant):
        raise InvalidArgument(
            "--platform option can not be specified with --arch, --os or --variant",
            hint="leave --platform out, or the others",
        )
    if options.platform:
        system, _, rest = options.platform.partition("/")
        architecture, _, variant = rest.partition("/")
        return {"system": system, "architecture": architecture, "variant": variant}
    return {"system": options.os, "architecture": options.arch, "variant": options.variant}


def have_chosen_image(engine: Engine, options: Options) -> None:
    """`have_image` by the options of `add_image_choice`. Raises `InvalidArgument`, too."""
    access = RegistryAccess(authfile=options.authfile, tls_verify=options.tls_verify, **platform_fields(options))
    have_image(engine, options.image, access, options.pull, quiet=options.quiet)


def have_image(
    engine: Engine, name: str, access: RegistryAccess = DEFAULT_ACCESS, policy: str = "missing", *, quiet: bool = False
) -> None:
    """Pull the image where the policy says so, or where the one that is there is for other machines.

    Raises `NoSuchImage`, and what a pull raises.
    """
    there = _is_there(engine, name, access)
    if there and policy not in ("always", "newer"):
        return
    if policy == "never":
        engine.images.find(name)
        raise NoSuchImage(f"{name}: the image that is there is for other machines", hint="use --pull missing")
    from core.cli.short_names import chosen_name

    try:
        with chosen_name(engine, name, quiet=quiet) as meant:
            engine.images.pull(meant, access=access)
    except EngineError:
        if not (there and policy == "newer"):
            raise


def _is_there(engine: Engine, name: str, access: RegistryAccess) -> bool:
    try:
        engine.images.find(name)
    except NoSuchImage:
        return False
    if not (access.system or access.architecture):
        return True
    facts = engine.images.inspect(name)
    wanted = ((access.system, facts["Os"]), (access.architecture, facts["Architecture"]))
    return all(not asked or asked == found for asked, found in wanted)

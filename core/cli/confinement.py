"""--security-opt and the other options of create and run that say what a container may do."""

from __future__ import annotations

import os

import msgspec

from core.errors import InvalidArgument
from core.model.config import Security

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.cli.parser import CommandParser, Options

_APPARMOR = "/sys/kernel/security/apparmor"


def add_confinement(parser: CommandParser) -> None:
    """The options, for `security`."""
    add = parser.add_argument
    add("--read-only", action="store_true", help="its root can not be written")
    add(
        "--cap-add", action="append", default=[], metavar="CAPABILITY", help="a capability it has beside the usual ones"
    )
    add("--cap-drop", action="append", default=[], metavar="CAPABILITY", help="one that it does not have; all for none")
    add("--privileged", action="store_true", help="all capabilities and no confinement")
    explanation = "no-new-privileges, seccomp=FILE, apparmor=PROFILE, mask=PATH, unmask=PATH, proc-opts=OPTIONS"
    policies = ("default", "image")
    add("--seccomp-policy", choices=policies, default="default", help="whose system calls it may make: the image's own")
    add("--security-opt", action="append", default=[], metavar="OPTION", help=explanation)


def security(options: Options) -> Security:
    """What is asked for. Raises `InvalidArgument`."""
    return msgspec.structs.replace(
        security_of(options.security_opt),
        privileged=options.privileged,
        capabilities_add=tuple(options.cap_add),
        capabilities_drop=tuple(options.cap_drop),
        read_only_root=options.read_only,
        seccomp_of_image=options.seccomp_policy == "image",
    )


def security_of(texts: Sequence[str]) -> Security:
    """What --security-opt asks for, each time it is given. Raises `InvalidArgument`."""
    given: dict[str, object] = {}
    for text in texts:
        key, separator, value = text.partition("=") if "=" in text else text.partition(":")
        given.update(_setting(text, key, value if separator else ""))
    return Security(**given)  # type: ignore[arg-type]


def _setting(text: str, key: str, value: str) -> dict[str, object]:
    match key:
        case "no-new-privileges":
            return {"no_new_privileges": value in ("", "true")}
        case "seccomp" if value:
            return {"seccomp_profile": value}
        case "apparmor" if value:
            return {"apparmor_profile": _apparmor(value)}
        case "label" if value == "disable" or value == "nested":
            return {}
        case "label":
            raise InvalidArgument(f"--security-opt {text} is not supported by wharf", hint="SELinux is not used here")
        case "mask" if value:
            return {"masked_paths": tuple(value.split(":"))}
        case "unmask" if value:
            return {"unmasked_paths": tuple(value.split(":"))}
        case "proc-opts" if value:
            return {"proc_options": tuple(value.split(","))}
    raise InvalidArgument(f"invalid --security-opt: {text!r}", hint="see wharf run --help")


def _apparmor(profile: str) -> str:
    if profile == "unconfined":
        return ""
    if not os.path.isdir(_APPARMOR):
        raise InvalidArgument(
            f"AppArmor profile {profile!r} specified, but AppArmor is not enabled on this system",
            hint="leave it out, or enable AppArmor on the host: aa-status tells",
        )
    return profile

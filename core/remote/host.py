"""Which machine is meant: by its name in the configuration, or as ssh takes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec

from core.errors import InvalidArgument

PROGRAM: Final = "wharf"
_ALIAS: Final = re.compile(r"[^\s/:-][^\s/:]*")
"""`user@host`, or a name that ssh_config(5) has."""


class Host(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A machine. `destination`: `ssh://[USER@]HOST[:PORT]`, or what else ssh takes, as an alias of ssh_config(5).

    `wharf`: the program there, a path from the home folder where it is not in the PATH. `identity`: the file of a key.
    `options`: lines of ssh_config(5), which go before our own.
    """

    name: str
    destination: str
    wharf: str = PROGRAM
    identity: str = ""
    options: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        """What is to be started there: ssh begins in the home folder."""
        return self.wharf.removeprefix("~/")


def complaint(host: Host) -> str:
    """What is wrong with a host; empty for nothing."""
    if not host.name or re.search(r"[\s/:]", host.name) or host.name.startswith("-"):
        return f"{host.name!r} is no name: it has no blanks, no colon and no slash, and begins with no dash"
    if not host.program or host.program.startswith("-"):
        return f"{host.wharf!r} is no program"
    return wrong_destination(host.destination)


def wrong_destination(destination: str) -> str:
    """Why ssh can not take a destination; empty where it can."""
    scheme, separator, _ = destination.partition("://")
    if not separator:
        well = _ALIAS.fullmatch(destination) is not None
        return "" if well else f"{destination!r} is no destination: ssh://USER@HOST:PORT, USER@HOST or an alias of ssh"
    if scheme != "ssh":
        return f"{destination} can not be reached: other machines are reached by ssh:// alone"
    try:
        parts = urlsplit(destination)
        port = parts.port
    except ValueError as error:
        return f"{destination} is no destination: {error}"
    if not parts.hostname or parts.hostname.startswith("-") or (parts.username or "").startswith("-") or port == 0:
        return f"{destination} is no destination: ssh://USER@HOST:PORT"
    if parts.password is not None:
        return "a destination has no password: ssh asks for it, or takes a key"
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        return f"{destination} has a path: wharf needs no socket, leave it out"
    return ""


def find_host(text: str, hosts: Sequence[Host], identity: str = "") -> Host:
    """The host of this name, else the one that ssh knows by `text`. Raises `InvalidArgument`.

    `identity`: the file of a key, in place of the configured one.
    """
    found = next((host for host in hosts if host.name == text), None)
    if found is None:
        if wrong := wrong_destination(text):
            known = ", ".join(host.name for host in hosts)
            raise InvalidArgument(wrong, hint=f"configured are: {known}" if known else "wharf host ls lists the hosts")
        found = Host(name=text, destination=text)
    return msgspec.structs.replace(found, identity=identity) if identity else found

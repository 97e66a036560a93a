"""The hosts in the configuration file, for those who need nothing else of it."""

from __future__ import annotations

import tomllib

import msgspec

from core.errors import InvalidArgument
from core.remote.host import Host, complaint


def known_hosts(path: str) -> list[Host]:
    """The tables `[[hosts]]`; none where there is no file. Raises `InvalidArgument` for what is wrong in them."""
    hint = "wharf config check says in which line"
    try:
        with open(path, "rb") as file:
            hosts = msgspec.convert(tomllib.load(file).get("hosts", []), list[Host])
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArgument(
            f"{path} can not be read: {error}", hint="check its permissions, or name another file with --config"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidArgument(f"{path} is not TOML: {error}", hint=hint) from error
    except msgspec.ValidationError as error:
        raise InvalidArgument(f"the hosts in {path} are wrong: {error}", hint=hint) from error
    for host in hosts:
        if wrong := complaint(host):
            raise InvalidArgument(f"the host {host.name} in {path} is wrong: {wrong}", hint=hint)
    return hosts

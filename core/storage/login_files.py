"""The files in which logins of registries are kept (containers-auth.json(5)), Docker's among them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from core.model.image import RegistryAccess


class LoginFile(msgspec.Struct, rename="camel"):
    """`auths`: by registry, user and password in base64. `cred_helpers`: the programs that keep those of a registry.

    `creds_store`: the one that keeps all others, as Docker has it; podman knows none.
    """

    auths: dict[str, dict[str, Any]] = {}
    cred_helpers: dict[str, str] = {}
    creds_store: str = ""


_decoder = msgspec.json.Decoder(LoginFile)


def login_files(access: RegistryAccess) -> list[str]:
    """Where a login is looked for: at first in the file that new ones are written to."""
    chosen = access.authfile or os.environ.get("REGISTRY_AUTH_FILE", "")
    if chosen:
        return [chosen]
    run_folder = os.environ.get("XDG_RUNTIME_DIR") or f"/run/containers/{os.getuid()}"
    usual = f"{run_folder}/containers/auth.json" if "XDG_RUNTIME_DIR" in os.environ else f"{run_folder}/auth.json"
    home = os.path.expanduser("~")
    return [usual, f"{home}/.config/containers/auth.json", f"{home}/.docker/config.json"]


def read_login_file(path: str) -> LoginFile:
    """An empty one where it can not be read or understood."""
    try:
        return _decoder.decode(Path(path).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return LoginFile()

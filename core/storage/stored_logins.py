"""The login that is kept for a registry: in a file, or by a program that a file names."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from core.host.files import temporary_directory, write_atomically
from core.model.image import RegistryAccess
from core.storage.credential_helpers import Login, kept_login
from core.storage.login_files import LoginFile, login_files, read_login_file

_HUB: Final = "docker.io"
_HUB_LOGIN: Final = "https://index.docker.io/v1/"
_TOKEN_USER: Final = "<token>"


def basic_login(registry: str, access: RegistryAccess) -> str:
    """User and password in base64; empty for none. Raises `StorageFailed` where a program fails that keeps it."""
    if access.credentials:
        return base64.b64encode(access.credentials.encode()).decode()
    for file in map(read_login_file, login_files(access)):
        name = _key(registry, file)
        helper = file.cred_helpers.get(name) or ("" if file.auths.get(name, {}).get("auth") else file.creds_store)
        if helper:
            login = kept_login(helper, name)
            if login is not None:
                return _base64(login)
        elif found := file.auths.get(name, {}).get("auth"):
            return str(found)
    return ""


@contextmanager
def spelled_out(access: RegistryAccess, registries: Iterable[str], parent: Path) -> Iterator[RegistryAccess]:
    """An access for skopeo, which knows no `credsStore`: with a file in which what that keeps is written out.

    The file is the owner's alone, in `parent`, and gone afterwards. Raises `StorageFailed`.
    """
    found = {} if access.credentials else _from_stores(access, registries)
    if not found:
        yield access
        return
    with temporary_directory(parent) as folder:
        auths, helpers = dict[str, Any](), dict[str, str]()
        for file in map(read_login_file, reversed(login_files(access))):
            auths |= file.auths
            helpers |= file.cred_helpers
        content = {"auths": auths | found, "credHelpers": helpers}
        write_atomically(folder / "auth.json", msgspec.json.encode(content))
        yield msgspec.structs.replace(access, authfile=os.fspath(folder / "auth.json"))


def _from_stores(access: RegistryAccess, registries: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Of each registry what a `credsStore` has, where no file has it otherwise before that."""
    files = [read_login_file(path) for path in login_files(access)]
    found: dict[str, dict[str, Any]] = {}
    if not any(file.creds_store for file in files):
        return found
    for registry in dict.fromkeys(registries):
        for file in files:
            name = _key(registry, file)
            if name in file.cred_helpers or file.auths.get(name, {}).get("auth"):
                break
            login = kept_login(file.creds_store, name) if file.creds_store else None
            if login is not None:
                is_token = login.user == _TOKEN_USER
                found[registry] = {"identitytoken": login.secret} if is_token else {"auth": _base64(login)}
                break
    return found


def _key(registry: str, file: LoginFile) -> str:
    """Under which name a file has a registry: Docker calls its own by a URL."""
    known = registry in file.auths or registry in file.cred_helpers
    return _HUB_LOGIN if registry == _HUB and not known else registry


def _base64(login: Login) -> str:
    return base64.b64encode(f"{login.user}:{login.secret}".encode()).decode()

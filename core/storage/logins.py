"""Logins of registries, in the file that podman and skopeo share (containers-auth.json(5)), or by a program."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import msgspec

from core.errors import InvalidArgument, StorageFailed
from core.host.files import temporary_directory, write_atomically
from core.host.processes import Finished, find_program, run
from core.model.image import RegistryAccess
from core.settings import Settings
from core.storage.credential_helpers import Login, forget_login, keep_login, kept_login, kept_registries
from core.storage.login_files import login_files, read_login_file

_PATIENCE: Final = 60.0
_REFUSED: Final = re.compile(r"invalid username/password|unauthorized|authentication required")


class Logins:
    """Raises `StorageFailed` where skopeo or the registry fails, `HostIncomplete` without skopeo."""

    def __init__(self, settings: Settings, transfers: Path) -> None:
        self._settings = settings
        self._transfers = transfers

    def login(self, registry: str, user: str, password: str, access: RegistryAccess) -> None:
        """Try a login and keep it. The password is handed over by a pipe, never on a command line."""
        helper = self._store(registry, access)
        options = ["--username", user, "--password-stdin", *([] if access.tls_verify else ["--tls-verify=false"])]
        if access.certificates:
            options += ["--cert-dir", access.certificates]
        with ExitStack() as stack:
            trial = access
            if helper:
                # It is tried alone, and kept elsewhere.
                folder = stack.enter_context(temporary_directory(self._transfers))
                trial = msgspec.structs.replace(access, authfile=f"{folder}/auth.json")
            finished = self._skopeo("login", trial, *options, registry, stdin=password.encode())
        if finished.returncode:
            refused = _REFUSED.search(finished.error_text())
            raise StorageFailed(
                f"{registry} did not take the login of {user}" if refused else f"{registry} could not be logged in to",
                hint="check the user name and the password" if refused else "check the name and the network",
                stderr=finished.error_text(),
            )
        if helper:
            keep_login(helper, registry, Login(user, password))

    def logged_in(self, registry: str, access: RegistryAccess) -> str:
        """The user that is logged in. Raises `InvalidArgument` where none is."""
        helper = self._store(registry, access)
        if helper and (login := kept_login(helper, registry)) is not None:
            return login.user
        finished = self._skopeo("login", access, "--get-login", registry)
        if finished.returncode:
            raise InvalidArgument(f"not logged into {registry}", hint=f"log in with: wharf login {registry}")
        return finished.stdout.decode(errors="replace").strip()

    def logout(self, registry: str, access: RegistryAccess) -> None:
        """Forget a login, or all of them where `registry` is empty. Raises `InvalidArgument` where there is none."""
        helper = self._store(registry, access)
        if helper:
            done = self._forget(helper, registry, access)
        else:
            done = not self._skopeo("logout", access, registry or "--all").returncode
        if not done:
            raise InvalidArgument(
                f"not logged into {registry}" if registry else "the logins could not be removed",
                hint=f"see wharf login --get-login {registry}"
                if registry
                else "see whether the file of logins can be written to",
            )

    def _forget(self, helper: str, registry: str, access: RegistryAccess) -> bool:
        """Whether the program, or the file that names it, had a login. skopeo would drop the program from the file."""
        gone = [one for one in kept_registries(helper) if one == (registry or one)]
        for one in gone:
            forget_login(helper, one)
        path = Path(self.file(access))
        content = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        left = {name: login for name, login in content.get("auths", {}).items() if name != (registry or name)}
        if left != content.get("auths", {}):
            write_atomically(path, msgspec.json.format(msgspec.json.encode({**content, "auths": left})))
            return True
        return bool(gone) or not registry

    def file(self, access: RegistryAccess) -> str:
        """Where logins are kept (containers-auth.json(5))."""
        return login_files(access)[0]

    def _store(self, registry: str, access: RegistryAccess) -> str:
        """The program that keeps all logins that no other one keeps; empty for none. skopeo knows the others."""
        file = read_login_file(self.file(access))
        return "" if registry in file.cred_helpers else file.creds_store

    def _skopeo(self, verb: str, access: RegistryAccess, *arguments: str, stdin: bytes | None = None) -> Finished:
        authfile = ["--authfile", access.authfile] if access.authfile else []
        argv = [find_program(self._settings.skopeo), verb, *authfile, *arguments]
        return run(argv, stdin=stdin, timeout=_PATIENCE)

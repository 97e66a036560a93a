"""Logins of registries, in the file that podman and skopeo share (containers-auth.json(5))."""

from __future__ import annotations

import os
import re
from typing import Final

from core.errors import InvalidArgument, StorageFailed
from core.host.processes import Finished, find_program, run
from core.model.image import RegistryAccess
from core.settings import Settings

_PATIENCE: Final = 60.0
_REFUSED: Final = re.compile(r"invalid username/password|unauthorized|authentication required")


class Logins:
    """Raises `StorageFailed` where skopeo or the registry fails, `HostIncomplete` without skopeo."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def login(self, registry: str, user: str, password: str, access: RegistryAccess) -> None:
        """Try a login and keep it. The password is handed over by a pipe, never on a command line."""
        options = ["--username", user, "--password-stdin", *([] if access.tls_verify else ["--tls-verify=false"])]
        if access.certificates:
            options += ["--cert-dir", access.certificates]
        finished = self._skopeo("login", access, *options, registry, stdin=password.encode())
        if finished.returncode:
            refused = _REFUSED.search(finished.error_text())
            raise StorageFailed(
                f"{registry} did not take the login of {user}" if refused else f"{registry} could not be logged in to",
                hint="check the user name and the password" if refused else "check the name and the network",
                stderr=finished.error_text(),
            )

    def logged_in(self, registry: str, access: RegistryAccess) -> str:
        """The user that is logged in. Raises `InvalidArgument` where none is."""
        finished = self._skopeo("login", access, "--get-login", registry)
        if finished.returncode:
            raise InvalidArgument(f"not logged into {registry}", hint=f"log in with: wharf login {registry}")
        return finished.stdout.decode(errors="replace").strip()

    def logout(self, registry: str, access: RegistryAccess) -> None:
        """Forget a login, or all of them where `registry` is empty. Raises `InvalidArgument` where there is none."""
        finished = self._skopeo("logout", access, registry or "--all")
        if finished.returncode:
            raise InvalidArgument(f"not logged into {registry}" if registry else "the logins could not be removed")

    def file(self, access: RegistryAccess) -> str:
        """Where logins are kept (containers-auth.json(5))."""
        return login_files(access)[0]

    def _skopeo(self, verb: str, access: RegistryAccess, *arguments: str, stdin: bytes | None = None) -> Finished:
        authfile = ["--authfile", access.authfile] if access.authfile else []
        argv = [find_program(self._settings.skopeo), verb, *authfile, *arguments]
        return run(argv, stdin=stdin, timeout=_PATIENCE)


def login_files(access: RegistryAccess) -> list[str]:
    """Where a login is looked for (containers-auth.json(5)): at first in the file that new ones are written to."""
    chosen = access.authfile or os.environ.get("REGISTRY_AUTH_FILE", "")
    if chosen:
        return [chosen]
    run_folder = os.environ.get("XDG_RUNTIME_DIR") or f"/run/containers/{os.getuid()}"
    usual = f"{run_folder}/containers/auth.json" if "XDG_RUNTIME_DIR" in os.environ else f"{run_folder}/auth.json"
    home = os.path.expanduser("~")
    return [usual, f"{home}/.config/containers/auth.json", f"{home}/.docker/config.json"]

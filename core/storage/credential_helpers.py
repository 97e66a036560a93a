"""Programs that keep logins, docker-credential-NAME (github.com/docker/docker-credential-helpers)."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

import msgspec

from core.errors import InvalidArgument, StorageFailed
from core.host.processes import find_program, run

_PATIENCE: Final = 60.0
_UNKNOWN: Final = re.compile(r"credentials not found|no credentials")


class Login(NamedTuple):
    """`secret`: a password, or a token where the user is `<token>`."""

    user: str
    secret: str


def kept_login(helper: str, registry: str) -> Login | None:
    """What the program has of a registry; None for nothing. Raises `StorageFailed`, `HostIncomplete`."""
    answer = _ask(helper, "get", registry)
    if answer is None:
        return None
    try:
        told = msgspec.json.decode(answer, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise StorageFailed(f"the answer of docker-credential-{helper} is not understood: {error}") from error
    user, secret = str(told.get("Username") or ""), str(told.get("Secret") or "")
    return Login(user, secret) if user and secret else None


def keep_login(helper: str, registry: str, login: Login) -> None:
    """Have the program keep a login. Raises `StorageFailed`, `HostIncomplete`."""
    told = {"ServerURL": registry, "Username": login.user, "Secret": login.secret}
    _ask(helper, "store", msgspec.json.encode(told).decode())


def forget_login(helper: str, registry: str) -> None:
    """Have the program forget a login; no error where it has none. Raises `StorageFailed`, `HostIncomplete`."""
    _ask(helper, "erase", registry)


def kept_registries(helper: str) -> list[str]:
    """The registries of which the program has logins. Raises `StorageFailed`, `HostIncomplete`."""
    try:
        return list(msgspec.json.decode(_ask(helper, "list", "") or b"{}", type=dict[str, Any]))
    except msgspec.MsgspecError as error:
        raise StorageFailed(f"the list of docker-credential-{helper} is not understood: {error}") from error


def _ask(helper: str, verb: str, said: str) -> bytes | None:
    """What it answers; None where it knows nothing of it. What it is told goes by a pipe."""
    if not re.fullmatch(r"[\w.-]+", helper):
        raise InvalidArgument(f"{helper!r} is no name of a credential helper", hint="see containers-auth.json(5)")
    argv = [find_program(f"docker-credential-{helper}"), verb]
    finished = run(argv, stdin=f"{said}\n".encode(), timeout=_PATIENCE)
    if not finished.returncode:
        return finished.stdout
    text = finished.error_text()
    if _UNKNOWN.search(text):
        return None
    said_last = text.splitlines()[-1] if text else "it said nothing"
    raise StorageFailed(f"docker-credential-{helper} failed: {said_last}", argv=argv, stderr=text)

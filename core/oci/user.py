"""Users and groups by the container's own /etc/passwd and /etc/group."""

from __future__ import annotations

import msgspec

from core.errors import InvalidArgument

_HIGHEST_ID = (1 << 31) - 1


class ResolvedUser(msgspec.Struct, frozen=True):
    """Numbers as the container counts them; `home` and `shell` are empty where /etc/passwd does not tell."""

    uid: int
    gid: int
    additional_gids: tuple[int, ...]
    home: str
    shell: str


class Owner(msgspec.Struct, frozen=True):
    """A user and a group, as the host counts them."""

    user: int
    group: int


class _Account(msgspec.Struct, frozen=True):
    name: str
    uid: int
    gid: int
    home: str
    shell: str


class _Group(msgspec.Struct, frozen=True):
    name: str
    gid: int
    members: tuple[str, ...]


def resolve_user(user: str, passwd: bytes | None, group: bytes | None) -> ResolvedUser:
    """`USER[:GROUP]`, each by name or number; root where empty. Raises `InvalidArgument` for who is unknown.

    A number need not be listed. Without a group, the user's own and those that list it as a member count.
    """
    wanted, _, wanted_group = user.partition(":")
    account = _find_account(wanted or "0", _accounts(passwd))
    groups = _groups(group)
    if wanted_group:
        return ResolvedUser(account.uid, _find_group(wanted_group, groups), (), account.home, account.shell)
    additional = tuple(
        entry.gid for entry in groups if account.name and account.name in entry.members and entry.gid != account.gid
    )
    return ResolvedUser(account.uid, account.gid, additional, account.home, account.shell)


def with_groups(user: ResolvedUser, names: tuple[str, ...], group: bytes | None) -> ResolvedUser:
    """The user with further groups, by name or number. Raises `InvalidArgument` for one that is unknown."""
    groups = _groups(group)
    found = dict.fromkeys((*user.additional_gids, *(_find_group(name, groups) for name in names)))
    return msgspec.structs.replace(user, additional_gids=tuple(found))


def _find_account(wanted: str, accounts: list[_Account]) -> _Account:
    for account in accounts:
        if account.name == wanted:
            return account
    number = _number(wanted)
    if number is None:
        raise InvalidArgument(
            f"the user {wanted!r} is not known in the container", hint="use a name of its /etc/passwd, or a number"
        )
    for account in accounts:
        if account.uid == number:
            return account
    return _Account("", number, 0, "", "")


def _find_group(wanted: str, groups: list[_Group]) -> int:
    for entry in groups:
        if entry.name == wanted:
            return entry.gid
    number = _number(wanted)
    if number is None:
        raise InvalidArgument(
            f"the group {wanted!r} is not known in the container", hint="use a name of its /etc/group, or a number"
        )
    return number


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and int(text) <= _HIGHEST_ID else None


def _lines(content: bytes | None, fields: int) -> list[list[str]]:
    text = (content or b"").decode("utf-8", "replace")
    split = (line.strip().split(":") for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [parts for parts in split if len(parts) >= fields]


def _accounts(passwd: bytes | None) -> list[_Account]:
    return [
        _Account(parts[0], int(parts[2]), int(parts[3]), parts[5], parts[6])
        for parts in _lines(passwd, 7)
        if _number(parts[2]) is not None and _number(parts[3]) is not None
    ]


def _groups(group: bytes | None) -> list[_Group]:
    return [
        _Group(parts[0], int(parts[2]), tuple(member for member in parts[3].split(",") if member))
        for parts in _lines(group, 4)
        if _number(parts[2]) is not None
    ]


def user_names(passwd: bytes | None) -> dict[int, str]:
    """The names of a passwd file's users by their numbers, the first where there are several."""
    return {account.uid: account.name for account in reversed(_accounts(passwd))}


def group_names(group: bytes | None) -> dict[int, str]:
    """As `user_names`, of a group file."""
    return {entry.gid: entry.name for entry in reversed(_groups(group))}

"""The container's user in its own /etc/passwd and /etc/group, with the lines that podman writes."""

from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path

import msgspec

from core.errors import InvalidArgument
from core.host.files import append_in_root, make_private_directory, read_in_root, write_atomically
from core.host.rooted import RootedTree
from core.model.config import ContainerConfig
from core.oci.user import group_names, user_names
from core.operations.create_mounts import mounts_in
from core.operations.parts import EngineParts, Transaction

_PASSWD = "$USERNAME:*:$UID:$GID:$NAME:$HOME:/bin/sh"
_GROUP = "$GROUPNAME:x:$GID:$USERLIST"


class _Account(msgspec.Struct, frozen=True):
    name: str
    uid: int
    gid: int
    full_name: str
    home: str


def find_host_users(names: tuple[str, ...]) -> list[_Account]:
    """Users of the host. Raises `InvalidArgument` for one that it does not know."""
    found = []
    for name in names:
        try:
            entry = pwd.getpwuid(int(name)) if name.isdecimal() else pwd.getpwnam(name)
        except KeyError as error:
            raise InvalidArgument(f"the host has no user {name}", hint="use a name of its /etc/passwd") from error
        full_name = entry.pw_gecos.partition(",")[0]
        found.append(_Account(entry.pw_name, entry.pw_uid, entry.pw_gid, full_name, entry.pw_dir))
    return found


def account_file(parts: EngineParts, container_id: str, root: Path, name: str) -> bytes | None:
    """What a container sees as /etc/`name`: passwd or group."""
    try:
        return (parts.paths.etc(container_id) / name).read_bytes()
    except OSError:
        return read_in_root(root, f"etc/{name}")


def write_accounts(held: Transaction, root: Path) -> dict[str, str]:
    """Add the lines that are missing; destination in it → path on the host, for a root that is only read.

    Files that the image does not have, or that are mounted, are left alone. Raises `InvalidArgument`.
    """
    config, shown = held.config, {}
    accounts = config.surroundings.accounts
    if not accounts.written or not (config.process.user or accounts.host_users or accounts.kept_user is not None):
        return {}
    taken = {mount.destination for mount in mounts_in(config)}
    for name, missing in (("passwd", _passwd_lines), ("group", _group_lines)):
        content = read_in_root(root, f"etc/{name}")
        if content is None or f"/etc/{name}" in taken:
            continue
        lines = missing(config, root, content)
        if not lines:
            continue
        added = b"" if content.endswith(b"\n") or not content else b"\n"
        added += "".join(f"{line}\n" for line in lines).encode()
        if not config.security.read_only_root:
            append_in_root(root, f"etc/{name}", added)
            continue
        copy = held.parts.paths.etc(held.id) / name
        make_private_directory(copy.parent)
        write_atomically(copy, content + added, mode=0o644, lasting=False)
        shown[f"/etc/{name}"] = str(copy)
    return shown


def _passwd_lines(config: ContainerConfig, root: Path, content: bytes) -> list[str]:
    accounts, known = config.surroundings.accounts, user_names(content)
    kept = () if accounts.kept_user is None else (str(accounts.kept_user),)
    wanted = [account for account in find_host_users((*kept, *accounts.host_users)) if account.uid not in known]
    wanted = [
        one if _has_home(config, root, one.home) else msgspec.structs.replace(one, home=config.process.cwd)
        for one in wanted
    ]
    user, _, group = config.process.user.partition(":")
    if user.isdecimal() and int(user) not in {*known, *(account.uid for account in wanted)}:
        gid = int(group) if group.isdecimal() else 0
        wanted.append(_Account(user, int(user), gid, "container user", config.process.cwd))
    return [
        _filled(
            accounts.passwd_entry or _PASSWD,
            {
                "USERNAME": account.name,
                "UID": str(account.uid),
                "GID": str(account.gid),
                "NAME": account.full_name,
                "HOME": account.home,
            },
        )
        for account in wanted
    ]


def _group_lines(config: ContainerConfig, root: Path, content: bytes) -> list[str]:
    accounts, known = config.surroundings.accounts, set(group_names(content))
    entry = accounts.group_entry or _GROUP
    lines = []
    if accounts.kept_user is not None:
        [account] = find_host_users((str(accounts.kept_user),))
        if account.gid not in known:
            name = _group_name(account.gid)
            lines.append(_filled(entry, {"GROUPNAME": name, "GID": str(account.gid), "USERLIST": account.name}))
            known.add(account.gid)
    user, _, group = config.process.user.partition(":")
    # Not one for a user without a group, as podman does: it would count among the groups of that user.
    if group.isdecimal() and int(group) not in known:
        lines.append(_filled(entry, {"GROUPNAME": group, "GID": group, "USERLIST": user}))
    return lines


def _group_name(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def _filled(entry: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        entry = entry.replace(f"${name}", value)
    return entry.strip()


def _has_home(config: ContainerConfig, root: Path, path: str) -> bool:
    """Whether a user's home is there: in the image, or mounted, itself or a folder above it."""
    if any(path == one.destination or path.startswith(f"{one.destination}/") for one in mounts_in(config)):
        return True
    try:
        with RootedTree.open(root) as tree:
            os.close(tree.find_directory(path.lstrip("/")))
    except OSError:
        return False
    return True

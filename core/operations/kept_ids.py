"""The user namespaces of an ordinary user's containers: `keep-id`, `nomap`, and the ids that `auto` takes from.

Numbers of the "host" are those of the user's own namespace here: 0 is the user, the subordinate ids follow it.
"""

from __future__ import annotations

from typing import NamedTuple

from core.errors import HostIncomplete, InvalidArgument
from core.host.rootless import ID_MAPS, namespace_ids, outside_user
from core.model.id_mappings import IdMappings, IdRange


class KeptIds(NamedTuple):
    """`user`, `group`: the user's in the container. `account`: the host's user to be told in /etc/passwd."""

    mappings: IdMappings
    user: int
    group: int
    account: int | None


def keep_id(text: str) -> KeptIds:
    """The user under its own numbers, or under those that `uid=N,gid=N` say. Raises `InvalidArgument`."""
    found = outside_user()
    if found is None:
        raise InvalidArgument("keep-id is only supported in rootless mode", hint="for root there is --userns auto")
    wished = _wished(text)
    uid, gid = wished.get("uid", found[0]), wished.get("gid", found[1])
    users, groups = (_around(number, _subordinate(kind)) for number, kind in zip((uid, gid), ID_MAPS, strict=True))
    return KeptIds(IdMappings(users=users, groups=groups), uid, gid, None if wished else found[0])


def no_map() -> IdMappings:
    """The subordinate ids alone: the user is nobody in there. Raises `InvalidArgument`, `HostIncomplete`."""
    if outside_user() is None:
        raise InvalidArgument("nomap is only supported in rootless mode", hint="for root there is --userns auto")
    users, groups = (_subordinate(kind) for kind in ID_MAPS)
    if not users or not groups:
        raise HostIncomplete(
            "nomap requires additional UIDs or GIDs defined in /etc/subuid and /etc/subgid to function correctly",
            hint="have root give some: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER",
        )
    return IdMappings(users=(IdRange(0, 1, users),), groups=(IdRange(0, 1, groups),))


def require_own(mappings: IdMappings) -> None:
    """Raise `InvalidArgument` for ids that this process could not give to a container. For root there are none."""
    if outside_user() is None:
        return
    for kind, ranges in zip(ID_MAPS, (mappings.users, mappings.groups), strict=True):
        last = _subordinate(kind)
        for one in ranges:
            if one.host + one.size - 1 > last:
                raise InvalidArgument(
                    f"the range {one} is not among the ids of this user: they are 0 to {last}",
                    hint="0 is the user, the subordinate ids follow",
                )


def _subordinate(kind: str) -> int:
    """How many ids the user's namespace has beside the user's own: from 1 on, without a gap."""
    return sum(count for _, count in namespace_ids(kind)) - 1


def _around(number: int, subordinate: int) -> tuple[IdRange, ...]:
    """The user's own id at `number`, the subordinate ones below and above."""
    below = IdRange(0, 1, min(number, subordinate))
    above = IdRange(number + 1, number + 1, subordinate - number)
    return tuple(one for one in (below, IdRange(number, 0, 1), above) if one.size > 0)


def _wished(text: str) -> dict[str, int]:
    wished = {}
    for option in text.split(",") if text else ():
        key, _, value = option.partition("=")
        if key not in ("uid", "gid"):
            raise InvalidArgument(f'unknown option specified: "{key}"', hint="keep-id has uid=, gid=")
        if not (value.isascii() and value.isdecimal()):
            raise InvalidArgument(f"{key} of keep-id is not a number: {value!r}", hint=f"use keep-id:{key}=1000")
        wished[key] = int(value)
    return wished

"""Which users and groups of the host those of a container are (user_namespaces(7))."""

from collections.abc import Iterable, Iterator

import msgspec


class IdRange(msgspec.Struct, frozen=True):
    """`size` ids from `inside` on in the container are those from `host` on outside."""

    inside: int
    host: int
    size: int

    def __str__(self) -> str:
        return f"{self.inside}:{self.host}:{self.size}"


class IdMappings(msgspec.Struct, frozen=True, kw_only=True):
    """All ranges of a container. `automatic`: taken from the pool, so that no other gets them."""

    users: tuple[IdRange, ...]
    groups: tuple[IdRange, ...]
    automatic: bool = False

    def outside(self, user: int, group: int) -> tuple[int, int] | None:
        """The host's numbers for a user and a group of the container; None where one has none."""
        found = _shifted(self.users, user), _shifted(self.groups, group)
        return None if found[0] is None or found[1] is None else (found[0], found[1])

    def covers(self, user: int, group: int) -> bool:
        """Whether a user and a group of the host are somebody in the container."""
        return inside(self.users, user) is not None and inside(self.groups, group) is not None

    @property
    def root(self) -> tuple[int, int]:
        """The container's root, as the host counts it; it always has one."""
        return self.outside(0, 0) or (0, 0)


def _shifted(ranges: Iterable[IdRange], number: int) -> int | None:
    for one in ranges:
        if one.inside <= number < one.inside + one.size:
            return one.host + number - one.inside
    return None


def inside(ranges: Iterable[IdRange], number: int) -> int | None:
    """The container's number for one of the host; None where it has none."""
    for one in ranges:
        if one.host <= number < one.host + one.size:
            return one.inside + number - one.host
    return None


def pairs(ranges: Iterable[IdRange], limit: int) -> Iterator[tuple[int, int]]:
    """Each id of the host with that of the container, `limit` of each range at most."""
    for one in ranges:
        for offset in range(min(one.size, limit)):
            yield one.host + offset, one.inside + offset

"""Ids of the host for containers: whose they may be (subuid(5)), and which of them nobody has yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from core.errors import HostIncomplete, InvalidArgument
from core.host.files import read_regular_file
from core.host.rootless import ID_MAPS, namespace_ids
from core.model.id_mappings import IdMappings, IdRange
from core.operations.parts import EngineParts
from core.operations.rootless import is_rootless

HIGHEST: Final = (1 << 32) - 2
"""The last number that a user or a group can have; the one behind it means none."""
SMALLEST_AUTOMATIC: Final = 1024
LARGEST_AUTOMATIC: Final = 65536
NOBODY: Final = 65534


def parse_range(kind: str, text: str) -> IdRange:
    """`CONTAINER:HOST:SIZE`. Raises `InvalidArgument`."""
    parts = text.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        raise InvalidArgument(
            f'{kind} setting is malformed expected ["uint32:uint32:uint32"]: ["{text}"]',
            hint="use CONTAINER-ID:HOST-ID:SIZE, as 0:100000:65536",
        )
    return IdRange(*map(int, parts))


def subordinate_ranges(file: str, name: str) -> list[tuple[int, int]]:
    """What subuid(5) or subgid(5) give to a user: the first id and how many, each line."""
    text = (read_regular_file(Path(file)) or b"").decode(errors="replace")
    lines = (line.split(":") for line in text.splitlines())
    return [
        (int(line[1]), int(line[2]))
        for line in lines
        if len(line) == 3 and line[0] == name and line[1].isdecimal() and line[2].strip().isdecimal()
    ]


def allocate(parts: EngineParts, text: str, image_id: str) -> IdMappings:
    """Ids for `auto:OPTIONS`, which no container has; to be called with the allocation lock.

    Raises `InvalidArgument`, `HostIncomplete` where there are too few.
    """
    size, users, groups = 0, [], []
    for option in text.split(",") if text else ():
        key, _, value = option.partition("=")
        if key == "size" and value.isdecimal() and 0 < int(value) <= HIGHEST:
            size = int(value)
        elif key == "uidmapping":
            users.append(parse_range("UID", value))
        elif key == "gidmapping":
            groups.append(parse_range("GID", value))
        else:
            raise InvalidArgument(f'unknown option specified: "{key}"', hint="auto has size=, uidmapping=, gidmapping=")
    size = size or _size_for(parts, image_id, users, groups)
    taken = _taken(parts)
    pools = _pools(parts)
    return IdMappings(
        users=_filled(pools[0], size, users, [one for ids in taken for one in ids[0]]),
        groups=_filled(pools[1], size, groups, [one for ids in taken for one in ids[1]]),
        automatic=True,
    )


def _pools(parts: EngineParts) -> list[list[tuple[int, int]]]:
    """The ids of users and of groups that may be given away. Raises `HostIncomplete` where there are none."""
    if is_rootless():
        # All but the user's own.
        return [[(max(first, 1), count - (not first)) for first, count in namespace_ids(kind)] for kind in ID_MAPS]
    settings, pools = parts.settings, []
    name = settings.automatic_ids
    for file in (settings.subuid_file, settings.subgid_file):
        pools.append(subordinate_ranges(file, name))
        if not pools[-1]:
            kind = Path(file).name
            raise HostIncomplete(
                f'could not find enough available IDs: no {kind} ranges found for user "{name}" in {file}',
                hint=f"give it some that nobody else has: echo {name}:2147483648:1073741824 >>{file}",
            )
    return pools


def _size_for(parts: EngineParts, image_id: str, users: Sequence[IdRange], groups: Sequence[IdRange]) -> int:
    """As many ids as the image's files have, and what is mapped on demand; as podman, which leaves nobody out."""
    highest = max((number for number in parts.storage.owners(image_id) if number != NOBODY), default=0)
    asked = max((one.inside + one.size for one in (*users, *groups)), default=0)
    return min(max(SMALLEST_AUTOMATIC, highest + 1, asked), LARGEST_AUTOMATIC)


def _taken(parts: EngineParts) -> list[tuple[tuple[IdRange, ...], tuple[IdRange, ...]]]:
    """The ids that containers have, ours and those of the additional stores' engines."""
    own = [record.config.id_mappings for record in parts.store.all()]
    return [
        *((mappings.users, mappings.groups) for mappings in own if mappings is not None),
        *parts.storage.foreign_mappings(),
    ]


def _filled(
    pool: Sequence[tuple[int, int]], size: int, given: Sequence[IdRange], taken: Iterable[IdRange]
) -> tuple[IdRange, ...]:
    """Ranges for `size` ids from the container's root on: those given, and free ones of the pool for the rest."""
    free = _free(pool, [*given, *taken])
    ranges = list(given)
    for inside, count in _gaps(size, given):
        # In one piece: storages in use today map no more than one range of a layer.
        first = next((begin for begin, length in free if length >= count), None)
        if first is None:
            raise HostIncomplete(
                f"could not find enough available IDs: {count} in a row are needed",
                hint="remove containers that have some, ask for less with size=, or have more subordinate ids given",
            )
        ranges.append(IdRange(inside, first, count))
        free = _free(free, ranges[-1:])
    return tuple(sorted(ranges, key=lambda one: one.inside))


def _gaps(size: int, given: Sequence[IdRange]) -> list[tuple[int, int]]:
    """What of 0 to `size` is not given: first id and count."""
    gaps, at = [], 0
    for one in sorted(given, key=lambda one: one.inside):
        if one.inside > at:
            gaps.append((at, min(one.inside, size) - at))
        at = max(at, one.inside + one.size)
        if at >= size:
            return [gap for gap in gaps if gap[1] > 0]
    return [*gaps, (at, size - at)]


def _free(pool: Iterable[tuple[int, int]], taken: Iterable[IdRange]) -> list[tuple[int, int]]:
    """What of the pool nobody has."""
    free = list(pool)
    for one in taken:
        free = [
            (first, last - first)
            for begin, count in free
            for first, last in ((begin, min(begin + count, one.host)), (max(begin, one.host + one.size), begin + count))
            if last > first
        ]
    return free

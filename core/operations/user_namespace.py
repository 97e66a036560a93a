"""The user namespace that a new container gets: which of the host's ids, from whom they are taken, whose it joins."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

from core.errors import HostIncomplete, InvalidArgument, NoSuchContainer
from core.host.locks import FileLock
from core.host.processes import find_program, run
from core.model.id_mappings import IdMappings, IdRange
from core.model.namespaces import Namespace, Sharing
from core.model.options import CreateOptions, UserNamespaceOptions
from core.operations.parts import EngineParts
from core.operations.rootless import is_rootless
from core.operations.subordinate_ids import HIGHEST, allocate, parse_range, subordinate_ranges

MOST_RANGES: Final = 340
"""Lines that the kernel takes (user_namespaces(7))."""
_MODES: Final = "host, auto, private, container:NAME or ns:PATH, for an ordinary user keep-id or nomap"


class Chosen(msgspec.Struct, frozen=True):
    """The namespace to be in, and its mappings; None for those of the host.

    `user`: who runs the process where neither the request nor the image names one. `group`: what that process is in
    besides. `account`: the host's user whom /etc/passwd is to know.
    """

    namespace: Namespace
    mappings: IdMappings | None
    user: str = ""
    group: int | None = None
    account: int | None = None


HOST: Final = Chosen(Namespace(sharing=Sharing.HOST), None)


def allocation_lock(parts: EngineParts, options: UserNamespaceOptions) -> AbstractContextManager[object]:
    """Held from the choice of ids from the pool until the record that has them is in the store."""
    automatic = options.mode.partition(":")[0] == "auto"
    return FileLock(parts.paths.locks / "user-namespaces") if automatic else nullcontext()


def resolve_user_namespace(parts: EngineParts, options: CreateOptions, image_id: str) -> Chosen:
    """What the request means. Raises `InvalidArgument`, `HostIncomplete` where the host has no ids for it."""
    asked = options.user_namespace
    mode, _, rest = asked.mode.partition(":")
    given = bool(asked.uid_map or asked.gid_map or asked.subuid_name or asked.subgid_name)
    if given and mode not in ("", "private"):
        raise InvalidArgument(
            "--userns and --uidmap/--gidmap/--subuidname/--subgidname are mutually exclusive",
            hint="leave --userns out, or the others",
        )
    if given:
        return Chosen(Namespace(), _checked(_explicit(parts, asked)))
    if mode in ("", "host") and not rest:
        return HOST
    if mode == "keep-id":
        from core.operations.kept_ids import keep_id

        kept = keep_id(rest)
        return Chosen(Namespace(), _checked(kept.mappings), f"{kept.user}:{kept.group}", kept.group, kept.account)
    if mode == "nomap" and not rest:
        from core.operations.kept_ids import no_map

        return Chosen(Namespace(), _checked(no_map()))
    if mode == "private" and not rest:
        raise InvalidArgument(
            "a private user namespace needs mappings", hint="give them with --uidmap, or use --userns auto"
        )
    if mode == "auto":
        return Chosen(Namespace(), _checked(allocate(parts, rest, image_id)))
    if mode == "ns" and rest:
        return Chosen(Namespace(sharing=Sharing.PATH, path=rest), _mappings_of(rest))
    if mode == "container" and rest:
        return _joined(parts, rest)
    raise InvalidArgument(f"unrecognized namespace mode {asked.mode} passed", hint=f"use {_MODES}")


def _joined(parts: EngineParts, name: str) -> Chosen:
    try:
        donor = parts.store.get(parts.store.resolve(name)).config
    except NoSuchContainer as error:
        raise InvalidArgument(
            f"looking up container to share user namespace with: {error.message}",
            hint="see wharf ps --all for the names",
        ) from error
    if donor.id_mappings is None:
        return HOST
    joined = Namespace(sharing=Sharing.CONTAINER, container=donor.id)
    return Chosen(joined, donor.id_mappings, donor.process.user if donor.is_infra else "")


def _mappings_of(path: str) -> IdMappings:
    if not Path(path).exists():
        raise InvalidArgument(
            f"cannot find specified user namespace path: {path} does not exist",
            hint="check its path: ls -l /proc/PID/ns/user",
        )
    argv = [find_program("nsenter"), f"--user={path}", "--", "cat", "/proc/self/uid_map", "/proc/self/gid_map"]
    finished = run(argv, timeout=10)
    lines = [line.split() for line in finished.stdout.decode().splitlines()]
    half = len(lines) // 2
    if finished.returncode or not half:
        raise InvalidArgument(
            f"the user namespace {path} can not be read: {finished.error_text()}",
            hint="use the file of a namespace: /proc/PID/ns/user",
        )
    ranges = [IdRange(*map(int, line)) for line in lines]
    return IdMappings(users=tuple(ranges[:half]), groups=tuple(ranges[half:]))


def _explicit(parts: EngineParts, asked: UserNamespaceOptions) -> IdMappings:
    if is_rootless() and (asked.subuid_name or asked.subgid_name):
        raise InvalidArgument(
            "--subuidname and --subgidname need root: an ordinary user's containers have the user's ids alone",
            hint="use --userns nomap for all subordinate ids, or --uidmap",
        )
    users = _subordinate(parts.settings.subuid_file, asked.subuid_name or asked.subgid_name)
    groups = _subordinate(parts.settings.subgid_file, asked.subgid_name or asked.subuid_name)
    if asked.uid_map or asked.gid_map:
        users = (
            [parse_range("UID", text) for text in asked.uid_map or asked.gid_map] if not asked.subuid_name else users
        )
        groups = (
            [parse_range("GID", text) for text in asked.gid_map or asked.uid_map] if not asked.subgid_name else groups
        )
    return IdMappings(users=tuple(users), groups=tuple(groups))


def _subordinate(file: str, name: str) -> list[IdRange]:
    """All of a user's subordinate ids, one behind the other from the container's root on."""
    if not name:
        return []
    found = subordinate_ranges(file, name)
    if not found:
        kind = Path(file).name
        raise InvalidArgument(
            f'no {kind} ranges found for user "{name}" in {file}', hint=f"add a line such as {name}:100000:65536"
        )
    ranges, inside = [], 0
    for first, count in found:
        ranges.append(IdRange(inside, first, count))
        inside += count
    return ranges


def _checked(mappings: IdMappings) -> IdMappings:
    for kind, ranges in (("user", mappings.users), ("group", mappings.groups)):
        if not 0 < len(ranges) <= MOST_RANGES:
            raise InvalidArgument(
                f"a mapping of {kind}s has 1 to {MOST_RANGES} ranges, this one {len(ranges)}",
                hint="put ranges together that are next to each other, or leave some out",
            )
        for one in ranges:
            if not one.size or max(one.inside, one.host) + one.size - 1 > HIGHEST:
                raise InvalidArgument(
                    f"the range {one} of {kind}s is not within 0 to {HIGHEST}",
                    hint="use smaller numbers, and sizes from 1 on",
                )
        for side in ("inside", "host"):
            ordered = sorted((getattr(one, side), one.size) for one in ranges)
            for (first, size), (following, _) in pairwise(ordered):
                if first + size > following:
                    raise InvalidArgument(
                        f"the ranges of {kind}s overlap at {following}",
                        hint="begin it behind the end of the one before",
                    )
    if mappings.outside(0, 0) is None:
        raise InvalidArgument("the container's root is not mapped", hint="begin with a range such as 0:100000:65536")
    from core.operations.kept_ids import require_own

    require_own(mappings)
    return mappings


def make_reachable(folder: Path, within: Iterable[Path], mappings: IdMappings) -> None:
    """Let the container's root, who is nobody for the host, go through `folder` and what is above it.

    What is mounted beside the root the runtime opens before it becomes that one. What belongs to one of the
    container's users is open to its root. What is not `within` the engine's own folders is not changed. Raises
    `HostIncomplete` where that is closed.
    """
    own = [Path(os.path.realpath(place)) for place in within]
    closed: dict[Path, None] = {}
    for place in (folder, *folder.parents):
        status = place.stat()
        mode = status.st_mode
        if mode & 0o001 or mappings.covers(status.st_uid, status.st_gid):
            continue
        if not any(place == one or one in place.parents for one in own):
            closed[place] = None
            continue
        place.chmod((mode & 0o7777) | 0o011)
    if closed:
        places = " ".join(map(str, reversed(closed)))
        raise HostIncomplete(
            f"the container's users can not go through {places}",
            hint=f"let them: chmod o+x {places}; or use another --root",
        )

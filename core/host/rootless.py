"""An ordinary user's containers: the program begun anew as the root of a user and a mount namespace of its own.

What is mounted there is seen by those alone who are in the same namespaces. So a command joins those of whoever works
on the same directories, be it another command or a container's monitor, and makes new ones where nobody does. They end
with the last of them: nothing is kept alive for their sake.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import time
from collections.abc import Iterator
from fcntl import F_DUPFD, fcntl
from pathlib import Path
from typing import Final, NoReturn

from core.errors import HostIncomplete, PermissionDenied
from core.host.files import make_private_directory, read_regular_file
from core.host.locks import FileLock
from core.host.process_stat import process_start
from core.host.processes import find_program

_PATIENCE: Final = 20.0
"""Seconds that another command may take to make its namespaces."""
_OUT_OF_THE_WAY: Final = 200
"""The least descriptor of a namespace: those from 3 on may be the caller's, to be handed on to a container."""
_WHOLE: Final = 4294967295
ID_MAPS: Final = ("uid_map", "gid_map")
"""The kernel's files of users and of groups (user_namespaces(7))."""


@functools.cache
def outside_user() -> tuple[int, int] | None:
    """The user and group that the root of this user namespace is outside; None for the host's own root."""
    found = []
    for name in ID_MAPS:
        first = next((one for one in _id_map(name) if one[0] == 0), None)
        if first is None or first[1:] == [0, _WHOLE]:
            return None
        found.append(first[1])
    return found[0], found[1]


def namespace_ids(kind: str) -> list[tuple[int, int]]:
    """The ids that there are in this process' user namespace, one of `ID_MAPS`: the first and how many, each range."""
    return [(inside, count) for inside, _, count in _id_map(kind)]


def id_outside(kind: str, number: int) -> int:
    """What an id of this process' user namespace is in the one around it; the id itself where it is not mapped."""
    for inside, outside, count in _id_map(kind):
        if inside <= number < inside + count:
            return outside + number - inside
    return number


@functools.cache
def _id_map(kind: str) -> list[list[int]]:
    """First id inside, first id outside and count of each range; none where that can't be read."""
    try:
        lines = Path(f"/proc/self/{kind}").read_text().splitlines()
        return [[int(word) for word in line.split()] for line in lines]
    except (OSError, ValueError):
        return []


def storage_environment() -> dict[str, str]:
    """What the storage has to be told in a user namespace: that it is in one, and whose."""
    user = outside_user()
    if user is None:
        return {}
    return {
        "_CONTAINERS_USERNS_CONFIGURED": "done",
        "_CONTAINERS_ROOTLESS_UID": str(user[0]),
        "_CONTAINERS_ROOTLESS_GID": str(user[1]),
    }


def enter(root: Path, run_root: Path, subuid_file: str, subgid_file: str) -> NoReturn:
    """Begin this program anew, on the same directories, in the namespaces of an ordinary user's containers.

    Raises `HostIncomplete` where a program is missing, `PermissionDenied` for who has no subordinate ids.
    """
    program = [sys.executable, "-m", "tui", "--root", str(root), "--runroot", str(run_root), *sys.argv[1:]]
    require_subordinate_ids(subuid_file, subgid_file)
    holders = run_root / "holders"
    make_private_directory(run_root)
    make_private_directory(holders)
    with FileLock(run_root / "namespaces"):
        held = _held_namespaces(_holders(run_root / "bundles", holders))
        (holders / str(os.getpid())).write_text(str(process_start(os.getpid()) or 0))
        if held:
            user, mount = (f"/proc/self/fd/{descriptor}" for descriptor in held)
            join = [find_program("nsenter"), f"--user={user}", f"--mount={mount}", "--preserve-credentials"]
            argv = [*join, f"--wd={os.getcwd()}", "--", *program]
        else:
            ids = ["--user", "--map-root-user", "--map-auto"]
            argv = [find_program("unshare"), *ids, "--mount", "--propagation", "slave", "--", *program]
        sys.stdout.flush()
        os.execve(argv[0], argv, {**os.environ, **_remembered()})


def require_subordinate_ids(subuid_file: str, subgid_file: str) -> None:
    """Raises `HostIncomplete` without the program that maps them, `PermissionDenied` for a user who has none."""
    find_program("newuidmap")
    for file in (subuid_file, subgid_file):
        _require_ids(file)


def _remembered() -> dict[str, str]:
    """Who it was, for the journal of events: inside it is root."""
    import pwd

    with contextlib.suppress(KeyError):
        return {"SUDO_USER": pwd.getpwuid(os.getuid()).pw_name}
    return {"SUDO_USER": str(os.getuid())}


def _require_ids(file: str) -> None:
    import pwd

    user = os.getuid()
    names = {str(user)}
    with contextlib.suppress(KeyError):
        names.add(pwd.getpwuid(user).pw_name)
    text = (read_regular_file(Path(file)) or b"").decode(errors="replace")
    if not any(line.split(":")[0] in names for line in text.splitlines()):
        name = max(names, key=len)
        raise PermissionDenied(
            f"the user {name} has no subordinate ids in {file}",
            hint=f"have root give some: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {name}",
        )


def _holders(bundles: Path, holders: Path) -> Iterator[int]:
    """Those who live in the namespaces of these directories. Notes of those who do not live any more are removed."""
    for note in holders.iterdir():
        if note.name.isdecimal() and str(process_start(int(note.name)) or "") == note.read_text():
            yield int(note.name)
        else:
            note.unlink(missing_ok=True)
    for file in bundles.glob("*/conmon.pid"):
        with contextlib.suppress(OSError, ValueError):
            pid = int(file.read_text())
            if os.fsencode(file.parent) in Path(f"/proc/{pid}/cmdline").read_bytes():
                yield pid


def _held_namespaces(holders: Iterator[int]) -> tuple[int, int] | None:
    """Descriptors of the user and the mount namespace of one of those, for the program that is executed next.

    Whoever it is may end at any moment: then the namespaces are still there. None where nobody lives in any.
    """
    for pid in holders:
        if not _is_ready(pid):
            continue
        with contextlib.suppress(OSError):
            user, mount = (os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY) for kind in ("user", "mnt"))
            return fcntl(user, F_DUPFD, _OUT_OF_THE_WAY), fcntl(mount, F_DUPFD, _OUT_OF_THE_WAY)
    return None


def _is_ready(pid: int) -> bool:
    """Whether a process is in namespaces with all their ids, waiting for one that makes them just now."""
    own = os.readlink("/proc/self/ns/user")
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            if (
                os.readlink(f"/proc/{pid}/ns/user") != own
                and len(Path(f"/proc/{pid}/uid_map").read_text().split("\n")) > 2
            ):
                return os.readlink(f"/proc/{pid}/ns/mnt") != os.readlink("/proc/self/ns/mnt")
        except OSError:
            return False
        time.sleep(0.01)
    raise HostIncomplete(f"the process {pid} does not get its user namespace", hint="try again when it has ended")

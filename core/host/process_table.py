"""The processes of this machine as /proc shows them."""

from __future__ import annotations

import fcntl
import os
import pwd
import select
import signal
import struct
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from core.host.process_stat import process_start, stat_fields
from core.model.snapshot import ProcessEntry

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_PIDFD_GET_INFO: Final = 0xC040FF0B
_PIDFD_INFO_EXIT: Final = 1 << 3
_PIDFD_INFO: Final = "=QQ44xi"
"""struct pidfd_info: mask, id of the cgroup, eleven numbers of processes and users, wait status."""
_VISIBLE: Final = dict.fromkeys([*range(32), *range(0x7F, 0xA0)], "?")


@cache
def own_capabilities(kind: str) -> int:
    """A set of this process as bits, by the kernel's name for it: CapEff, CapBnd (capabilities(7))."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1], 16)
    return -1


def capability_bounds() -> int:
    """The bounding set of this process as bits: no process that it starts can have more."""
    return own_capabilities("CapBnd")


def is_alive(pid: int, start: int) -> bool:
    """Whether the very process that began at `start` (ticks) still lives."""
    return process_start(pid) == start


def is_zombie(pid: int, start: int) -> bool:
    """Whether the very process that began at `start` (ticks) has ended and waits to be reaped."""
    fields = stat_fields(pid)
    return fields is not None and fields[0] == b"Z" and int(fields[19]) == start


def children_of(pid: int) -> list[int]:
    """The PIDs of the processes whose parent is `pid`."""
    parent = str(pid).encode()
    found = []
    for number in _numbers():
        fields = stat_fields(number)
        if fields and fields[1] == parent:
            found.append(number)
    return found


def start_and_parent(pid: int) -> tuple[int, int] | None:
    """When a process began, in clock ticks since boot, and its parent's PID; None where it is gone, or a zombie."""
    fields = stat_fields(pid)
    if not fields or fields[0] in (b"Z", b"X"):
        return None
    return int(fields[19]), int(fields[1])


def owner_of(pid: int) -> int | None:
    """The number of the user that a process runs as; None where it is gone."""
    try:
        return (_PROC / str(pid)).stat().st_uid
    except OSError:
        return None


def working_directory(pid: int) -> str:
    """Where a process is; empty where it is gone."""
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


def find_processes(programs: Collection[str]) -> list[tuple[int, list[str]]]:
    """The processes of our own PID namespace whose program is called so, with their arguments."""
    found = []
    for number in _numbers():
        arguments = arguments_of(number)
        if arguments and arguments[0].rpartition("/")[2] in programs and is_in_our_namespace(number):
            found.append((number, arguments))
    return found


def open_files(pid: int) -> list[str]:
    """The paths of what a process has open; none where it is not ours to look at."""
    found = []
    with suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                found.append(os.readlink(f"/proc/{pid}/fd/{name}"))
    return found


def is_in_our_namespace(pid: int) -> bool:
    """Whether a process lives and is in our own PID namespace: not inside of a container."""
    try:
        same = os.readlink(f"/proc/{pid}/ns/pid") == os.readlink("/proc/self/ns/pid")
    except OSError:
        return False
    return same and process_start(pid) is not None


def members_of_namespaces(pids: Collection[int]) -> dict[int, list[int]]:
    """Of each of these processes all that are in its PID namespace, and below the same root of mounts.

    For who has no cgroup to ask. Every process of the machine is looked at once.
    """
    owners: dict[tuple[str, str], int] = {}
    for pid in pids:
        if inner := _namespace(pid, "pid"):
            owners[inner, _namespace(pid, "mnt")] = pid
    found: dict[int, list[int]] = {pid: [] for pid in pids}
    inners = {inner for inner, _ in owners}
    for number in _numbers() if owners else ():
        inner = _namespace(number, "pid")
        if inner in inners and (owner := owners.get((inner, _namespace(number, "mnt")))) is not None:
            found[owner].append(number)
    return found


def _namespace(pid: int, kind: str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/ns/{kind}")
    except OSError:
        return ""


@cache
def user_name(number: int) -> str:
    """The login of a user's number, or the number."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def arguments_of(pid: int) -> list[str]:
    """The command line of a process; empty where it is gone or a zombie."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            content = file.read()
    except OSError:
        return []
    return os.fsdecode(content).split("\0")[:-1]


def open_pidfd(pid: int) -> int | None:
    """A descriptor that becomes readable at the end of the process; None where it is gone already."""
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


def wait_pidfd(descriptor: int, timeout: float | None) -> bool:
    """Whether the process ended within `timeout` seconds."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(None if timeout is None else timeout * 1000))


def kill_process(pid: int, start: int) -> None:
    """SIGKILL the very process that began at `start` (ticks); nothing where it has ended. Raises PermissionError."""
    descriptor = open_pidfd(pid)
    if descriptor is None:
        return
    try:
        # Only from now on the number can not become another's unseen.
        if is_alive(pid, start):
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    finally:
        os.close(descriptor)


def exit_code_of_pidfd(descriptor: int) -> int | None:
    """The exit code (128 + signal for a death by one) of a reaped process; None where the kernel does not tell.

    PIDFD_GET_INFO with PIDFD_INFO_EXIT, Linux 6.15 and later.
    """
    asked = struct.pack(_PIDFD_INFO, _PIDFD_INFO_EXIT, 0, 0)
    try:
        mask, _, status = struct.unpack(_PIDFD_INFO, fcntl.ioctl(descriptor, _PIDFD_GET_INFO, asked))
    except OSError:
        return None
    return _exit_code(status) if mask & _PIDFD_INFO_EXIT else None


def exit_code_of_zombie(pid: int, start: int) -> int | None:
    """The exit code (128 + signal for a death by one) of the very process that began at `start` (ticks).

    None where it lives, where it is reaped, and where the caller may not know.
    """
    fields = stat_fields(pid)
    if fields is None or fields[0] != b"Z" or int(fields[19]) != start or os.geteuid() != 0:
        return None
    return _exit_code(int(fields[49]))


def _exit_code(wait_status: int) -> int:
    if os.WIFSIGNALED(wait_status):
        return 128 + os.WTERMSIG(wait_status)
    return os.WEXITSTATUS(wait_status)


def find_monitor(container_id: str, bundle: Path) -> int | None:
    """The PID of the living conmon of a container, sought among all processes."""
    return next((number for number in _numbers() if is_monitor(number, container_id, bundle)), None)


def find_by_arguments(program: str, argument: str) -> int | None:
    """The PID of a living process of a program (by the name of its file) that has `argument` among its arguments."""
    for number in _numbers():
        arguments = arguments_of(number)
        if arguments and arguments[0].rpartition("/")[2] == program and argument in arguments[1:]:
            return number
    return None


def is_monitor(pid: int, container_id: str, bundle: Path) -> bool:
    """Whether a process is the living conmon of a container, known by its arguments `-c ID` and `-b BUNDLE`.

    A process inside a container can call itself as it likes, but not be in our own PID namespace.
    """
    arguments = arguments_of(pid)
    if not arguments or not arguments[0].endswith("conmon"):
        return False
    if (_after(arguments, "-c"), _after(arguments, "-b")) != (container_id, os.fspath(bundle)):
        return False
    return is_in_our_namespace(pid)


def _numbers() -> Iterator[int]:
    """Every PID there is."""
    with os.scandir(_PROC) as entries:
        for entry in entries:
            if entry.name.isdigit():
                yield int(entry.name)


def _after(arguments: list[str], flag: str) -> str:
    try:
        return arguments[arguments.index(flag) + 1]
    except (ValueError, IndexError):
        return ""


def list_processes(pids: Iterable[int]) -> list[ProcessEntry]:
    """The processes with these PIDs; those that are gone meanwhile are left out.

    A process may write what it likes into its command line: control characters are shown as question marks.
    """
    entries = []
    for pid in pids:
        fields = stat_fields(pid)
        if not fields:
            continue
        try:
            command = (_PROC / str(pid) / "cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ")
            name = (_PROC / str(pid) / "comm").read_bytes().strip()
            owner = (_PROC / str(pid)).stat().st_uid
        except OSError:
            continue
        entries.append(
            ProcessEntry(
                pid=pid,
                parent=int(fields[1]),
                user=user_name(owner),
                state=fields[0].decode(),
                cpu_time=(int(fields[11]) + int(fields[12])) / _TICKS,
                memory=int(fields[21]) * _PAGE,
                command=(command or b"[" + name + b"]").decode(errors="replace").translate(_VISIBLE),
            )
        )
    return entries

"""top: the processes of a container by podman's format descriptors (podman-top(1)), read from /proc."""

from __future__ import annotations

import grp
import os
import pwd
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from core.errors import InvalidArgument
from core.host.cgroups import processes_in
from core.host.files import read_in_root
from core.host.process_table import members_of_namespaces
from core.host.rootless import id_outside
from core.model.amounts import go_duration, go_time
from core.model.id_mappings import IdMappings, IdRange, inside
from core.oci.capabilities import capability_names
from core.oci.user import group_names, user_names
from core.operations.parts import Transaction
from core.operations.rootless import has_cgroup

DEFAULT_COLUMNS: Final = ("user", "pid", "ppid", "pcpu", "etime", "tty", "time", "args")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_NANO: Final = 1_000_000_000
_SAME_IDS: Final = IdMappings(users=(), groups=())
"""Of a container whose users are those of the host."""
_PTY_MAJORS: Final = range(136, 144)
_SECCOMP: Final = {"0": "disabled", "1": "strict", "2": "filter"}
_VISIBLE: Final = dict.fromkeys([*range(32), *range(0x7F, 0xA0)], "?")


class ProcessTable(msgspec.Struct, frozen=True, kw_only=True):
    """`headings`: of the columns that were asked for. Spans and times are given as a Go program prints them."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class _Process:
    """A process as /proc shows it. `inside`: PIDs of the host → those in the container; `ids`: its users and groups."""

    def __init__(self, pid: int, names: _Names, inside: Mapping[int, int], ids: IdMappings) -> None:
        self.pid = pid
        folder = Path(f"/proc/{pid}")
        stat = (folder / "stat").read_text(errors="replace")
        self.comm = _shown(stat[stat.index("(") + 1 : stat.rindex(")")])
        self.stat = stat.rpartition(")")[2].split()
        lines = (line.partition(":") for line in (folder / "status").read_text(errors="replace").splitlines())
        self.status = {name: value.split() for name, _, value in lines}
        command = (folder / "cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ")
        self.args = _shown(command.decode(errors="replace")) if command else f"[{self.comm}]"
        self.names = names
        self.inside = inside
        self.ids = ids

    @property
    def label(self) -> str:
        with suppress(OSError):
            return _shown(Path(f"/proc/{self.pid}/attr/current").read_text().strip("\0\n ")) or "?"
        return "?"

    @property
    def cpu(self) -> int:
        """Nanoseconds of CPU time."""
        return (int(self.stat[11]) + int(self.stat[12])) * _NANO // _TICKS

    @property
    def elapsed(self) -> int:
        """Nanoseconds since it began."""
        return max(0, int(time.clock_gettime(time.CLOCK_BOOTTIME) * _NANO) - int(self.stat[19]) * _NANO // _TICKS)

    @property
    def tty(self) -> str:
        device = int(self.stat[4])
        if os.major(device) in _PTY_MAJORS:
            return f"pts/{os.minor(device)}"
        return "?" if not device else f"{os.major(device)}:{os.minor(device)}"


class _Names(msgspec.Struct, frozen=True):
    """Numbers → names, in the container."""

    users: dict[int, str]
    groups: dict[int, str]


def _shown(text: str) -> str:
    """A process writes what it likes into its name and command line."""
    return text.translate(_VISIBLE)


def _user(process: _Process, place: int) -> str:
    return _named(process.names.users, process.ids.users, process.status["Uid"][place])


def _group(process: _Process, place: int) -> str:
    return _named(process.names.groups, process.ids.groups, process.status["Gid"][place])


def _named(names: Mapping[int, str], ranges: Sequence[IdRange], text: str) -> str:
    """A number of the host as the container names it; as it is where the container has none for it."""
    number = inside(ranges, int(text)) if ranges else int(text)
    return text if number is None else names.get(number, str(number))


def _host_user(process: _Process) -> str:
    number = id_outside("uid_map", int(process.status["Uid"][1]))
    with suppress(KeyError):
        return pwd.getpwuid(number).pw_name
    return str(number)


def _host_group(text: str) -> str:
    number = id_outside("gid_map", int(text))
    with suppress(KeyError):
        return grp.getgrgid(number).gr_name
    return str(number)


def _own(process: _Process, host_pid: int) -> str:
    """A PID as the container counts; 0 for what is outside of it."""
    return str(process.inside.get(host_pid, 0))


def _capabilities(field: str) -> Callable[[_Process], str]:
    return lambda process: ",".join(capability_names(int(process.status[field][0], 16))) or "none"


_COLUMNS: Final[dict[str, tuple[str, Callable[[_Process], object]]]] = {
    "args": ("COMMAND", lambda p: p.args),
    "capamb": ("AMBIENT CAPS", _capabilities("CapAmb")),
    "capbnd": ("BOUNDING CAPS", _capabilities("CapBnd")),
    "capeff": ("EFFECTIVE CAPS", _capabilities("CapEff")),
    "capinh": ("INHERITED CAPS", _capabilities("CapInh")),
    "capprm": ("PERMITTED CAPS", _capabilities("CapPrm")),
    "comm": ("COMMAND", lambda p: p.comm),
    "etime": ("ELAPSED", lambda p: go_duration(p.elapsed)),
    "group": ("GROUP", lambda p: _group(p, 1)),
    "groups": ("GROUPS", lambda p: ",".join(_named(p.names.groups, p.ids.groups, n) for n in p.status["Groups"])),
    "hgroup": ("HGROUP", lambda p: _host_group(p.status["Gid"][1])),
    "hgroups": ("HGROUPS", lambda p: ",".join(map(_host_group, p.status["Groups"]))),
    "hpid": ("HPID", lambda p: p.pid),
    "huser": ("HUSER", _host_user),
    "label": ("LABEL", lambda p: p.label),
    "nice": ("NI", lambda p: p.stat[16]),
    "pcpu": ("%CPU", lambda p: f"{100 * p.cpu / p.elapsed if p.elapsed else 0:.3f}"),
    "pgid": ("PGID", lambda p: p.status["NSpgid"][-1]),
    "pid": ("PID", lambda p: _own(p, p.pid)),
    "ppid": ("PPID", lambda p: _own(p, int(p.stat[1]))),
    "rgroup": ("RGROUP", lambda p: _group(p, 0)),
    "rss": ("RSS", lambda p: int(p.stat[21]) * _PAGE // 1024),
    "ruser": ("RUSER", lambda p: _user(p, 0)),
    "seccomp": ("SECCOMP", lambda p: _SECCOMP.get(p.status["Seccomp"][0], "?")),
    "state": ("STATE", lambda p: p.stat[0]),
    "stime": ("STIME", lambda p: go_time(int(time.time()) - p.elapsed // _NANO)),
    "time": ("TIME", lambda p: go_duration(p.cpu)),
    "tty": ("TTY", lambda p: p.tty),
    "user": ("USER", lambda p: _user(p, 1)),
    "vsz": ("VSZ", lambda p: int(p.stat[20]) // 1024),
}
"""Descriptor → heading and value."""

_CODES: Final = {
    "%a": "args",
    "%C": "pcpu",
    "%c": "comm",
    "%G": "group",
    "%g": "rgroup",
    "%n": "nice",
    "%P": "ppid",
    "%p": "pid",
    "%r": "pgid",
    "%t": "etime",
    "%U": "user",
    "%u": "ruser",
    "%x": "time",
    "%y": "tty",
    "%z": "vsz",
}
"""AIX format codes → descriptors."""


def known_columns(words: Sequence[str]) -> tuple[str, ...] | None:
    """The descriptors that the words mean, several of them in one with commas; None where one of them is none."""
    names = [_CODES.get(name, name) for word in words for name in word.split(",") if name]
    return tuple(names) if all(name in _COLUMNS for name in names) else None


def process_ids(held: Transaction) -> list[int]:
    """The host's numbers of the container's processes."""
    if not has_cgroup(held.record):
        return members_of_namespaces([held.state.pid])[held.state.pid]
    return list(processes_in(held.runtime.observe(held.id).cgroup_paths))


def process_table(held: Transaction, columns: Sequence[str]) -> ProcessTable:
    """Raises `InvalidArgument` for an unknown descriptor."""
    wanted = known_columns(columns or DEFAULT_COLUMNS)
    if wanted is None:
        raise InvalidArgument(f"unknown format descriptor in {' '.join(columns)}", hint=f"use {', '.join(_COLUMNS)}")
    root = Path(held.state.mount_point)
    names = _Names(user_names(read_in_root(root, "etc/passwd")), group_names(read_in_root(root, "etc/group")))
    own_pids: dict[int, int] = {}
    processes = []
    for pid in process_ids(held):
        # One may end while it is read.
        with suppress(OSError, ValueError, KeyError, IndexError):
            process = _Process(pid, names, own_pids, held.config.id_mappings or _SAME_IDS)
            own_pids[pid] = int(process.status["NSpid"][-1])
            processes.append(process)
    processes.sort(key=lambda process: own_pids[process.pid])
    rows = tuple(tuple(str(_COLUMNS[name][1](process)) for name in wanted) for process in processes)
    return ProcessTable(headings=tuple(_COLUMNS[name][0] for name in wanted), rows=rows)

"""Ports of this machine: taken by a socket that nobody reads, so that no other program gets them meanwhile."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from typing import Final, NamedTuple

from core.host.process_table import arguments_of

_KINDS: Final = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM, "sctp": socket.SOCK_STREAM}
_TABLES: Final = {"tcp": ("tcp", "tcp6"), "udp": ("udp", "udp6")}


class PortTaken(OSError):
    """Somebody else has the port."""


class PortHolder(NamedTuple):
    """The process that has a port open."""

    pid: int
    arguments: list[str]

    @property
    def name(self) -> str:
        """`nginx (PID 123)`."""
        program = self.arguments[0].rpartition("/")[2] if self.arguments else "a process"
        return f"{program} (PID {self.pid})"


def take_port(protocol: str, ip: str, port: int) -> socket.socket | None:
    """Open a port of the address `ip`, of all where it is empty; 0 for one that is free.

    None where the kernel does not have the protocol. Raises `PortTaken`, OSError for an address that is not this
    machine's.
    """
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    try:
        opened = socket.socket(family, _KINDS[protocol], socket.IPPROTO_SCTP if protocol == "sctp" else 0)
    except OSError as error:
        if error.errno in (errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT):
            return None
        raise
    try:
        if protocol == "tcp":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((ip or "0.0.0.0", port))
        if protocol == "tcp":
            # Only a port that is listened at is closed to the others.
            opened.listen(1)
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(error.errno, os.strerror(error.errno)) from error
        raise
    return opened


def first_unprivileged_port() -> int:
    """Where the ports begin that need no privilege (ip-sysctl, ip_unprivileged_port_start)."""
    try:
        return int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    except (OSError, ValueError):
        return 1024


def holds_port(pid: int, protocol: str, ip: str, port: int) -> bool:
    """Whether a process has this very IPv4 address and port open."""
    wanted = f"{_hexadecimal(ip)}:{port:04X}"
    lines = Path(f"/proc/{pid}/net/{protocol}").read_text().splitlines()[1:]
    inodes = {f"socket:[{fields[9]}]" for fields in map(str.split, lines) if fields[1] == wanted}
    return bool(inodes) and _has_open(Path(f"/proc/{pid}"), inodes)


def _hexadecimal(ip: str) -> str:
    """An IPv4 address as the kernel's tables have it."""
    return socket.inet_aton(ip)[::-1].hex().upper() if ip else ""


def port_holder(protocol: str, port: int, ip: str = "") -> PortHolder | None:
    """Who has a port open; with `ip`, at this IPv4 address or at all. None where that can't be seen.

    Looks at every open file: for an error message alone.
    """
    inodes = {f"socket:[{inode}]" for inode in _inodes(protocol, port, ip)}
    if not inodes:
        return None
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _has_open(folder, inodes):
            return PortHolder(int(folder.name), arguments_of(int(folder.name)))
    return None


def _inodes(protocol: str, port: int, ip: str) -> list[str]:
    places = (f"{_hexadecimal(ip)}:{port:04X}", f"{'0' * 8}:{port:04X}", f"{'0' * 32}:{port:04X}")
    wanted = places if ip else (f":{port:04X}",)
    found = []
    for table in _TABLES.get(protocol, ()):
        try:
            lines = Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        except OSError:
            continue
        found += [fields[9] for fields in map(str.split, lines) if fields[1].endswith(wanted) and fields[3] in _OPEN]
    return found


_OPEN: Final = ("0A", "07")
"""The states of a socket that listens, and of one that has no connection (UDP)."""


def _has_open(folder: Path, wanted: set[str]) -> bool:
    try:
        with os.scandir(folder / "fd") as files:
            return any(_target(file.path) in wanted for file in files)
    except OSError:
        return False


def _target(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""

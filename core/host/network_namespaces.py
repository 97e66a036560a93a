"""Network namespaces that outlive the processes in them: mounted on a file, as ip-netns(8) does."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.errors import NetworkFailed
from core.host.files import make_private_directory
from core.host.mounts import is_mounted, unmount

_CLONE_NEWNET: Final = 0x40000000
_MS_BIND: Final = 0x1000
_SIOCGIFFLAGS: Final = 0x8913
_SIOCSIFFLAGS: Final = 0x8914
_IFF_UP: Final = 0x1
_INTERFACE_REQUEST: Final = "16sH22x"

_libc = ctypes.CDLL(None, use_errno=True)


def make_network_namespace(path: Path) -> None:
    """Mount a new network namespace, with loopback up, on `path`. What is mounted there stays. Raises `NetworkFailed`.

    A thread of its own enters it: the namespace belongs to a thread, and this one must stay in the host's.
    """
    make_private_directory(path.parent)
    path.touch(mode=0o600)
    if is_mounted(path):
        return
    import threading

    failure: list[OSError] = []
    thread = threading.Thread(target=_enter_and_mount, args=(path, failure), name="wharfinger-netns")
    thread.start()
    thread.join()
    if failure:
        raise NetworkFailed(f"a network namespace could not be made on {path}: {failure[0].strerror}")


def keep_network_namespace(path: Path, pid: int) -> None:
    """Mount the network namespace of a process on `path`, where it stays. Raises `NetworkFailed`."""
    make_private_directory(path.parent)
    path.touch(mode=0o600)
    try:
        _mount(f"/proc/{pid}/ns/net", path)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise NetworkFailed(f"the network namespace of process {pid} can not be kept: {error.strerror}") from error


def remove_network_namespace(path: Path) -> None:
    """Unmount it and remove the file; it ends with the last process in it. No error where it is not there."""
    unmount(path)
    path.unlink(missing_ok=True)


@contextmanager
def network_namespace(path: Path) -> Iterator[Path]:
    """A new one for the time of the block."""
    make_network_namespace(path)
    try:
        yield path
    finally:
        remove_network_namespace(path)


def _enter_and_mount(path: Path, failure: list[OSError]) -> None:
    import fcntl
    import socket
    import struct
    import threading

    try:
        _check(_libc.unshare(_CLONE_NEWNET))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            request = struct.pack(_INTERFACE_REQUEST, b"lo", 0)
            flags = struct.unpack(_INTERFACE_REQUEST, fcntl.ioctl(control, _SIOCGIFFLAGS, request))[1]
            fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack(_INTERFACE_REQUEST, b"lo", flags | _IFF_UP))
        _mount(f"/proc/self/task/{threading.get_native_id()}/ns/net", path)
    except OSError as error:
        failure.append(error)


def _mount(source: str, path: Path) -> None:
    _check(_libc.mount(os.fsencode(source), os.fsencode(path), b"none", ctypes.c_ulong(_MS_BIND), None))


def _check(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def interfaces() -> set[str]:
    """The names of this machine's network interfaces."""
    with contextlib.suppress(OSError):
        return set(os.listdir("/sys/class/net"))
    return set()


def routed_subnets() -> list[str]:
    """The subnets that this machine has a route to, the default routes left out, in CIDR notation."""
    import socket
    import struct

    found = []
    for line in _lines("/proc/net/route")[1:]:
        fields = line.split()
        mask = bin(int(fields[7], 16)).count("1")
        if mask:
            address = socket.inet_ntop(socket.AF_INET, struct.pack("=I", int(fields[1], 16)))
            found.append(f"{address}/{mask}")
    for line in _lines("/proc/net/ipv6_route"):
        fields = line.split()
        length = int(fields[1], 16)
        if 0 < length < 128 and fields[9] != "lo" and not fields[0].startswith("f"):
            found.append(f"{socket.inet_ntop(socket.AF_INET6, bytes.fromhex(fields[0]))}/{length}")
    return found


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []

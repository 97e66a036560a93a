"""What a network namespace has received and sent, by /proc/PID/net/dev of a process in it."""

from __future__ import annotations

import contextlib
import os


def has_own_network(pid: int) -> bool:
    """Whether the process has another network namespace than this one."""
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
    return False


def added_up(table: bytes) -> tuple[int, int]:
    """Bytes received and sent by all interfaces of such a file, loopback left out."""
    pairs = [
        (name.strip(), rest.split()) for name, _, rest in (line.partition(b":") for line in table.splitlines()[2:])
    ]
    counted = [fields for name, fields in pairs if name != b"lo" and len(fields) >= 9]
    return sum(int(fields[0]) for fields in counted), sum(int(fields[8]) for fields in counted)


def network_bytes(pid: int) -> tuple[int, int]:
    """Bytes received and sent in the namespace of a process; nothing where it is gone."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/net/dev", "rb", buffering=0) as file:
        return added_up(file.read())
    return 0, 0

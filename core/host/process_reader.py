"""What the kernel counts for the processes of a container that has no cgroup of its own: /proc, a process at a time."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from typing import Final, NamedTuple

from core.host.counter_rates import CounterRates
from core.host.network_counters import has_own_network, network_bytes
from core.host.process_stat import stat_fields
from core.model.snapshot import ResourceSample

_TICK_NS: Final = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


class _Counters(NamedTuple):
    """What only grows while no process is killed: nanoseconds of CPU, bytes of block and network I/O."""

    cpu_ns: int = 0
    read: int = 0
    written: int = 0
    received: int = 0
    sent: int = 0


class ProcessReader:
    """The processes of one container, of which `pid` is the first.

    Their figures are added up: memory that several share counts for each, and of those that ended what their parents
    have waited for. A limit can not be told, and neither can the file cache.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._has_own_network = has_own_network(pid)
        self._rates = CounterRates()

    def sample(self, members: Iterable[int]) -> ResourceSample | None:
        """The figures of these processes now; None where all of them are gone."""
        cpu = read = written = resident = shared = count = 0
        for member in members:
            fields = stat_fields(member)
            if fields is None:
                continue
            count += 1
            cpu += sum(int(field) for field in fields[11:15]) * _TICK_NS
            pages = _pages(member)
            resident, shared = resident + pages[0], shared + pages[1]
            done = _transferred(member)
            read, written = read + done[0], written + done[1]
        if not count:
            return None
        now = _Counters(cpu, read, written, *(network_bytes(self._pid) if self._has_own_network else (0, 0)))
        at, rates = self._rates.look(now)
        return ResourceSample(
            at=at,
            cpu_ns=now.cpu_ns,
            cpu_percent=rates[0] / 1e7,
            memory=resident * _PAGE,
            memory_anonymous=max(0, resident - shared) * _PAGE,
            memory_file=shared * _PAGE,
            memory_limit=0,
            pids=count,
            block_read=now.read,
            block_written=now.written,
            block_read_rate=rates[1],
            block_written_rate=rates[2],
            network_received=now.received,
            network_sent=now.sent,
            network_received_rate=rates[3],
            network_sent_rate=rates[4],
            network_shared=not self._has_own_network,
        )


def _pages(pid: int) -> tuple[int, int]:
    """Pages in memory, and those of them that files or other processes may have, too."""
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/statm", "rb", buffering=0) as file:
        _, resident, shared, *_ = file.read().split()
        return int(resident), int(shared)
    return 0, 0


def _transferred(pid: int) -> tuple[int, int]:
    """Bytes read from disks and written to them; nothing where that may not be seen."""
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/io", "rb", buffering=0) as file:
        found = dict(line.split(b": ") for line in file.read().splitlines())
        return int(found[b"read_bytes"]), int(found[b"write_bytes"])
    return 0, 0

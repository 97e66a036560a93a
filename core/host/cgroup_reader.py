"""What the kernel counts for a container: cgroup files of version 1 and 2, kept open and read in place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from core.host.counter_rates import CounterRates
from core.host.network_counters import added_up, has_own_network
from core.model.snapshot import ResourceSample

_NO_LIMIT: Final = 1 << 60
"""Version 1 writes a number near 2^63 for a memory without a limit."""


class _Counters(NamedTuple):
    """What only grows: nanoseconds of CPU and of throttling, bytes of block and network I/O."""

    cpu_ns: int = 0
    throttled_ns: int = 0
    read: int = 0
    written: int = 0
    received: int = 0
    sent: int = 0


class _Memory(NamedTuple):
    """Bytes."""

    used: int
    anonymous: int
    file: int
    limit: int


class CgroupReader:
    """The cgroup files of one container. `cgroup_paths` as in runc's state.json: v1 by controller, v2 under "".

    On hybrid machines both are listed: version 2 counts only where there is no freezer of version 1. Raises OSError
    where the cgroup is gone.
    """

    def __init__(self, cgroup_paths: Mapping[str, str], pid: int) -> None:
        self._paths = dict(cgroup_paths)
        self._pid = pid
        self._v2 = "freezer" not in self._paths
        self._files: dict[str, int] = {}
        self._missing: set[str] = set()
        self._rates = CounterRates()
        self._has_own_network = has_own_network(pid)
        folder = self._paths.get("" if self._v2 else "freezer", "/nonexistent")
        if not Path(folder).is_dir():
            raise FileNotFoundError(f"no cgroup for process {pid}")
        self._freezer = f"{folder}/{'cgroup.events' if self._v2 else 'freezer.state'}"
        self._frozen_word = b"frozen 1" if self._v2 else b"FROZEN"

    def frozen(self) -> bool:
        """Whether all processes are frozen. Raises OSError where the cgroup is gone."""
        # Asked of all containers many times a second: as little as can be is done for it.
        return self._frozen_word in self._read_path(self._freezer, 64)

    @property
    def freeze_notice(self) -> Path | None:
        """The file that the kernel tells of (inotify, IN_MODIFY) when all are frozen or thawed; None for version 1."""
        return Path(self._freezer) if self._v2 else None

    def sample(self) -> ResourceSample | None:
        """The figures now; None where the cgroup is gone."""
        try:
            now = self._counters()
            memory = self._memory()
            at, rates = self._rates.look(now)
            return ResourceSample(
                at=at,
                cpu_ns=now.cpu_ns,
                cpu_percent=rates[0] / 1e7,
                throttled_percent=rates[1] / 1e7,
                memory=memory.used,
                memory_anonymous=memory.anonymous,
                memory_file=memory.file,
                memory_limit=memory.limit,
                oom_kills=self.oom_kills(),
                pids=_number(self._read_if_there("pids", "pids.current")),
                block_read=now.read,
                block_written=now.written,
                block_read_rate=rates[2],
                block_written_rate=rates[3],
                network_received=now.received,
                network_sent=now.sent,
                network_received_rate=rates[4],
                network_sent_rate=rates[5],
                network_shared=not self._has_own_network,
                pressure={name: self._pressure(name) for name in ("cpu", "io", "memory")},
            )
        except OSError:
            return None

    def oom_kills(self) -> int:
        """How many processes the kernel killed here for want of memory."""
        name = "memory.events" if self._v2 else "memory.oom_control"
        return _entries(self._read_if_there("memory", name)).get(b"oom_kill", 0)

    def close(self) -> None:
        for descriptor in self._files.values():
            os.close(descriptor)
        self._files.clear()

    def _cpu_ns(self) -> int:
        if self._v2:
            return _entries(self._read("", "cpu.stat")).get(b"usage_usec", 0) * 1000
        return _number(self._read("cpuacct", "cpuacct.usage")) if "cpuacct" in self._paths else 0

    def _counters(self) -> _Counters:
        read, written = self._block_bytes()
        received, sent = self._network_bytes() if self._has_own_network else (0, 0)
        return _Counters(self._cpu_ns(), self._throttled_ns(), read, written, received, sent)

    def _throttled_ns(self) -> int:
        entries = _entries(self._read_if_there("cpu", "cpu.stat"))
        return entries.get(b"throttled_usec", 0) * 1000 if self._v2 else entries.get(b"throttled_time", 0)

    def _block_bytes(self) -> tuple[int, int]:
        """Bytes read and written, over all devices."""
        if self._v2:
            words = self._read_if_there("io", "io.stat").split()
            return _sum(words, b"rbytes="), _sum(words, b"wbytes=")
        lines = self._read_if_there("blkio", "blkio.throttle.io_service_bytes_recursive").splitlines()
        triples = [fields for line in lines if len(fields := line.split()) == 3]
        read, written = (sum(int(n) for _, kind, n in triples if kind == wanted) for wanted in (b"Read", b"Write"))
        return read, written

    def _network_bytes(self) -> tuple[int, int]:
        """Bytes received and sent by the container's network namespace, loopback left out."""
        try:
            return added_up(self._read_path(f"/proc/{self._pid}/net/dev"))
        except OSError:
            return 0, 0

    def _memory(self) -> _Memory:
        if self._v2:
            names = ("memory.current", "memory.max", b"inactive_file", b"anon", b"file")
        else:
            names = (
                "memory.usage_in_bytes",
                "memory.limit_in_bytes",
                b"total_inactive_file",
                b"total_rss",
                b"total_cache",
            )
        used, most, inactive, anonymous, file = names
        charged = _number(self._read_if_there("memory", used))
        limit = _number(self._read_if_there("memory", most))
        entries = _entries(self._read_if_there("memory", "memory.stat"))
        return _Memory(
            max(0, charged - entries.get(inactive, 0)),
            entries.get(anonymous, 0),
            entries.get(file, 0),
            0 if limit >= _NO_LIMIT else limit,
        )

    def _pressure(self, name: str) -> float:
        """Percent of the last ten seconds in which some of it waited (PSI); 0.0 where the kernel does not say."""
        folder = self._paths.get("")
        if folder is None:
            return 0.0
        try:
            words = self._read_path(f"{folder}/{name}.pressure").split()
        except OSError:
            return 0.0
        return float(words[1].removeprefix(b"avg10=")) if len(words) > 1 and words[0] == b"some" else 0.0

    def _read_if_there(self, controller: str, name: str) -> bytes:
        """A file of a controller that may not be there at all; nothing then."""
        try:
            return self._read(controller, name)
        except (FileNotFoundError, KeyError):
            return b""

    def _read(self, controller: str, name: str) -> bytes:
        folder = self._paths["" if self._v2 else controller]
        return self._read_path(f"{folder}/{name}")

    def _read_path(self, path: str, most: int = 1 << 14) -> bytes:
        descriptor = self._files.get(path)
        if descriptor is None:
            if path in self._missing:
                raise FileNotFoundError(path)
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                self._missing.add(path)
                raise
            self._files[path] = descriptor
        return os.pread(descriptor, most, 0)


def _number(content: bytes) -> int:
    """The number in a file; 0 for `max`, for nothing and for what is no number."""
    try:
        return int(content)
    except ValueError:
        return 0


def _entries(content: bytes) -> dict[bytes, int]:
    """`name number` lines."""
    pairs = (line.split() for line in content.splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def _sum(words: list[bytes], key: bytes) -> int:
    """The sum of all `key=NUMBER`."""
    return sum(int(word[len(key) :]) for word in words if word.startswith(key))

"""What the kernel counts for a container: cgroup files of version 1 and 2, kept open and read in place."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from core.model.snapshot import ResourceSample

_NO_LIMIT: Final = 1 << 60
"""Version 1 writes a number near 2^63 for a memory without a limit."""
_KILL_ROUNDS: Final = 10
"""How often what forks meanwhile is killed anew."""


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
        self._before: tuple[float, int] | None = None
        if not Path(self._paths.get("" if self._v2 else "freezer", "/nonexistent")).is_dir():
            raise FileNotFoundError(f"no cgroup for process {pid}")

    def frozen(self) -> bool:
        """Whether all processes are frozen. Raises OSError where the cgroup is gone."""
        if self._v2:
            return b"frozen 1" in self._read("", "cgroup.events")
        return self._read("freezer", "freezer.state") == b"FROZEN\n"

    def sample(self) -> ResourceSample | None:
        """The figures now; None where the cgroup is gone."""
        try:
            cpu_ns = self._cpu_ns()
            at = time.monotonic()
            percent = 0.0
            if self._before is not None and at > self._before[0]:
                percent = max(0.0, (cpu_ns - self._before[1]) / (at - self._before[0]) / 1e7)
            self._before = (at, cpu_ns)
            return ResourceSample(
                at=at,
                cpu_ns=cpu_ns,
                cpu_percent=percent,
                memory=self._memory(),
                memory_limit=self._memory_limit(),
                pids=_number(self._read_if_there("pids", "pids.current")),
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

    def _memory(self) -> int:
        if self._v2:
            used, inactive = "memory.current", b"inactive_file"
        else:
            used, inactive = "memory.usage_in_bytes", b"total_inactive_file"
        charged = _number(self._read_if_there("memory", used))
        return max(0, charged - _entries(self._read_if_there("memory", "memory.stat")).get(inactive, 0))

    def _memory_limit(self) -> int:
        name = "memory.max" if self._v2 else "memory.limit_in_bytes"
        limit = _number(self._read_if_there("memory", name))
        return 0 if limit >= _NO_LIMIT else limit

    def _read_if_there(self, controller: str, name: str) -> bytes:
        """A file of a controller that may not be there at all; nothing then."""
        try:
            return self._read(controller, name)
        except (FileNotFoundError, KeyError):
            return b""

    def _read(self, controller: str, name: str) -> bytes:
        folder = self._paths["" if self._v2 else controller]
        descriptor = self._files.get(name)
        if descriptor is None:
            descriptor = os.open(f"{folder}/{name}", os.O_RDONLY | os.O_CLOEXEC)
            self._files[name] = descriptor
        return os.pread(descriptor, 1 << 14, 0)


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


def kill_all(cgroup_paths: Mapping[str, str]) -> None:
    """SIGKILL every process of the cgroups, frozen ones, too. Returns before they are all gone."""
    folders = [Path(folder) for folder in dict.fromkeys(cgroup_paths.values())]
    for folder in folders:
        with contextlib.suppress(OSError):
            (folder / "cgroup.kill").write_text("1")
    for _ in range(_KILL_ROUNDS):
        pids = {pid for folder in folders for pid in _members(folder)}
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for folder in folders:
            # Version 1 delivers no signal to what is frozen.
            if (folder / "freezer.state").exists():
                with contextlib.suppress(OSError):
                    (folder / "freezer.state").write_text("THAWED")
        if not pids:
            return


def find_cgroups(name: str) -> dict[str, str]:
    """The cgroups of this name at most two levels below the top, by hierarchy ("" for version 2)."""
    top = Path("/sys/fs/cgroup")
    hierarchies = {"": top} if (top / "cgroup.controllers").exists() else {path.name: path for path in top.iterdir()}
    found = {}
    for key, folder in hierarchies.items():
        for path in (*folder.glob(name), *folder.glob(f"*/{name}")):
            found[key] = str(path)
    return found


def wait_empty(cgroup_paths: Mapping[str, str], timeout: float) -> bool:
    """Whether the last process of the cgroups was gone within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while any(_members(Path(folder)) for folder in cgroup_paths.values()):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.01)
    return True


def _members(folder: Path) -> list[int]:
    try:
        return [int(pid) for pid in (folder / "cgroup.procs").read_text().split()]
    except OSError:
        return []


def remove_cgroups(cgroup_paths: Mapping[str, str]) -> None:
    """Remove the cgroups and those below them, as far as they have no process any more.

    Their parent stays: another container may be about to be made in it.
    """
    for folder in set(cgroup_paths.values()):
        for path, _, _ in os.walk(folder, topdown=False):
            with contextlib.suppress(OSError):
                Path(path).rmdir()

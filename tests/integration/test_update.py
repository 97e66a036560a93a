"""update: limits in the kernel at once, at the next start, and in what is shown."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from core.container import Container
from core.engine import Engine
from core.errors import InvalidArgument, RuntimeFailed
from core.model.limits import LimitChanges, ResourceLimits
from core.model.restart import parse_restart_policy
from core.model.state import Intent
from tests.worksite import make, run

pytestmark = pytest.mark.usefixtures("demo_image")
MIB = 1 << 20
FILES = {
    "memory": ("memory/memory.limit_in_bytes", "memory.max"),
    "swap": ("memory/memory.memsw.limit_in_bytes", "memory.swap.max"),
    "reservation": ("memory/memory.soft_limit_in_bytes", "memory.low"),
    "quota": ("cpu/cpu.cfs_quota_us", "cpu.max"),
    "cpus": ("cpuset/cpuset.cpus", "cpuset.cpus"),
    "pids": ("pids/pids.max", "pids.max"),
}


def in_kernel(engine: Engine, container: Container, *names: str) -> list[str]:
    """What the kernel's own files say."""
    paths = engine._parts.runtime.observe(container.id).cgroup_paths
    found = []
    for name in names:
        old, new = FILES[name]
        controller, _, file = old.partition("/")
        found.append(
            Path(f"{paths[controller]}/{file}" if controller in paths else f"{paths['']}/{new}").read_text().strip()
        )
    return found


def test_limits_hold_at_once_and_at_the_next_start(engine: Engine) -> None:
    container = run(engine, "sleep", "1000")
    config = container.config
    container.update(LimitChanges(memory=64 * MIB, memory_reservation=32 * MIB, cpus=0.5, cpuset_cpus="0", pids=77))
    expected = [str(64 * MIB), str(32 * MIB), "50000", "0", "77"]
    asked = ("memory", "reservation", "quota", "cpus", "pids")
    assert in_kernel(engine, container, *asked) == expected
    container.update(LimitChanges(memory=256 * MIB))
    expected[0] = str(256 * MIB)
    assert in_kernel(engine, container, *asked) == expected, "raised above the limit of memory and swap before"
    container.restart(0)
    assert in_kernel(engine, container, *asked) == expected
    container.update(LimitChanges(memory=0, cpus=0.0, pids=0, memory_reservation=0))
    unlimited = in_kernel(engine, container, "memory", "quota", "pids")
    assert int(unlimited[0]) > 1 << 60
    assert unlimited[1:] == ["-1", "max"]
    assert container.config == config
    assert container.snapshot().resources == ResourceLimits(cpuset_cpus="0", pids=0)


def test_a_stopped_and_a_paused_one(engine: Engine) -> None:
    container = make(engine, "sleep", "1000")
    container.update(LimitChanges(pids=11, restart=parse_restart_policy("on-failure:3")))
    shown = container.inspect()["HostConfig"]
    assert isinstance(shown, dict)
    assert (shown["PidsLimit"], shown["RestartPolicy"]) == (11, {"Name": "on-failure", "MaximumRetryCount": 3})
    container.start()
    assert in_kernel(engine, container, "pids") == ["11"]
    container.pause()
    container.update(LimitChanges(pids=12))
    assert in_kernel(engine, container, "pids") == ["12"]


def test_what_is_refused_changes_nothing(engine: Engine) -> None:
    container = run(engine, "sleep", "1000", resources=ResourceLimits(memory=64 * MIB))
    before = container.snapshot()
    for changes in (
        LimitChanges(memory=1 * MIB),
        LimitChanges(memory_swap=32 * MIB),
        LimitChanges(memory_reservation=128 * MIB),
        LimitChanges(blkio_weight=5),
        LimitChanges(cpuset_cpus=""),
    ):
        with pytest.raises(InvalidArgument):
            container.update(changes)
    with pytest.raises(RuntimeFailed):
        container.update(LimitChanges(cpuset_cpus="999", pids=5))
    assert container.refresh() == before
    assert in_kernel(engine, container, "memory", "pids") == [str(64 * MIB), "2048"]


def test_one_that_was_killed_in_the_middle_is_finished(engine: Engine) -> None:
    container = run(engine, "sleep", "1000")
    with container.hold() as held:
        held.save(limits=ResourceLimits(pids=33), intent=Intent.UPDATING)
    assert in_kernel(engine, container, "pids") == ["2048"]
    container.refresh()
    assert in_kernel(engine, container, "pids") == ["33"]
    assert container.snapshot().intent is None


def test_the_command(engine: Engine, wharf: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    container = run(engine, "sleep", "1000", name="c")
    finished = wharf("update", "-m", "64m", "--memory-swap=-1", "--cpus", "0.5", "--restart", "always", "c")
    assert (finished.returncode, finished.stdout) == (0, f"{container.id}\n")
    assert in_kernel(engine, container, "memory", "quota") == [str(64 * MIB), "50000"]
    assert int(in_kernel(engine, container, "swap")[0]) > 1 << 60
    assert container.snapshot().restart_policy == "always"
    refused = wharf("update", "--cpus", "1", "--cpu-quota", "5000", "c")
    assert (refused.returncode, "--cpu-quota cannot be set together" in refused.stderr) == (125, True)

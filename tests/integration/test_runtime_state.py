"""What runc leaves behind, and what the kernel tells of a container."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from core.errors import RuntimeFailed
from core.host.cgroup_reader import CgroupReader
from core.host.cgroups import find_cgroups
from core.host.process_stat import process_start
from core.runtime.contract import Phase
from tests.integration.bundle import RealWorld
from tests.worksite import eventually


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RealWorld]:
    with RealWorld(tmp_path) as real:
        yield real


class TestDamage:
    def test_damaged_runtime_state(self, world: RealWorld) -> None:
        container_id = world.run(["sleep", "1000"])
        (world.paths.runtime_state(container_id) / "state.json").write_text("")
        with pytest.raises(RuntimeFailed, match="damaged"):
            world.runtime.observe(container_id)
        with pytest.raises(RuntimeFailed, match="damaged"):
            world.runtime.delete(container_id)
        world.runtime.delete(container_id, force=True)
        assert world.runtime.observe(container_id).phase is Phase.ABSENT
        assert find_cgroups(container_id) == {}
        assert world.monitor.exit_code(container_id) in (137, None)

    def test_damaged_runtime_state_of_a_paused_container(self, world: RealWorld) -> None:
        container_id = world.run(["sleep", "1000"])
        world.runtime.pause(container_id)
        (world.paths.runtime_state(container_id) / "state.json").write_text("{}")
        world.runtime.delete(container_id, force=True)
        assert find_cgroups(container_id) == {}

    def test_a_half_made_runtime_state_is_deleted(self, world: RealWorld) -> None:
        container_id = world.write_bundle(["sleep", "1000"])
        world.paths.runtime_state(container_id).mkdir(parents=True)
        world.runtime.delete(container_id, force=True)
        assert not world.paths.runtime_state(container_id).exists()


class TestCgroups:
    def test_figures_of_a_busy_container(self, world: RealWorld) -> None:
        container_id = world.run(["sh", "-c", "while :; do :; done"], memory=64 << 20)
        seen = world.runtime.observe(container_id)
        reader = CgroupReader(seen.cgroup_paths, seen.pid)
        first = reader.sample()
        for _ in eventually(pause=0.5):
            second = reader.sample()
            assert first is not None and second is not None
            if second.cpu_percent > 5:
                break
        assert second.cpu_ns > first.cpu_ns
        assert second.cpu_percent <= 250
        assert (second.pids, second.memory_limit) == (1, 64 << 20)
        assert 0 < second.memory < 64 << 20
        reader.close()

    def test_frozen_and_gone(self, world: RealWorld) -> None:
        container_id = world.run(["sleep", "1000"])
        seen = world.runtime.observe(container_id)
        reader = CgroupReader(seen.cgroup_paths, seen.pid)
        assert not reader.frozen()
        world.runtime.pause(container_id)
        assert reader.frozen()
        world.runtime.resume(container_id)
        assert not reader.frozen()
        assert reader.sample() is not None
        world.runtime.delete(container_id, force=True)
        assert reader.sample() is None
        with pytest.raises(OSError):
            reader.frozen()
        reader.close()

    def test_a_child_killed_for_want_of_memory_counts(self, world: RealWorld) -> None:
        program = "sh -c 'x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done'; sleep 1000"
        container_id = world.run(["sh", "-c", program], memory=8 << 20)
        seen = world.runtime.observe(container_id)
        reader = CgroupReader(seen.cgroup_paths, seen.pid)
        for _ in eventually():
            if reader.oom_kills():
                break
        assert reader.oom_kills() == 1
        assert process_start(seen.pid) == seen.pid_start
        reader.close()


def test_exec_errors_go_to_the_log(world: RealWorld, tmp_path: Path) -> None:
    container_id = world.run(["sleep", "1000"])
    process = {"args": ["/no/such"], "cwd": "/", "user": {"uid": 0, "gid": 0}}
    process_file, log = tmp_path / "process.json", tmp_path / "exec.log"
    process_file.write_bytes(msgspec.json.encode(process))
    argv = world.runtime.exec_argv(container_id, process_file=process_file, terminal=False, log=log)
    ended = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True)
    assert ended.returncode == 255
    assert "no such file or directory" in log.read_text()

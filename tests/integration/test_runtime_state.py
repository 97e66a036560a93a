"""What runc leaves behind, and what the kernel tells of a container."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.errors import RuntimeFailed
from core.host.cgroup_reader import CgroupReader
from core.host.cgroups import find_cgroups
from core.host.process_stat import process_start
from core.host.processes import find_program
from core.runtime.contract import Phase
from core.runtime.runc import Runc
from tests.integration.bundle import RealWorld, remove_abandoned_cgroups, request_for
from tests.worksite import eventually


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RealWorld]:
    with RealWorld(tmp_path) as real:
        yield real


def _ended_process() -> int:
    with subprocess.Popen(["true"]) as process:
        return process.pid


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

    def test_a_half_made_state_of_a_runtime_that_is_gone_is_deleted(
        self, world: RealWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        container_id = world.write_bundle(["sleep", "1000"])
        world.paths.runtime_state(container_id).mkdir(parents=True)
        killed: list[tuple[int, int]] = []
        monkeypatch.setattr("core.runtime.runc.kill_process", lambda pid, start: killed.append((pid, start)))
        Runc("/nonexistent/runc", world.paths.runtime_root, 20.0).delete(container_id, force=True)
        assert killed == []
        assert not world.paths.runtime_state(container_id).exists()

    def test_a_number_that_is_another_process_now_is_not_killed(
        self, world: RealWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        container_id = world.run(["sleep", "1000"])
        without_program = Runc("/nonexistent/runc", world.paths.runtime_root, 20.0)
        with subprocess.Popen(["sleep", "1000"]) as other:
            try:
                seen = msgspec.structs.replace(world.runtime.observe(container_id), pid=other.pid)
                monkeypatch.setattr(without_program, "observe", lambda container_id: seen)
                without_program.delete(container_id, force=True)
                assert other.poll() is None
            finally:
                other.kill()
        assert find_cgroups(container_id) == {}


class TestDeletion:
    """A runtime that can do nothing shows what is done without it."""

    def ended(self, world: RealWorld, change: Callable[[dict[str, Any]], object] = lambda spec: None) -> str:
        """A container that has ended, of a spec with that change."""
        container_id = world.write_bundle(["true"])
        spec = json.loads(world.paths.spec(container_id).read_text())
        change(spec)
        world.paths.spec(container_id).write_text(json.dumps(spec))
        world.monitor.create(request_for(container_id))
        seen = world.runtime.observe(container_id)
        world.runtime.start(container_id)
        world.monitor.wait_exit(container_id, seen.pid, seen.pid_start, 20.0)
        return container_id

    def test_needs_no_program_where_only_files_are_left(self, world: RealWorld) -> None:
        container_id = self.ended(world)
        assert find_cgroups(container_id)
        Runc(find_program("false"), world.paths.runtime_root, 20.0).delete(container_id)
        assert world.runtime.observe(container_id).phase is Phase.ABSENT
        assert not world.paths.runtime_state(container_id).exists()
        assert find_cgroups(container_id) == {}

    @pytest.mark.parametrize(
        "change",
        [
            lambda spec: spec.update(hooks={"poststop": [{"path": "/bin/true"}]}),
            lambda spec: spec["linux"].update(
                namespaces=[one for one in spec["linux"]["namespaces"] if one["type"] != "pid"]
            ),
        ],
        ids=["a hook at the end", "processes of the host's namespace"],
    )
    def test_is_the_programs_where_there_is_more_to_do(
        self, world: RealWorld, change: Callable[[dict[str, Any]], object]
    ) -> None:
        container_id = self.ended(world, change)
        with pytest.raises(RuntimeFailed):
            Runc(find_program("false"), world.paths.runtime_root, 20.0).delete(container_id)
        world.runtime.delete(container_id)
        assert world.runtime.observe(container_id).phase is Phase.ABSENT
        assert find_cgroups(container_id) == {}


class TestCgroups:
    def test_those_of_tests_that_were_killed_are_removed_by_the_next(self, world: RealWorld) -> None:
        lives = world.run(["sleep", "1000"])
        with subprocess.Popen(["sleep", "1000"]) as killed:
            makers = {"its maker lives": killed.pid, "its maker is gone": _ended_process()}
            top = Path(next(iter(find_cgroups(lives).values()))).parents[1]
            folders = {what: top / f"wharfinger-test-{pid}-ab" for what, pid in makers.items()}
            for folder in folders.values():
                (folder / "inner").mkdir(parents=True)
            remove_abandoned_cgroups()
            assert [what for what, folder in folders.items() if folder.exists()] == ["its maker lives"]
            assert find_cgroups(lives)
            killed.kill()
        remove_abandoned_cgroups()
        assert not any(map(Path.exists, folders.values()))

    def test_figures_of_a_busy_container(self, world: RealWorld) -> None:
        container_id = world.run(["sh", "-c", "while :; do :; done"], memory=64 << 20)
        seen = world.runtime.observe(container_id)
        reader = CgroupReader(seen.cgroup_paths, seen.pid)
        first = reader.sample()
        for _ in eventually(pause=0.5):
            second = reader.sample()
            assert first is not None and second is not None
            # Right after the start some of the runtime's threads may still be there.
            if second.cpu_percent > 5 and second.pids == 1:
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

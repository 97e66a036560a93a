"""conmon as it really behaves: reports, exit codes, crashes at bad moments, terminal sizes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from core.errors import EngineError, MonitorFailed, NoSuchExecutable, NotExecutable, RuntimeFailed, TimedOut
from core.host.batch_jobs import schedule_as_usual
from core.host.process_table import arguments_of
from core.host.processes import find_program, kill_group, spawn
from core.monitor import conmon
from core.runtime.contract import Phase
from tests.integration.bundle import RealWorld, request_for
from tests.worksite import eventually

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 60.0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RealWorld]:
    with RealWorld(tmp_path) as real:
        yield real


def kill_monitor(world: RealWorld, container_id: str) -> None:
    monitor = world.monitor.find(container_id)
    assert monitor is not None
    os.kill(monitor[0], signal.SIGKILL)
    assert world.monitor.wait_gone(container_id, PATIENCE)


def wait_for_log(world: RealWorld, container_id: str, text: bytes) -> None:
    for _ in eventually():
        if text in world.paths.log(container_id).read_bytes():
            break


def policies(pid: int) -> set[int]:
    """How the threads of a process are scheduled."""
    return {os.sched_getscheduler(int(thread)) for thread in os.listdir(f"/proc/{pid}/task")}


def script(world: RealWorld, text: str) -> str:
    """A program in place of the runtime."""
    path = world.paths.run_root / "runtime-in-its-place"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


class TestReports:
    @pytest.mark.parametrize(
        ("command", "kind", "code"),
        [
            ("/no/such", NoSuchExecutable, 127),
            ("no-such", NoSuchExecutable, 127),
            ("/etc/passwd", NotExecutable, 126),
            ("/etc", NotExecutable, 126),
        ],
    )
    def test_a_command_that_can_not_run(
        self, world: RealWorld, command: str, kind: type[EngineError], code: int
    ) -> None:
        with pytest.raises(kind) as caught:
            world.create([command])
        assert caught.value.exit_code == code
        assert command in caught.value.message and "\n" not in caught.value.message

    def test_a_bad_root(self, world: RealWorld) -> None:
        world.rootfs = Path("/nowhere")
        with pytest.raises(RuntimeFailed, match="/nowhere") as caught:
            world.create(["sh"])
        assert not caught.value.message.startswith("runc create failed")

    def test_a_damaged_spec(self, world: RealWorld) -> None:
        container_id = world.write_bundle(["sh"])
        world.paths.spec(container_id).write_text("{broken")
        with pytest.raises(RuntimeFailed, match="invalid character"):
            world.monitor.create(request_for(container_id))
        assert world.runtime.observe(container_id).phase is Phase.ABSENT
        assert world.monitor.wait_gone(container_id, PATIENCE)

    def test_conmon_itself_refuses(self, world: RealWorld) -> None:
        container_id = world.write_bundle(["sh"])
        with pytest.raises(MonitorFailed, match="/no/such/runtime"):
            world.monitor_with("/no/such/runtime").create(request_for(container_id))

    def test_a_runtime_that_fails_without_a_word(self, world: RealWorld) -> None:
        container_id = world.write_bundle(["sh"])
        with pytest.raises(MonitorFailed, match="said why"):
            world.monitor_with(script(world, "exit 1")).create(request_for(container_id))

    def test_it_is_noticed_while_the_exit_command_waits_for_the_caller(self, world: RealWorld) -> None:
        container_id = world.write_bundle(["sh"])
        monitor = world.monitor_with(script(world, "exit 1"))
        go = world.paths.run_root / "go"
        waiting = ("/bin/sh", "-c", f"until [ -e {go} ]; do sleep 0.05; done")
        with pytest.raises(MonitorFailed, match="said why"):
            monitor.create(request_for(container_id, exit_command=waiting))
        go.touch()
        assert monitor.wait_gone(container_id, PATIENCE)

    def test_a_runtime_that_hangs(self, world: RealWorld) -> None:
        container_id = world.write_bundle(["sh"])
        with pytest.raises(TimedOut, match=r"0\.5 seconds"):
            world.monitor_with(script(world, "exec sleep 1000"), create_timeout=0.5).create(request_for(container_id))
        assert world.monitor.wait_gone(container_id, PATIENCE)


class TestExitCodes:
    @pytest.mark.parametrize(("program", "code"), [("exit 0", 0), ("exit 42", 42), ("kill -9 $$; exit 3", 3)])
    def test_of_a_program(self, world: RealWorld, program: str, code: int) -> None:
        assert world.end(world.run(["sh", "-c", program])) == code

    def test_of_a_handled_signal(self, world: RealWorld) -> None:
        container_id = world.run(["sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done"])
        wait_for_log(world, container_id, b"ready")
        world.runtime.kill(container_id, signal.SIGTERM)
        assert world.end(container_id) == 7

    def test_waiting_takes_no_longer_than_asked(self, world: RealWorld) -> None:
        container_id = world.run(["sleep", "1000"])
        began = time.monotonic()
        with pytest.raises(TimedOut):
            world.end(container_id, 0.2)
        assert time.monotonic() - began > 0.15

    def test_of_the_run_before_is_never_taken(self, world: RealWorld) -> None:
        container_id = world.run(["sleep", "1000"])
        world.runtime.kill(container_id, signal.SIGKILL)
        assert world.end(container_id) == 137
        assert world.monitor.wait_gone(container_id, PATIENCE)
        world.runtime.delete(container_id)
        world.monitor.create(request_for(container_id))
        assert world.monitor.exit_code(container_id) is None
        world.runtime.start(container_id)
        with pytest.raises(TimedOut):
            world.end(container_id, 0.1)

    def test_out_of_memory(self, world: RealWorld) -> None:
        eat = "x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done"
        container_id = world.run(["sh", "-c", eat], memory=8 << 20)
        reader_paths = world.runtime.observe(container_id).cgroup_paths
        assert world.end(container_id) == 137
        assert world.monitor.oom_killed(container_id)
        assert reader_paths

    def test_without_a_monitor_the_kernel_tells(self, world: RealWorld) -> None:
        container_id = world.run(["sh", "-c", "while [ ! -e /go ]; do sleep 0.05; done; exit 9"])
        kill_monitor(world, container_id)
        seen = world.runtime.observe(container_id)
        assert seen.phase is Phase.RUNNING
        (world.rootfs / "go").touch()
        assert world.monitor.wait_exit(container_id, seen.pid, seen.pid_start, PATIENCE) == 9

    def test_nobody_knows(self, world: RealWorld) -> None:
        container_id = world.run(["sleep", "1000"])
        seen = world.runtime.observe(container_id)
        kill_monitor(world, container_id)
        os.kill(seen.pid, signal.SIGKILL)
        while Path(f"/proc/{seen.pid}").exists():
            time.sleep(0.02)
        assert world.monitor.wait_exit(container_id, seen.pid, seen.pid_start, PATIENCE) == -1

    def test_a_client_that_does_not_read_hides_no_exit_code(
        self, world: RealWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.monitor.exit_wait.EXIT_FILE_DELAY", 0.3)
        container_id = world.create(["sh", "-c", "head -c 3000000 /dev/zero; exit 5"])
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
            folder = os.open(world.paths.bundle(container_id), os.O_PATH)
            client.connect(f"/proc/self/fd/{folder}/attach")
            os.close(folder)
            world.runtime.start(container_id)
            time.sleep(0.3)
            world.runtime.kill(container_id, signal.SIGKILL)
            assert world.end(container_id) == 137


class TestManyAtOnce:
    def test_they_run_one_copy_of_the_runtime_which_goes_with_the_last(self, world: RealWorld) -> None:
        ids = [world.write_bundle(["sh", "-c", f"exit {number}"]) for number in range(8)]
        with ThreadPoolExecutor(8) as pool:
            pids = list(pool.map(lambda one: world.monitor.create(request_for(one)), ids))
        assert pids == [world.runtime.observe(one).pid for one in ids]
        monitors = [world.monitor.find(one) for one in ids]
        programs = [
            arguments[arguments.index("-r") + 1] for arguments in map(arguments_of, (one[0] for one in monitors if one))
        ]
        assert len(programs) == 8
        copies = {one for one in programs if one != world.runtime.path}
        assert len(copies) == 1
        assert not Path(copies.pop()).exists()
        for one in ids:
            world.runtime.start(one)
        assert [world.end(one) for one in ids] == list(range(8))

    def test_they_are_jobs_of_a_batch_until_they_are_created(
        self, world: RealWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before: dict[int, set[int]] = {}

        def as_usual(pid: int) -> None:
            before[pid] = policies(pid)
            schedule_as_usual(pid)

        monkeypatch.setattr(conmon, "schedule_as_usual", as_usual)
        ids = [world.write_bundle(["sleep", "60"]) for _ in range(8)]
        requests = [msgspec.structs.replace(request_for(one), is_alone=True) for one in ids]
        with ThreadPoolExecutor(8) as pool:
            pids = list(pool.map(world.monitor.create, requests))
        monitors = [monitor[0] for one in ids if (monitor := world.monitor.find(one))]
        assert before and set(before) <= {*pids, *monitors}
        assert set.union(*before.values()) == {os.SCHED_BATCH}
        for one in ids:
            world.runtime.start(one)
        assert {policy for pid in (*pids, *monitors) for policy in policies(pid)} == {os.SCHED_OTHER}

    def test_what_hooks_start_is_not_among_them(self, world: RealWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(conmon, "schedule_as_usual", lambda pid: pytest.fail("it was a job"))
        ids = [world.write_bundle(["true"]) for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda one: world.monitor.create(request_for(one)), ids))


class TestCrashes:
    def test_a_creator_that_is_killed_leaves_a_healthy_monitor(self, world: RealWorld) -> None:
        container_id = world.write_bundle(["sh", "-c", "exit 6"])
        program = textwrap.dedent(f"""
            import os, signal
            from pathlib import Path
            from core.monitor import conmon
            from core.paths import EnginePaths
            from tests.integration.bundle import request_for
            paths = EnginePaths(Path({str(world.paths.root)!r}), Path({str(world.paths.run_root)!r}))
            options = ["--root={world.paths.runtime_root}"]
            monitor = conmon.Conmon({find_program("conmon")!r}, paths, {world.runtime.path!r}, options)
            monitor._await_report = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
            monitor.create(request_for({container_id!r}))
        """)
        ended = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, env={"PYTHONPATH": str(REPOSITORY)})
        assert ended.returncode == -signal.SIGKILL
        for _ in eventually():
            if (pid := world.monitor.created_pid(container_id)) is not None:
                break
        seen = world.runtime.observe(container_id)
        assert (seen.phase, seen.pid) == (Phase.CREATED, pid)
        assert world.monitor.find(container_id) is not None
        world.runtime.start(container_id)
        assert world.end(container_id) == 6

    def test_a_monitor_keeps_nothing_of_its_creator_open(self, world: RealWorld) -> None:
        reader, writer = os.pipe()
        os.set_inheritable(writer, True)
        world.run(["sleep", "1000"])
        os.close(writer)
        assert os.read(reader, 1) == b""
        os.close(reader)

    def test_a_monitor_is_found_without_its_pid_file(self, world: RealWorld) -> None:
        container_id = world.create(["sleep", "1000"])
        found = world.monitor.find(container_id)
        world.paths.monitor_pid_file(container_id).unlink()
        assert found is not None
        assert world.monitor.find(container_id) == found

    @pytest.mark.parametrize(("wrapper", "passes"), [((), True), (("unshare", "--pid", "--fork"), False)])
    def test_a_process_in_another_pid_namespace_does_not_pass_for_a_monitor(
        self, world: RealWorld, tmp_path: Path, wrapper: tuple[str, ...], passes: bool
    ) -> None:
        """The first case shows that the disguise is otherwise perfect."""
        (tmp_path / "loop").write_text("echo ready; while :; do sleep 0.1; done")
        container_id = world.write_bundle(["sleep", "1000"])
        disguise = f"exec -a conmon bash {tmp_path}/loop -c {container_id} -b {world.paths.bundle(container_id)}"
        process = spawn([*wrapper, "bash", "-c", disguise], stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            process.stdout.readline()
            assert (world.monitor.find(container_id) is not None) is passes
        finally:
            kill_group(process)
            process.communicate()

    def test_a_pid_used_again_is_not_the_monitor(self, world: RealWorld) -> None:
        container_id = world.create(["sleep", "1000"])
        kill_monitor(world, container_id)
        world.paths.monitor_pid_file(container_id).write_text(str(os.getpid()))
        assert world.monitor.find(container_id) is None


class TestConsole:
    def test_every_size_of_a_storm_holds(self, world: RealWorld) -> None:
        report = "trap 'stty size' WINCH; echo ready; while :; do sleep 0.05; done"
        container_id = world.run(["sh", "-c", report], terminal=True)
        wait_for_log(world, container_id, b"ready")
        for step in range(40):
            world.monitor.resize(container_id, 80 + step, 20 + step)
        wait_for_log(world, container_id, b"59 119")

    def test_a_size_before_the_start_is_there_at_the_first_instruction(self, world: RealWorld) -> None:
        container_id = world.create(["stty", "size"], terminal=True)
        world.monitor.resize(container_id, 123, 45)
        world.runtime.start(container_id)
        world.end(container_id)
        assert b"45 123" in world.paths.log(container_id).read_bytes()

    def test_without_a_monitor_it_is_an_error(self, world: RealWorld) -> None:
        container_id = world.run(["sleep", "1000"], terminal=True)
        kill_monitor(world, container_id)
        with pytest.raises(MonitorFailed):
            world.monitor.resize(container_id, 80, 24)

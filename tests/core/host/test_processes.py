from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.errors import HostIncomplete, TimedOut
from core.host import process_table
from core.host.process_stat import boot_id, process_start
from core.host.process_table import (
    arguments_of,
    children_of,
    exit_code_of_pidfd,
    exit_code_of_zombie,
    find_monitor,
    is_alive,
    is_zombie,
    kill_process,
    list_processes,
    open_pidfd,
    wait_pidfd,
)
from core.host.processes import find_program, run, spawn
from core.host.pty import PtyProcess


class TestRun:
    def test_collects_both_streams(self) -> None:
        finished = run(["sh", "-c", "cat; echo bad >&2; exit 3"], stdin=b"in")
        assert (finished.returncode, finished.stdout, finished.stderr) == (3, b"in", b"bad\n")
        assert finished.error_text() == "bad"

    def test_without_input_there_is_none(self) -> None:
        assert run(["cat"], timeout=60).stdout == b""

    def test_the_whole_group_is_killed_at_the_timeout(self, tmp_path: Path) -> None:
        mark = tmp_path / "pid"
        with pytest.raises(TimedOut, match="sh did not answer") as caught:
            run(["sh", "-c", f"sleep 1000 & echo $! > {mark}; wait"], timeout=0.3)
        assert caught.value.argv[0] == "sh"
        child = int(mark.read_text())
        deadline = time.monotonic() + 5
        while process_start(child) is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert process_start(child) is None

    def test_one_that_left_the_group_with_the_pipes_is_not_waited_for(self, tmp_path: Path) -> None:
        mark = tmp_path / "pid"
        began = time.monotonic()
        with pytest.raises(TimedOut):
            run(["sh", "-c", f"setsid sh -c 'echo $$ > {mark}; exec sleep 1000'"], timeout=0.3)
        assert time.monotonic() - began < 5
        os.kill(int(mark.read_text()), signal.SIGKILL)

    def test_nothing_open_is_inherited(self) -> None:
        reader, writer = os.pipe()
        os.set_inheritable(reader, True)
        listing = run(["ls", "/proc/self/fd"]).stdout.split()
        os.close(reader)
        os.close(writer)
        assert len(listing) == 4

    def test_its_own_session(self) -> None:
        finished = run([sys.executable, "-c", "import os; print(os.getsid(0) == os.getpid())"])
        assert finished.stdout == b"True\n"

    def test_a_missing_program(self) -> None:
        with pytest.raises(HostIncomplete, match="/no/such can not be executed: No such file"):
            run(["/no/such"])

    def test_a_missing_working_directory_is_blamed(self) -> None:
        with pytest.raises(HostIncomplete, match="/no/folder"):
            run(["true"], cwd=Path("/no/folder"))

    def test_a_file_that_is_no_program(self, tmp_path: Path) -> None:
        program = tmp_path / "program"
        program.write_bytes(b"\0\1\2")
        program.chmod(0o755)
        with pytest.raises(HostIncomplete, match="Exec format"):
            run([str(program)])


class TestFindProgram:
    def test_beyond_the_path(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        assert find_program("runc").endswith("/runc")

    def test_missing(self) -> None:
        with pytest.raises(HostIncomplete) as caught:
            find_program("no-such-program")
        assert caught.value.hint == "install it: apt-get install no-such-program"


class TestProcessTable:
    def test_a_life(self) -> None:
        process = spawn(["sleep", "1000"])
        start = process_start(process.pid)
        assert start is not None
        assert is_alive(process.pid, start) and not is_alive(process.pid, start + 1)
        assert process.pid in children_of(os.getpid())
        assert arguments_of(process.pid) == ["sleep", "1000"]
        descriptor = open_pidfd(process.pid)
        assert descriptor is not None
        assert not wait_pidfd(descriptor, 0.01)
        assert exit_code_of_zombie(process.pid, start) is None
        process.kill()
        assert wait_pidfd(descriptor, 5)
        assert process_start(process.pid) is None and not is_alive(process.pid, start)
        assert is_zombie(process.pid, start) and not is_zombie(process.pid, start + 1)
        assert exit_code_of_zombie(process.pid, start) == 137
        process.wait()
        assert not is_zombie(process.pid, start)
        assert exit_code_of_pidfd(descriptor) in (137, None)
        os.close(descriptor)
        assert open_pidfd(process.pid) is None

    def test_the_code_of_a_zombie(self) -> None:
        process = spawn(["sh", "-c", "exit 9"])
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        start = _start_of_zombie(process.pid)
        assert exit_code_of_zombie(process.pid, start) == 9
        process.wait()

    def test_a_name_full_of_traps(self, tmp_path: Path) -> None:
        program = tmp_path / ") R 1 (\n"
        program.symlink_to(find_program("sleep"))
        process = spawn([str(program), "1000"])
        try:
            assert process_start(process.pid) is not None
            (entry,) = list_processes([process.pid])
            assert entry.parent == os.getpid()
        finally:
            process.kill()
            process.wait()

    def test_an_entry(self) -> None:
        script = "import time\nfor i in range(10**6): pass\nprint('ready', flush=True)\ntime.sleep(1000)"
        process = spawn([sys.executable, "-c", script, "\x1b[31m\x9b"], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        (entry,) = list_processes([process.pid, 1 << 30])
        process.kill()
        process.communicate()
        assert (entry.pid, entry.user) == (process.pid, "root")
        assert entry.memory > 1 << 20
        assert 0 <= entry.cpu_time < 10
        assert "\x1b" not in entry.command and "\x9b" not in entry.command and "\n" not in entry.command

    def test_no_monitor(self) -> None:
        assert find_monitor("ab" * 32, Path("/nowhere")) is None

    def test_only_the_very_process_is_killed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        process = spawn(["sleep", "1000"])
        start = process_start(process.pid) or 0
        kill_process(process.pid, start - 1)
        given_anew: list[int] = []

        def opened(pid: int) -> int | None:
            given_anew.append(pid)
            return open_pidfd(pid)

        with monkeypatch.context() as patch:
            # As if the number became another's at the last moment.
            patch.setattr(process_table, "open_pidfd", opened)
            patch.setattr(process_table, "process_start", lambda pid: start + len(given_anew))
            kill_process(process.pid, start)
        assert given_anew == [process.pid]
        assert process.poll() is None
        kill_process(process.pid, start)
        assert process.wait(10) == -signal.SIGKILL
        kill_process(process.pid, start)

    def test_boot_id(self) -> None:
        assert len(boot_id()) == 36


def _start_of_zombie(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def _rest(process: PtyProcess) -> bytes:
    output = b""
    while (packet := process.read()) is not None:
        output += packet[1]
    return output


class TestPty:
    def test_size_output_and_exit_code(self) -> None:
        process = PtyProcess.spawn(["sh", "-c", "stty size; exit 4"], 123, 45)
        output = _rest(process)
        assert output == b"45 123\r\n"
        assert process.wait(5) == 4
        process.terminate()

    def test_typing_and_resizing(self) -> None:
        process = PtyProcess.spawn(["sh", "-c", "stty -echo; echo ready; read line; stty size; echo $line"], 80, 24)
        output = b""
        while b"ready" not in output:
            packet = process.read()
            assert packet is not None
            output += packet[1]
        process.resize(100, 30)
        process.write(b"hello\n")
        output = _rest(process)
        assert b"30 100" in output and b"hello" in output
        assert process.wait(5) == 0
        process.terminate()

    def test_a_wait_that_is_too_long_and_the_end(self) -> None:
        process = PtyProcess.spawn(["sleep", "1000"], 80, 24)
        with pytest.raises(TimedOut):
            process.wait(0.05)
        process.terminate()
        assert process_start(process.pid) is None
        assert process.read() is None

    def test_a_missing_program(self) -> None:
        with pytest.raises(HostIncomplete):
            PtyProcess.spawn(["/no/such"], 80, 24)

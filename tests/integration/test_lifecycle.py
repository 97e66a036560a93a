"""Every verb on real runc, conmon and containers-storage: from which states, to which, with what effect."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tarfile
import threading
import time
from pathlib import Path

import pytest

from core.engine import Engine
from core.errors import (
    DestinationExists,
    NoSuchContainer,
    NoSuchExecutable,
    NotExecutable,
    StateForbids,
    TimedOut,
)
from core.events import EventKind
from core.model.image import Image
from core.model.options import CreateOptions, ExecOptions
from core.model.state import Status
from tests.worksite import DEMO, Worksite, eventually, make, run, status_of

pytestmark = pytest.mark.usefixtures("demo_image")

HEEDS_TERM = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done"
IGNORES_TERM = "trap '' TERM; echo ready; while :; do sleep 0.05; done"


def runc_status(engine: Engine, container_id: str) -> str:
    """What runc itself says."""
    argv = ["runc", "--root", str(engine.paths.runtime_root), "list", "--format", "json"]
    finished = subprocess.run(argv, capture_output=True, check=True, timeout=60)
    listed = json.loads(finished.stdout) or []
    return next((str(entry["status"]) for entry in listed if entry["id"] == container_id), "absent")


def wait_for_log(engine: Engine, name: str, text: bytes) -> None:
    for _ in eventually():
        if text in engine.lookup(name).replay():
            break


def test_a_whole_life(engine: Engine) -> None:
    container = make(engine, "sleep", "1000", name="life")
    assert container.snapshot().status is Status.CONFIGURED
    assert container.snapshot().exit_code is None

    container.init()
    assert container.snapshot().status is Status.CREATED
    assert runc_status(engine, container.id) == "created"

    container.start()
    running = container.snapshot()
    assert running.status is Status.RUNNING
    assert runc_status(engine, container.id) == "running"
    assert Path(f"/proc/{running.pid}").is_dir()
    assert abs(running.started_at - time.time()) < 30

    container.pause()
    assert container.snapshot().status is Status.PAUSED
    assert runc_status(engine, container.id) == "paused"

    container.unpause()
    assert container.snapshot().status is Status.RUNNING
    assert runc_status(engine, container.id) == "running"

    container.kill("KILL")
    assert container.wait(60) == 137
    exited = container.snapshot()
    assert exited.status is Status.EXITED
    assert exited.finished_at >= exited.started_at
    assert exited.pid == 0

    container.remove()
    with pytest.raises(NoSuchContainer):
        engine.lookup("life")
    assert engine.containers() == []


def test_an_exited_container_starts_again_and_keeps_its_files(engine: Engine) -> None:
    container = run(engine, "sh", "-c", "echo x >> /count; exit $(wc -l < /count)", name="again")
    assert container.wait(60) == 1
    container.start()
    assert container.wait(60) == 2
    container.init()
    assert container.snapshot().status is Status.CREATED
    container.start()
    assert container.wait(60) == 3


def test_stop_sends_the_stop_signal_first(engine: Engine) -> None:
    container = run(engine, "sh", "-c", HEEDS_TERM, name="polite")
    wait_for_log(engine, "polite", b"ready")
    container.stop(100)
    assert container.snapshot().exit_code == 7


def test_stop_uses_the_configured_signal(engine: Engine) -> None:
    script = "trap 'exit 9' USR1; echo ready; while :; do sleep 0.05; done"
    container = run(engine, "sh", "-c", script, name="usr", stop_signal="usr1")
    wait_for_log(engine, "usr", b"ready")
    container.stop(100)
    assert container.snapshot().exit_code == 9


def test_stop_kills_after_its_timeout_and_tells_how_long_it_waits(engine: Engine) -> None:
    container = run(engine, "sh", "-c", IGNORES_TERM, name="stubborn")
    wait_for_log(engine, "stubborn", b"ready")
    waited: list[float] = []
    began = time.monotonic()
    container.stop(1, waited.append)
    assert time.monotonic() - began > 0.9
    assert container.snapshot().exit_code == 137
    assert waited == sorted(waited)
    assert len(waited) >= 3


def test_stop_holds_nobody_up_while_it_waits(engine: Engine) -> None:
    container = run(engine, "sh", "-c", IGNORES_TERM, name="slow")
    wait_for_log(engine, "slow", b"ready")
    waits = threading.Event()
    stopping = threading.Thread(target=container.stop, args=(1000, lambda _: waits.set()), daemon=True)
    stopping.start()
    assert waits.wait(60)
    assert container.run_exec(ExecOptions(args=("true",)), timeout=60).returncode == 0
    container.kill("KILL")
    stopping.join(60)
    assert not stopping.is_alive()


def test_stop_at_once(engine: Engine) -> None:
    container = run(engine, "sh", "-c", IGNORES_TERM, name="now", stop_timeout=1000)
    wait_for_log(engine, "now", b"ready")
    container.stop(0)
    assert container.snapshot().exit_code == 137


def test_stop_of_a_created_one_and_of_an_exited_one(engine: Engine) -> None:
    container = make(engine, "sleep", "1000", name="young")
    container.init()
    container.stop(5)
    assert container.snapshot().status is Status.EXITED
    container.stop(5)
    assert container.snapshot().status is Status.EXITED


def test_stop_is_refused_where_there_is_nothing_to_stop_or_it_is_paused(engine: Engine) -> None:
    container = make(engine, "sleep", "1000", name="refuses")
    with pytest.raises(StateForbids, match="it is created"):
        container.stop()
    container.start()
    container.pause()
    with pytest.raises(StateForbids, match="paused"):
        container.stop(0)
    assert container.snapshot().status is Status.PAUSED


@pytest.mark.parametrize("name", ["USR2", "SIGUSR2", "usr2", int(signal.SIGUSR2), str(int(signal.SIGUSR2))])
def test_kill_takes_names_and_numbers(engine: Engine, name: str | int) -> None:
    container = run(engine, "sh", "-c", "trap 'echo got it' USR2; echo ready; while :; do sleep 0.05; done", name="sig")
    wait_for_log(engine, "sig", b"ready")
    container.kill(name)
    wait_for_log(engine, "sig", b"got it")
    assert status_of(engine, "sig") is Status.RUNNING


def test_restart(engine: Engine) -> None:
    container = run(engine, "sleep", "1000", name="re")
    first = container.snapshot().pid
    container.restart(0)
    assert container.snapshot().status is Status.RUNNING
    assert container.snapshot().pid != first
    container.stop(0)
    container.restart(0)
    assert container.snapshot().status is Status.RUNNING


def test_wait_gives_the_code_to_all_who_wait(engine: Engine) -> None:
    container = run(engine, "sh", "-c", "sleep 0.5; exit 42", name="codes")
    codes: list[int] = []
    threads = [threading.Thread(target=lambda: codes.append(container.wait(60))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert codes == [42] * 4


def test_wait_has_a_limit(engine: Engine) -> None:
    container = run(engine, "sleep", "1000", name="forever")
    with pytest.raises(TimedOut):
        container.wait(0.3)


def test_the_highest_exit_code(engine: Engine) -> None:
    assert run(engine, "sh", "-c", "exit 255").wait(60) == 255


def test_a_console_is_typed_into_and_read(engine: Engine) -> None:
    container = run(engine, "sh", name="tty", terminal=True, stdin_open=True)
    console = container.attach()
    console.send(b"echo $((40+2))-answer; stty size\r")
    seen = b""
    container.resize(91, 37)
    while b"42-answer" not in seen:
        packet = console.receive()
        assert packet is not None
        seen += packet[1]
    console.send(b"stty size\r")
    while b"37 91" not in seen:
        packet = console.receive()
        assert packet is not None
        seen += packet[1]
    console.send(b"exit 5\r")
    while console.receive() is not None:
        pass
    console.close()
    assert container.wait(60) == 5


def test_attach_before_the_start_misses_nothing(engine: Engine) -> None:
    container = make(engine, "sh", "-c", "echo out; echo err >&2", name="early")
    container.init()
    console = container.attach()
    container.start()
    streams: dict[int, bytes] = {}
    while (packet := console.receive()) is not None:
        streams[packet[0]] = streams.get(packet[0], b"") + packet[1]
    console.close()
    assert streams == {2: b"out\n", 3: b"err\n"}


def test_attach_is_refused_where_nothing_runs(engine: Engine) -> None:
    container = make(engine, "true", name="idle")
    with pytest.raises(StateForbids):
        container.attach()
    container.start()
    container.wait(60)
    with pytest.raises(StateForbids):
        container.attach()


def test_exec_as_whom_where_and_with_what(engine: Engine) -> None:
    container = run(engine, "sleep", "1000", name="host", env=("BASE=1",))
    options = ExecOptions(
        args=("sh", "-c", "id -u; pwd; echo $BASE $ADDED; echo problem >&2; exit 4"),
        env=("ADDED=2",),
        workdir="/var/tmp",
        user="1000",
    )
    finished = container.run_exec(options, timeout=60)
    assert finished.returncode == 4
    assert finished.stdout == b"1000\n/var/tmp\n1 2\n"
    assert finished.stderr == b"problem\n"


def test_exec_of_what_is_not_there_or_no_program(engine: Engine) -> None:
    container = run(engine, "sleep", "1000", name="bad-exec")
    with pytest.raises(NoSuchExecutable) as absent:
        container.run_exec(ExecOptions(args=("/no/such",)), timeout=60)
    assert absent.value.exit_code == 127
    with pytest.raises(NotExecutable) as no_program:
        container.run_exec(ExecOptions(args=("/etc/passwd",)), timeout=60)
    assert no_program.value.exit_code == 126
    container.pause()
    with pytest.raises(StateForbids):
        container.run_exec(ExecOptions(args=("true",)), timeout=60)


def test_the_command_itself_may_be_missing(engine: Engine) -> None:
    container = make(engine, "/no/such/program", name="lost")
    with pytest.raises(NoSuchExecutable):
        container.start()
    assert container.snapshot().status is Status.CONFIGURED
    assert "no such file" in container.snapshot().error
    assert container.snapshot().mount_point == ""


def test_mount_stays_until_unmount(engine: Engine) -> None:
    container = make(engine, "sh", "-c", "cat /from-outside", name="mounted")
    root = container.mount()
    assert container.mount() == root
    assert (root / "bin/busybox").is_file()
    (root / "from-outside").write_text("hello\n")
    container.start()
    assert container.wait(60) == 0
    assert b"hello" in container.replay()
    container.cleanup()
    assert os.path.ismount(root), "a clean-up must leave what was mounted on demand"
    assert container.unmount()
    assert not os.path.ismount(root)
    assert not container.unmount()


def test_unmount_is_refused_while_it_runs(engine: Engine) -> None:
    container = run(engine, "sleep", "1000", name="busy")
    with pytest.raises(StateForbids):
        container.unmount()
    with pytest.raises(StateForbids):
        container.unmount(force=True)
    assert container.run_exec(ExecOptions(args=("true",)), timeout=60).returncode == 0


@pytest.mark.parametrize("state", ["configured", "running", "exited"])
def test_export_in_any_state(engine: Engine, tmp_path: Path, state: str) -> None:
    script = "echo data > /made; chown 7:8 /made; ln /made /linked; [ $1 = exited ] || sleep 1000"
    container = make(engine, "sh", "-c", script, "sh", state, name="exported")
    if state == "running":
        container.start()
        for _ in eventually():
            if container.run_exec(ExecOptions(args=("test", "-e", "/linked")), timeout=60).returncode == 0:
                break
    elif state == "exited":
        container.start()
        container.wait(60)
    target = tmp_path / "root.tar"
    written = container.export(target)
    assert target.stat().st_size == written
    with tarfile.open(target) as tar:
        assert tar.getmember("bin/busybox").isreg()
        if state != "configured":
            assert (tar.getmember("made").uid, tar.getmember("made").gid) == (7, 8)
            assert {tar.getmember("made").islnk(), tar.getmember("linked").islnk()} == {True, False}
    with pytest.raises(DestinationExists):
        container.export(target)
    container.export(target, overwrite=True, compression="gzip")
    with tarfile.open(target, "r:gz") as tar:
        assert "bin/busybox" in tar.getnames()
    assert [entry.name for entry in tmp_path.iterdir()] == ["root.tar"]
    if state != "running":
        assert container.snapshot().mount_point == ""


def test_remove_needs_force_while_it_lives(engine: Engine) -> None:
    for action in ("init", "start", "pause"):
        container = make(engine, "sleep", "1000", name="doomed")
        container.start() if action == "pause" else None
        getattr(container, action)()
        with pytest.raises(StateForbids):
            container.remove()
        container.remove(force=True)
        with pytest.raises(NoSuchContainer):
            container.snapshot()


def test_rename(engine: Engine) -> None:
    container = run(engine, "sleep", "1000", name="before")
    container.rename("after")
    assert engine.lookup("after").id == container.id
    with pytest.raises(NoSuchContainer):
        engine.lookup("before")


def test_auto_remove_is_carried_out_by_the_monitor(engine: Engine, worksite: Worksite) -> None:
    container = run(engine, "sh", "-c", "sleep 0.2; exit 6", name="brief", auto_remove=True)
    worksite.note_containers()
    assert container.wait(60) == 6
    for _ in eventually():
        if not engine.containers():
            break
    assert worksite.leftovers() == []


def test_an_end_is_cleaned_up_without_a_client(engine: Engine, worksite: Worksite) -> None:
    container = run(engine, "sh", "-c", "sleep 0.3; exit 3", name="alone")
    for _ in eventually():
        if not worksite.mounts() and not worksite.processes():
            break
    assert container.snapshot().exit_code == 3
    assert container.snapshot().mount_point == ""


def test_a_root_directory_of_the_host(engine: Engine, demo_image: Image, tmp_path: Path) -> None:
    source = make(engine, "true", name="source")
    target = tmp_path / "r"
    subprocess.run(["cp", "-a", source.mount(), target], check=True)
    source.unmount()
    container = engine.create(CreateOptions(rootfs=str(target), command=("sh", "-c", "echo here > /proof"), name="dir"))
    container.start()
    assert container.wait(60) == 0
    assert (target / "proof").read_text() == "here\n"
    container.remove()
    assert (target / "proof").exists(), "a directory of the host is never removed with its container"


def test_top_and_logs_and_inspect(engine: Engine) -> None:
    container = run(engine, "sh", "-c", "echo one; echo two >&2; sleep 1000", name="seen", labels={"a": "b"})
    wait_for_log(engine, "seen", b"two")
    assert any("sleep 1000" in entry.command for entry in container.top())
    lines = list(container.logs())
    assert sorted((line.stream, bytes(line.data).strip()) for line in lines) == [("stderr", b"two"), ("stdout", b"one")]
    assert len(list(container.logs(tail=1))) == 1
    picture = json.loads(json.dumps(container.inspect()))
    assert picture["Name"] == "seen"
    assert picture["State"]["Status"] == "running"
    assert picture["Config"]["Labels"] == {"a": "b", "wharf.demo": "1"}
    assert Path(picture["HostConfig"]["LogConfig"]["Path"]).is_file()


def test_samples_of_those_that_run(engine: Engine) -> None:
    container = run(engine, "sh", "-c", "while :; do :; done", name="load")
    idle = make(engine, "true", name="idle")
    for _ in eventually(pause=0.5):
        samples = engine.samples([container.id, idle.id])
        assert list(samples) == [container.id]
        if samples[container.id].cpu_percent > 5:
            break
    assert samples[container.id].pids == 1
    assert samples[container.id].memory > 0


def test_events_of_this_and_of_other_processes(engine: Engine, wharf) -> None:  # type: ignore[no-untyped-def]
    with engine.subscribe() as subscription:
        container = run(engine, "sleep", "1000", name="watched")
        assert wharf("pause", "watched").returncode == 0
        assert wharf("unpause", "watched").returncode == 0
        assert wharf("kill", "watched").returncode == 0
        kinds: list[EventKind] = []
        for _ in eventually(pause=0):
            kinds += [e.kind for e in subscription.drain(0.5) if e.container_id == container.id]
            if EventKind.DIED in kinds:
                break
    order = [EventKind.CREATE, EventKind.INIT, EventKind.START, EventKind.PAUSE, EventKind.UNPAUSE, EventKind.DIED]
    positions = [kinds.index(kind) for kind in order]
    assert positions == sorted(positions)


def test_a_pause_made_by_runc_itself_is_seen(engine: Engine) -> None:
    container = run(engine, "sleep", "1000", name="outside")
    with engine.subscribe() as subscription:
        subprocess.run(
            ["runc", "--root", str(engine.paths.runtime_root), "pause", container.id], check=True, timeout=60
        )
        for _ in eventually(pause=0):
            if any(event.kind is EventKind.PAUSE for event in subscription.drain(0.1)):
                break
    assert status_of(engine, "outside") is Status.PAUSED


def test_lookup_by_name_id_and_prefix(engine: Engine) -> None:
    container = make(engine, "true", name="found")
    for text in ("found", container.id, container.id[:12], container.id[:5]):
        assert engine.lookup(text).id == container.id


def test_files_are_private(engine: Engine) -> None:
    container = run(engine, "sleep", "1000", name="private")
    paths = engine.paths
    folders = [
        paths.root,
        paths.run_root,
        paths.containers,
        paths.container(container.id),
        paths.bundle(container.id),
        paths.runtime_root,
        paths.exits,
    ]
    assert {oct(folder.stat().st_mode & 0o777) for folder in folders} == {"0o700"}
    files = [paths.database, paths.spec(container.id), paths.log(container.id), paths.attach_socket(container.id)]
    assert [file for file in files if file.stat().st_mode & 0o077] == []


def test_the_image_decides_what_the_request_leaves_open(engine: Engine) -> None:
    container = engine.create(CreateOptions(image=DEMO, name="defaults"))
    assert container.config.process.args == ("/bin/sh",)
    container.start()
    assert container.wait(60) == 0

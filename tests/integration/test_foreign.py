"""Containers of podman, CRI-O, containerd and of runc alone: seen, watched, and worked as far as is safe."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.engine import Engine
from core.errors import MonitorFailed, NoSuchContainer, NoSuchExecutable, NotFound, PermissionDenied, StateForbids
from core.events import EventKind
from core.host.pty import PtyProcess
from core.model.foreign import ForeignContainer, Keeper
from core.model.options import ExecOptions
from core.model.state import Status, Verb
from core.settings import Settings
from tests.foreign_command import ForeignCommand, told_by_runtime, wait_until_told
from tests.foreign_engines import Peers, call
from tests.terminal import Terminal
from tests.worksite import DEMO, Worksite, environment, eventually, installed_command, private_worksite, run

TAG = os.urandom(4).hex()
"""Other containers of this machine may have the same names but for this."""
WEB, SITE, SHELL, TASK, BY_HAND = (f"{name}-{TAG}" for name in ("web", "site", "shell", "task", "byhand"))
CART = f"shop-{TAG}/cart"
COUNTING = "n=0; while :; do n=$((n+1)); echo line $n; sleep 0.1; done"
ECHO = "while read line; do echo got:$line; done"


@pytest.fixture(scope="module")
def site() -> Iterator[Worksite]:
    with private_worksite() as place:
        yield place


@pytest.fixture(scope="module")
def peers(site: Worksite, demo_archive: Path) -> Iterator[Peers]:
    others = Peers(site.folder, demo_archive)
    try:
        others.podman.run(WEB, "sh", "-c", COUNTING)
        others.podman.run(SHELL, "sh", options=("--tty", "--interactive"))
        others.containerd.run(TASK, "sleep", "1000")
        others.crio.run_container(
            f"c{TAG}".ljust(64, "0"), f"shop-{TAG}", "cart", "sh", "-c", "echo from the pod; exec sleep 1000"
        )
        others.runc.run(BY_HAND, "sleep", "1000")
        yield others
    finally:
        others.close()


@pytest.fixture(scope="module")
def engine(site: Worksite, peers: Peers) -> Iterator[Engine]:
    """An engine of ours that has been told of nothing but runc's root: the others' it has to find."""
    settings = Settings(
        foreign_roots=(str(peers.runc.runtime_root),), additional_image_stores=(str(peers.podman.storage),)
    )
    with Engine.open(site.paths, settings) as opened:
        yield opened
        site.note_containers()


def found(engine: Engine, name: str) -> ForeignContainer:
    return engine.foreign.lookup(name).picture


class TestList:
    def test_each_is_recognised(self, engine: Engine, peers: Peers) -> None:
        web, task, cart, byhand = (found(engine, name) for name in (WEB, TASK, CART, BY_HAND))
        assert (web.keeper, web.image, web.status) == (Keeper.PODMAN, DEMO, Status.RUNNING)
        assert web.command == ("sh", "-c", COUNTING)
        assert (task.keeper, task.namespace) == (Keeper.CONTAINERD, peers.containerd.namespace)
        assert task.runtime_root == str(peers.containerd.runtime_root)
        assert (cart.keeper, cart.image) == (Keeper.CRIO, "registry.example/app:1")
        assert (byhand.keeper, byhand.image.endswith("/rootfs")) == (Keeper.RUNC, True)
        assert {p.owner for p in (web, task, cart, byhand)} == {"root"}

    def test_no_process_is_started_to_look(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("a process was started")

        monkeypatch.setattr(subprocess, "Popen", refuse)
        assert {WEB, TASK, CART, BY_HAND} <= {picture.name for picture in engine.foreign.containers()}

    def test_states_are_those_that_the_runtime_tells(self, engine: Engine, peers: Peers) -> None:
        peers.runc.create(f"states-{TAG}", "sleep", "1000")
        told = [found(engine, f"states-{TAG}").status]
        peers.runc("start", f"states-{TAG}")
        told.append(found(engine, f"states-{TAG}").status)
        peers.runc("pause", f"states-{TAG}")
        told.append(found(engine, f"states-{TAG}").status)
        peers.runc("resume", f"states-{TAG}")
        peers.runc("kill", f"states-{TAG}", "KILL")
        for _ in eventually():
            if json.loads(peers.runc("state", f"states-{TAG}"))["status"] == "stopped":
                break
        told.append(found(engine, f"states-{TAG}").status)
        assert told == [Status.CREATED, Status.RUNNING, Status.PAUSED, Status.EXITED]
        peers.runc("delete", f"states-{TAG}")
        with pytest.raises(NoSuchContainer):
            found(engine, f"states-{TAG}")

    def test_those_of_podman_that_do_not_run(self, engine: Engine, peers: Peers) -> None:
        ended, fresh = f"ended-{TAG}", f"fresh-{TAG}"
        options = ("--label", "tier=front", "--annotation", "note=x")
        peers.podman.run(ended, "sh", "-c", "echo said before the end; exit 3", options=options)
        peers.podman("wait", ended)
        # As podman's clean-up does it, where its runtime has the usual root.
        container_id = peers.podman("inspect", "--format", "{{.Id}}", ended)
        call("runc", "--root", str(peers.podman.runtime_root), "delete", container_id)
        peers.podman("create", "--name", fresh, DEMO, "true")
        try:
            for _ in eventually():
                if found(engine, ended).status is Status.EXITED and not found(engine, ended).runtime_root:
                    break
            picture = found(engine, ended)
            assert (picture.keeper, picture.image, picture.owner) == (Keeper.PODMAN, DEMO, "root")
            assert picture.command == ("sh", "-c", "echo said before the end; exit 3")
            for _ in eventually():
                if found(engine, ended).exit_code is not None:
                    break
            picture = found(engine, ended)
            assert (picture.exit_code, picture.labels["tier"], picture.labels["note"]) == (3, "front", "x")
            assert abs(picture.finished_at - time.time()) < 60
            assert found(engine, fresh).exit_code is None
            assert found(engine, fresh).status is Status.CONFIGURED
            handle = engine.foreign.lookup(ended)
            assert [line.data for line in handle.logs()] == [b"said before the end"]
            with pytest.raises(StateForbids):
                handle.kill()
            ids = [one.id for one in engine.foreign.containers()]
            assert len(ids) == len(set(ids)), "one that runs is not shown a second time"
        finally:
            peers.podman("rm", ended, fresh)
        with pytest.raises(NoSuchContainer):
            found(engine, ended)

    def test_one_of_containerd_without_a_task(self, engine: Engine, peers: Peers) -> None:
        name = f"idle-{TAG}"
        peers.containerd("containers", "create", DEMO, name, "sleep", "77")
        picture = found(engine, name)
        assert (picture.keeper, picture.namespace, picture.image) == (
            *(Keeper.CONTAINERD, peers.containerd.namespace),
            DEMO,
        )
        assert (picture.status, picture.command) == (Status.CONFIGURED, ("sleep", "77"))
        assert abs(picture.created_at - time.time()) < 600
        assert [one.status for one in engine.foreign.containers() if one.id == TASK] == [Status.RUNNING]
        peers.containerd("containers", "delete", name)
        with pytest.raises(NoSuchContainer):
            found(engine, name)

    def test_podman_may_rename(self, engine: Engine, peers: Peers) -> None:
        peers.podman("rename", WEB, SITE)
        try:
            assert found(engine, f"podman:{SITE}").id == found(engine, SITE).id
        finally:
            peers.podman("rename", SITE, WEB)
        assert found(engine, WEB).keeper is Keeper.PODMAN

    def test_ours_are_not_among_them(self, engine: Engine) -> None:
        container = run(engine, "sleep", "1000", name="ours")
        try:
            assert container.id not in {picture.id for picture in engine.foreign.containers()}
        finally:
            container.remove(force=True)

    def test_figures(self, engine: Engine) -> None:
        pictures = [found(engine, name) for name in (WEB, TASK, CART, BY_HAND)]
        samples = engine.foreign.samples([picture.key for picture in pictures])
        assert {key: sample.pids >= 1 and sample.memory > 0 for key, sample in samples.items()} == {
            picture.key: True for picture in pictures
        }


class TestVerbs:
    @pytest.mark.parametrize("name", [WEB, TASK, CART, BY_HAND], ids=["podman", "containerd", "cri", "runc"])
    def test_pause_and_unpause(self, engine: Engine, name: str) -> None:
        handle = engine.foreign.lookup(name)
        handle.pause()
        try:
            assert told_by_runtime(handle.picture) == "paused"
            with pytest.raises(StateForbids, match="already paused"):
                engine.foreign.lookup(name).pause()
        finally:
            engine.foreign.lookup(name).unpause()
        assert told_by_runtime(handle.picture) == "running"
        event = engine.past_events()[-1]
        assert (event.kind, event.name, event.attributes["keeper"]) == (EventKind.UNPAUSE, name, handle.picture.keeper)
        assert f"--root={handle.picture.runtime_root}" in event.attributes["runtime"]

    def test_podman_does_not_learn_of_a_pause(self, engine: Engine, peers: Peers) -> None:
        """What the documentation says of it."""
        engine.foreign.lookup(WEB).pause()
        try:
            assert peers.podman("inspect", "--format", "{{.State.Status}}", WEB) == "running"
        finally:
            engine.foreign.lookup(WEB).unpause()

    @pytest.mark.parametrize("name", [WEB, TASK, CART, BY_HAND], ids=["podman", "containerd", "cri", "runc"])
    def test_exec(self, engine: Engine, name: str) -> None:
        handle = engine.foreign.lookup(name)
        finished = handle.run_exec(ExecOptions(args=("sh", "-c", "echo $GREETING; exit 3"), env=("GREETING=hello",)))
        assert (finished.returncode, finished.stdout) == (3, b"hello\n")
        with pytest.raises(NoSuchExecutable):
            handle.run_exec(ExecOptions(args=("no-such-program",)))

    def test_kill_leaves_all_else_to_its_keeper(self, engine: Engine, peers: Peers) -> None:
        peers.podman.run(f"doomed-{TAG}", "sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.05; done")
        handle = engine.foreign.lookup(f"doomed-{TAG}")
        for _ in eventually():
            # It has to have set its trap.
            status = handle.run_exec(ExecOptions(args=("cat", "/proc/1/status"))).stdout.decode()
            if int(status.partition("SigCgt:")[2].split()[0], 16) & (1 << (signal.SIGTERM - 1)):
                break
        handle.kill("TERM")
        assert peers.podman("wait", f"doomed-{TAG}") == "7"
        assert (
            peers.podman("ps", "--all", "--filter", f"name=doomed-{TAG}", "--format", "{{.Names}}") == f"doomed-{TAG}"
        )
        peers.podman("rm", f"doomed-{TAG}")


class TestConsoleAndLogs:
    def test_logs_that_conmon_writes(self, engine: Engine) -> None:
        lines = engine.foreign.lookup(WEB).logs(follow=True)
        assert [next(lines).data for _ in range(3)] == [b"line 1", b"line 2", b"line 3"]
        for _ in eventually():
            if [line.data for line in engine.foreign.lookup(CART).logs()] == [b"from the pod"]:
                break

    def test_a_log_that_nobody_keeps(self, engine: Engine) -> None:
        with pytest.raises(NotFound, match="has no log that we can read") as caught:
            list(engine.foreign.lookup(TASK).logs())
        assert "gives its output to whoever started it" in caught.value.hint

    def test_console_of_podman(self, engine: Engine) -> None:
        handle = engine.foreign.lookup(SHELL)
        handle.resize(91, 17)
        assert handle.console_size() == (91, 17)
        console = handle.attach()
        try:
            console.send(b"echo $((6*7))-done\n")
            output = b""
            while b"42-done" not in output:
                packet = console.receive()
                assert packet is not None
                output += packet[1]
        finally:
            console.close()
        assert b"42-done" in handle.replay()

    def test_detach_keys_of_the_command(self, site: Worksite, engine: Engine) -> None:
        argv = [sys.executable, "-m", "tui", *site.global_options, "foreign", "attach", f"podman:{SHELL}"]
        process = PtyProcess.spawn(argv, 80, 24, env=environment({"WHARF_DISCOVER_FOREIGN": "true"}))
        try:
            process.write(b"echo $((5*5))-there\n")
            output = b""
            while b"25-there" not in output:
                packet = process.read()
                assert packet is not None, output
                output += packet[1]
            process.write(b"\x10\x11")
            assert process.wait(60) == 0
        finally:
            process.terminate()
        assert found(engine, SHELL).status is Status.RUNNING

    def test_a_console_that_conmon_does_not_keep(self, engine: Engine) -> None:
        with pytest.raises(MonitorFailed, match="its console is not kept by conmon"):
            engine.foreign.lookup(TASK).attach()

    def test_a_console_whose_input_would_end(self, engine: Engine, peers: Peers) -> None:
        """conmon closes an input without a terminal when its first client leaves."""
        peers.podman.run(f"reader-{TAG}", "sh", "-c", ECHO, options=("--interactive",))
        handle = engine.foreign.lookup(f"reader-{TAG}")
        assert not handle.picture.allows(Verb.ATTACH)
        with pytest.raises(MonitorFailed, match="its input would end for ever"):
            handle.attach()
        peers.podman("rm", "--force", "--time", "0", f"reader-{TAG}")


class TestRefusals:
    def test_of_another_user(self, engine: Engine, peers: Peers) -> None:
        peers.runc.run(f"hers-{TAG}", "sleep", "1000")
        folder = peers.runc.runtime_root / f"hers-{TAG}"
        os.chown(folder, 12345, 12345)
        (folder / "state.json").touch()
        handle = engine.foreign.lookup(f"hers-{TAG}")
        assert (handle.picture.owner, handle.picture.status) == ("12345", Status.RUNNING)
        assert not any(handle.picture.allows(verb) for verb in Verb)
        for act in (handle.pause, handle.kill, lambda: handle.exec(ExecOptions(args=("true",)))):
            with pytest.raises(PermissionDenied, match="it is 12345's"):
                act()
        peers.runc("delete", "--force", f"hers-{TAG}")

    def test_the_other_verbs_say_whose_it_is(self, engine: Engine) -> None:
        with pytest.raises(NoSuchContainer) as caught:
            engine.lookup(WEB)
        assert caught.value.hint == "it belongs to podman: use podman, or wharf foreign"
        assert engine.find(WEB) is None


class TestHostileState:
    @pytest.fixture
    def root(self, peers: Peers) -> Path:
        return peers.runc.runtime_root

    @pytest.mark.parametrize(
        "content", [b"", b'{"init_process_pid": 1', b"[" * 100_000, b"\xff\xfe", b'{"init_process_pid": "x"}']
    )
    def test_what_is_no_state_is_shown_as_unknown(self, engine: Engine, root: Path, content: bytes) -> None:
        folder = root / f"damaged-{TAG}"
        folder.mkdir()
        try:
            (folder / "state.json").write_bytes(content)
            picture = found(engine, f"damaged-{TAG}")
            assert (picture.status, "can not be understood" in picture.error) == (Status.UNKNOWN, True)
            assert found(engine, BY_HAND).status is Status.RUNNING
        finally:
            (folder / "state.json").unlink()
            folder.rmdir()

    def test_what_would_wait_is_not_opened(self, engine: Engine, root: Path) -> None:
        waiting, pointing = root / "waiting", root / "pointing"
        waiting.mkdir()
        pointing.mkdir()
        state = {
            "init_process_pid": os.getpid(),
            "init_process_start": int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]),
            "cgroup_paths": {"freezer": str(pointing), "": "/sys/fs/cgroup/../../tmp"},
            "config": {"labels": [f"bundle={pointing}"]},
        }
        try:
            os.mkfifo(waiting / "state.json")
            for name in ("freezer.state", "config.json"):
                os.mkfifo(pointing / name)
            (pointing / "state.json").write_text(json.dumps(state))
            names = {picture.name for picture in engine.foreign.containers()}
            assert "waiting" not in names
            assert found(engine, "pointing").cgroup_paths == {}
        finally:
            for file in (*waiting.iterdir(), *pointing.iterdir()):
                file.unlink()
            waiting.rmdir()
            pointing.rmdir()

    def test_what_crun_keeps(self, engine: Engine, root: Path, peers: Peers) -> None:
        bundle = peers.runc.bundle("crunned", "sleep", "9", annotations={"io.container.manager": "libpod"})
        folder = root / "crunned"
        folder.mkdir()
        start = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        status = {
            "pid": os.getpid(), "process-start-time": start, "cgroup-path": "/no/such", "scope": "",
            "rootfs": "/r", "systemd-cgroup": False, "bundle": str(bundle), "created": "2026-01-02T03:04:05.678901Z",
        }  # fmt: skip
        try:
            (folder / "status").write_text(json.dumps(status))
            picture = found(engine, "crunned")
            assert (picture.keeper, picture.status, picture.runtime) == (Keeper.PODMAN, Status.RUNNING, "crun")
            assert (picture.command, int(picture.created_at)) == (("sleep", "9"), 1767323045)
        finally:
            (folder / "status").unlink()
            folder.rmdir()


class TestLive:
    def test_changes_by_others_arewait_until_told(self, engine: Engine, peers: Peers) -> None:
        with engine.subscribe() as subscription:
            engine.foreign.watch()
            peers.runc.create(f"lively-{TAG}", "sleep", "1000")
            wait_until_told(subscription, engine, f"lively-{TAG}", Status.CREATED)
            peers.runc("start", f"lively-{TAG}")
            wait_until_told(subscription, engine, f"lively-{TAG}", Status.RUNNING)
            peers.runc("pause", f"lively-{TAG}")
            wait_until_told(subscription, engine, f"lively-{TAG}", Status.PAUSED)
            peers.runc("resume", f"lively-{TAG}")
            wait_until_told(subscription, engine, f"lively-{TAG}", Status.RUNNING)
            peers.runc("kill", f"lively-{TAG}", "KILL")
            wait_until_told(subscription, engine, f"lively-{TAG}", Status.EXITED)
            peers.runc("delete", f"lively-{TAG}")
            wait_until_told(subscription, engine, f"lively-{TAG}", None)


class TestCommand:
    @pytest.fixture
    def wharf(self, site: Worksite, engine: Engine, peers: Peers) -> ForeignCommand:
        return ForeignCommand(site, peers)

    def test_list_and_verbs(self, wharf: ForeignCommand) -> None:
        lines = wharf("ps", "--foreign").stdout.splitlines()
        assert lines[0].split() == ["CONTAINER", "ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "ENGINE", "NAMES"]
        assert any(line.split()[-1] == WEB and "Running" in line and "podman" in line for line in lines)
        assert wharf("foreign", "pause", BY_HAND).stdout == f"{BY_HAND}\n"
        listed = json.loads(wharf("foreign", "ls", "--format", "json").stdout)
        assert [picture["status"] for picture in listed if picture["name"] == BY_HAND] == ["paused"]
        assert wharf("foreign", "unpause", BY_HAND).returncode == 0
        shown = wharf("foreign", "exec", "--user", "daemon", WEB, "id", "-un")
        assert (shown.returncode, shown.stdout) == (0, "daemon\n")
        assert wharf("foreign", "logs", "--tail", "1", CART).stdout == "from the pod\n"
        rows = wharf("foreign", "stats", "--no-stream", "--interval", "0.1", WEB).stdout.splitlines()
        assert [row.split()[1] for row in rows] == ["NAME", WEB]

    def test_what_is_not_ours_to_do(self, wharf: ForeignCommand) -> None:
        refused = wharf("foreign", "rm", WEB)
        assert (refused.returncode, "theirs to start, stop and remove" in refused.stderr) == (125, True)
        refused = wharf("rm", WEB)
        assert (refused.returncode, "it belongs to podman: use podman" in refused.stderr) == (1, True)


class TestScreen:
    @pytest.fixture
    def screen(self, site: Worksite, engine: Engine, peers: Peers) -> Iterator[Terminal]:
        folder = site.folder / "terminal"
        folder.mkdir()
        others = ("--discover-foreign=true", "--foreign-root", str(peers.runc.runtime_root))
        argv = [*installed_command(), *site.global_options, *others]
        with Terminal(folder, argv, columns=160, rows=40) as shown:
            shown.wait_for("Others")
            shown.press("8")
            yield shown
        shutil.rmtree(folder)

    def _filter(self, screen: Terminal, text: str) -> None:
        """The host may have any number of others."""
        screen.press("/", "C-u")
        screen.type(text)
        screen.press("Enter")

    def _choose(self, screen: Terminal, name: str) -> None:
        self._filter(screen, name)
        screen.wait_for_line("●", name)

    def test_a_section_of_their_own(self, screen: Terminal, peers: Peers, engine: Engine) -> None:
        self._filter(screen, TAG)
        screen.wait_for_line("● running", "containerd/", TASK)
        screen.wait_for_line("● running", "cri-o", CART)
        screen.wait_for_line("● running", "podman", WEB, "wharf-demo")
        self._choose(screen, WEB)
        screen.press("l")
        screen.wait_for_line("line ")
        screen.press("q")
        screen.press("p")
        screen.wait_for_line("◫ paused", WEB)
        assert told_by_runtime(found(engine, WEB)) == "paused"
        screen.press("p")
        screen.wait_for_line("● running", WEB)
        screen.press("d")
        screen.wait_for(f"can not remove {WEB}", "belongs to podman: use podman")
        screen.press("Escape")
        self._choose(screen, BY_HAND)
        peers.runc("pause", BY_HAND)
        screen.wait_for_line("◫ paused", BY_HAND)
        peers.runc("resume", BY_HAND)
        screen.wait_for_line("● running", BY_HAND)

    def test_console_and_shell(self, screen: Terminal, engine: Engine) -> None:
        self._choose(screen, SHELL)
        screen.press("a")
        screen.wait_for("d detach")
        screen.type("echo $((6*7))-attached\n")
        screen.wait_for("42-attached")
        screen.press("C-p", "C-q")
        screen.wait_for("q quit", without=["d detach"])
        screen.press("e")
        screen.wait_for(f"{SHELL}: shell", "d detach")
        screen.type("echo $((7*7))-inside\n")
        screen.wait_for("49-inside")
        assert found(engine, SHELL).status is Status.RUNNING


def test_an_image_pulled_by_podman_is_listed_and_run(engine: Engine, peers: Peers) -> None:
    wanted = peers.podman("image", "inspect", "--format", "{{.Id}}", DEMO)
    assert [image.id for image in engine.images.all() if DEMO in image.names] == [wanted]
    container = run(engine, "echo", "from podman's store", name="borrowed")
    try:
        assert container.wait(timeout=60) == 0
        assert [line.data for line in container.logs()] == [b"from podman's store"]
    finally:
        container.remove(force=True)
    assert peers.podman("image", "exists", DEMO) == ""

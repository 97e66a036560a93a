"""An engine's process that is killed around a call of netavark leaves nothing that the next caller does not mend."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import traceback
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from core.engine import Engine
from core.errors import InvalidArgument, StateForbids
from core.host import processes
from core.model.network import Attachment, NetworkRequest, PortMapping
from core.model.options import ExecOptions, UserNamespaceOptions
from core.network import netavark
from core.store.sqlite import open_database
from tests.worksite import Worksite, eventually, make, run

PORTS = (PortMapping(container_port=80),)
MAPPED = UserNamespaceOptions(uid_map=("0:2147500000:70000",))
ACTIONS: dict[str, tuple[str, Callable[[Engine], object]]] = {
    "start": ("setup", lambda engine: engine.lookup("it").start()),
    "start, with users of its own": ("setup", lambda engine: engine.lookup("it").start()),
    "connect": ("setup", lambda engine: engine.networks.connect(engine.lookup("it"), Attachment(network="sea"))),
    "disconnect": ("teardown", lambda engine: engine.networks.disconnect(engine.lookup("it"), "sea")),
    "remove": ("teardown", lambda engine: engine.lookup("it").remove(force=True)),
}


def kill_at(moment: str, verb: str) -> None:
    """From now on, this process kills itself before, during or after its call of netavark with `verb`."""

    def run_and_die(argv: list[str], *, stdin: bytes, timeout: float, env: dict[str, str]) -> processes.Finished:
        if verb not in argv:
            return processes.run(argv, stdin=stdin, timeout=timeout, env=env)
        if moment == "during":
            process = processes.spawn(argv, stdin=subprocess.PIPE, env=env)
            assert process.stdin is not None
            process.stdin.write(stdin)
            process.stdin.close()
        elif moment == "after":
            processes.run(argv, stdin=stdin, timeout=timeout, env=env)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("it lives on")

    vars(netavark)["run"] = run_and_die


def killed(site: Worksite, action: Callable[[Engine], object], arm: Callable[[], None]) -> None:
    """Do `action` in a child process that does not live to its end."""
    pid = os.fork()
    if pid == 0:
        try:
            with Engine.open(site.paths) as engine:
                arm()
                action(engine)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        *((name, "before") for name in ACTIONS if "start" in name),
        *((name, moment) for name in ACTIONS for moment in ("during", "after")),
    ],
)
def test_killed_around_a_call_of_netavark(worksite: Worksite, demo_archive: Path, name: str, moment: str) -> None:
    verb, action = ACTIONS[name]
    with Engine.open(worksite.paths) as engine:
        engine.images.load(demo_archive)
        engine.networks.create(NetworkRequest(name="sea"))
        if name.startswith("start"):
            users = MAPPED if "users" in name else UserNamespaceOptions()
            worksite.folder.chmod(0o711)
            make(engine, "sleep", "1000", name="it", network="sea", ports=PORTS, user_namespace=users)
        else:
            it = run(engine, "sleep", "1000", name="it", network="bridge", ports=PORTS)
            if name == "disconnect":
                engine.networks.connect(it, Attachment(network="sea"))
        worksite.note_containers()
    killed(worksite, action, lambda: kill_at(moment, verb))
    with Engine.open(worksite.paths) as engine:
        if name == "remove":
            for _ in eventually():
                if not engine.containers():
                    break
        else:
            it = engine.lookup("it")
            it.refresh()
            if name.startswith("start"):
                it.start()
            links = it.run_exec(ExecOptions(args=("ls", "/sys/class/net")), timeout=60).stdout.decode().split()
            assert links == ["eth0", "lo"]
            assert len(it.snapshot().addresses) == 1
            assert len(worksite.rules()) == 1
            it.remove(force=True)
        assert worksite.interfaces() == []
        assert worksite.rules() == []
        assert not any("/netns/" in point for point in worksite.mounts())
    leaves = list((worksite.paths.name_server / "aardvark-dns").glob("[!a]*"))
    assert leaves == []


def test_after_a_reboot_the_networks_are_set_up_anew(worksite: Worksite, demo_archive: Path) -> None:
    with Engine.open(worksite.paths) as engine:
        engine.images.load(demo_archive)
        engine.networks.create(NetworkRequest(name="sea"))
        run(engine, "sleep", "1000", name="it", network="sea", ports=PORTS)
        stray = make(engine, "sleep", "1000", name="stray", network="sea")
        stray.init()
        worksite.note_containers()
    for _ in eventually():
        if not (pids := [*worksite.processes(), *worksite.members()]):
            break
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    for point in worksite.mounts():
        subprocess.run(["umount", "-l", point], check=True)
    worksite.cut_networks()
    store = open_database(worksite.paths.database, worksite.paths.change_notice)
    for record in store.all():
        store.save_state(record.id, msgspec.structs.replace(record.state, boot_id="the boot before"))
    store.set_boot_id("the boot before")
    store.close()
    with Engine.open(worksite.paths) as engine:
        assert [picture.addresses for picture in engine.containers()] == [(), ()]
        assert not worksite.paths.name_server.exists()
        assert os.listdir(worksite.paths.namespaces) == []
        for name in ("it", "stray"):
            engine.lookup(name).start()
        it = engine.lookup("it")
        assert it.snapshot().networks == ("sea",)
        for _ in eventually():
            if b"Name:" in it.run_exec(ExecOptions(args=("nslookup", "stray.dns.podman")), timeout=60).stdout:
                break
        assert len(worksite.rules()) == 1


def test_a_name_server_that_was_killed_is_started_again(worksite: Worksite, demo_archive: Path) -> None:
    with Engine.open(worksite.paths) as engine:
        engine.images.load(demo_archive)
        engine.networks.create(NetworkRequest(name="sea"))
        it = run(engine, "sleep", "1000", name="it", network="sea")
        os.kill(int(worksite.paths.name_server_pid_file.read_text()), signal.SIGKILL)
        run(engine, "sleep", "1000", name="other", network="sea")
        for _ in eventually():
            if b"Name:" in it.run_exec(ExecOptions(args=("nslookup", "other.dns.podman")), timeout=60).stdout:
                break


STEPS: tuple[Callable[[Engine], object], ...] = (
    lambda engine: engine.lookup("it").start(),
    lambda engine: engine.lookup("it").stop(0),
    lambda engine: engine.lookup("it").kill("KILL"),
    lambda engine: engine.lookup("it").cleanup(),
    lambda engine: engine.networks.connect(engine.lookup("it"), Attachment(network="sea")),
    lambda engine: engine.networks.disconnect(engine.lookup("it"), "sea"),
    lambda engine: engine.networks.reload(engine.lookup("it")),
)


def test_two_processes_at_the_networks_of_one_container(worksite: Worksite, demo_archive: Path) -> None:
    with Engine.open(worksite.paths) as engine:
        engine.images.load(demo_archive)
        engine.networks.create(NetworkRequest(name="sea"))
        make(engine, "sleep", "1000", name="it", network="bridge", ports=PORTS)
        worksite.note_containers()
    pids = []
    for seed in (1, 2):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                choose = random.Random(seed)
                with Engine.open(worksite.paths) as engine:
                    for _ in range(10):
                        with contextlib.suppress(StateForbids, InvalidArgument):
                            choose.choice(STEPS)(engine)
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        pids.append(pid)
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids] == [0, 0]
    with Engine.open(worksite.paths) as engine:
        it = engine.lookup("it")
        it.restart(0)
        links = it.run_exec(ExecOptions(args=("ls", "/sys/class/net")), timeout=60).stdout.decode().split()
        assert len(links) == len(it.snapshot().networks) + 1
        it.remove(force=True)
        assert worksite.interfaces() == []
        assert worksite.rules() == []

"""An engine's process that is killed around a call of netavark leaves nothing that the next caller does not mend."""

from __future__ import annotations

import os
import signal
import subprocess
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from core.engine import Engine
from core.host import processes
from core.model.network import Attachment, NetworkRequest, PortMapping
from core.model.options import ExecOptions
from core.network import netavark
from tests.worksite import Worksite, eventually, make, run

PORTS = (PortMapping(container_port=80),)
ACTIONS: dict[str, tuple[str, Callable[[Engine], object]]] = {
    "start": ("setup", lambda engine: engine.lookup("it").start()),
    "connect": ("setup", lambda engine: engine.networks.connect(engine.lookup("it"), Attachment(network="sea"))),
    "disconnect": ("teardown", lambda engine: engine.networks.disconnect(engine.lookup("it"), "sea")),
    "remove": ("teardown", lambda engine: engine.lookup("it").remove(force=True)),
}


def kill_at(moment: str, verb: str) -> None:
    """From now on, this process kills itself before, during or after its call of netavark with `verb`."""

    def run_and_die(argv: list[str], *, stdin: bytes, timeout: float) -> processes.Finished:
        if verb not in argv:
            return processes.run(argv, stdin=stdin, timeout=timeout)
        if moment == "during":
            process = processes.spawn(argv, stdin=subprocess.PIPE)
            assert process.stdin is not None
            process.stdin.write(stdin)
            process.stdin.close()
        elif moment == "after":
            processes.run(argv, stdin=stdin, timeout=timeout)
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


@pytest.mark.parametrize("moment", ["before", "during", "after"])
@pytest.mark.parametrize("name", ACTIONS)
def test_killed_around_a_call_of_netavark(worksite: Worksite, demo_archive: Path, name: str, moment: str) -> None:
    verb, action = ACTIONS[name]
    with Engine.open(worksite.paths) as engine:
        engine.images.load(demo_archive)
        engine.networks.create(NetworkRequest(name="sea"))
        if name == "start":
            make(engine, "sleep", "1000", name="it", network="sea", ports=PORTS)
        else:
            it = run(engine, "sleep", "1000", name="it", network="bridge", ports=PORTS)
            if name == "disconnect":
                engine.networks.connect(it, Attachment(network="sea"))
        worksite.note_containers()
    killed(worksite, action, lambda: kill_at(moment, verb))
    with Engine.open(worksite.paths) as engine:
        if name == "remove":
            for _ in eventually(30):
                if not engine.containers():
                    break
        else:
            it = engine.lookup("it")
            it.refresh()
            if name == "start":
                it.start()
            links = it.run_exec(ExecOptions(args=("ls", "/sys/class/net")), timeout=20).stdout.decode().split()
            assert links == ["eth0", "lo"]
            assert len(it.snapshot().addresses) == 1
            assert len(worksite.rules()) == 1
            it.remove(force=True)
        assert worksite.interfaces() == []
        assert worksite.rules() == []
        assert not any("/netns/" in point for point in worksite.mounts())
    leaves = list((worksite.paths.name_server / "aardvark-dns").glob("[!a]*"))
    assert leaves == []

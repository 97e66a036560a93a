"""Containers that share namespaces, on real parts."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from core.container import Container
from core.engine import Engine
from core.errors import ContainerInUse, InvalidArgument, StateForbids
from core.model.image import Image
from core.model.namespaces import NamespaceOptions
from core.model.options import ExecOptions
from core.model.state import Status
from tests.worksite import eventually, make, run, status_of

Wharf = Callable[..., subprocess.CompletedProcess[str]]
KINDS = ("ipc", "pid", "uts", "cgroup", "net", "mnt")


def namespaces(container: Container) -> dict[str, str]:
    pid = container.snapshot().pid
    return {kind: os.readlink(f"/proc/{pid}/ns/{kind}") for kind in KINDS}


def said(container: Container, *command: str) -> str:
    return container.run_exec(ExecOptions(args=command)).stdout.decode().strip()


def joining(name: str) -> NamespaceOptions:
    return NamespaceOptions(**dict.fromkeys(("ipc", "pid", "uts", "cgroup"), f"container:{name}"))


def test_all_that_can_be_shared_is(engine: Engine, demo_image: Image) -> None:
    donor = run(engine, "sleep", "600", name="donor", hostname="quay")
    run(engine, "sleep", "600", name="guest", namespaces=joining("donor"), network="container:donor")
    guest = engine.lookup("guest")
    ours, theirs = namespaces(guest), namespaces(donor)
    assert {kind for kind in KINDS if ours[kind] == theirs[kind]} == {"ipc", "pid", "uts", "cgroup", "net"}
    assert said(guest, "hostname") == "quay" == said(guest, "cat", "/etc/hostname")
    assert said(guest, "sh", "-c", "tr '\\0' ' ' < /proc/1/cmdline") == "sleep 600"
    said(donor, "sh", "-c", "echo cargo > /dev/shm/hold")
    assert said(guest, "cat", "/dev/shm/hold") == "cargo"
    shown = guest.inspect()
    assert shown["Dependencies"] == [donor.id]
    host_config = shown["HostConfig"]
    assert isinstance(host_config, dict) and host_config["PidMode"] == f"container:{donor.id}"


def test_the_hosts_namespaces(engine: Engine, demo_image: Image) -> None:
    hosts = NamespaceOptions(ipc="host", pid="host", uts="host", cgroup="host")
    child = run(engine, "sh", "-c", "sleep 601 & sleep 600", namespaces=hosts)
    own = {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in KINDS}
    theirs = namespaces(child)
    assert {kind for kind in KINDS if own[kind] == theirs[kind]} == {"ipc", "pid", "uts", "cgroup"}
    assert said(child, "hostname") == os.uname().nodename
    assert said(child, "cat", f"/proc/{os.getpid()}/comm") == Path("/proc/self/comm").read_text().strip()
    # Without a PID namespace of its own, what else it runs does not go with its first process by itself.
    pids = [entry.pid for entry in child.top()]
    assert len(pids) >= 2
    child.kill()
    for _ in eventually():
        if status_of(engine, child.id) is Status.EXITED and not any(Path(f"/proc/{pid}").exists() for pid in pids):
            break


def test_a_path_none_and_private(engine: Engine, demo_image: Image) -> None:
    donor = run(engine, "sleep", "600", namespaces=NamespaceOptions(ipc="private"))
    path = f"/proc/{donor.snapshot().pid}/ns/uts"
    network = f"ns:{path.removesuffix('uts')}net"
    guest = run(engine, "sleep", "600", namespaces=NamespaceOptions(uts=f"ns:{path}", ipc="none"), network=network)
    assert namespaces(guest)["uts"] == namespaces(donor)["uts"]
    assert namespaces(guest)["net"] == namespaces(donor)["net"] and guest.snapshot().network == network
    assert said(guest, "sh", "-c", "test -e /dev/shm || echo none") == "none"
    with pytest.raises(InvalidArgument, match="non-shareable IPC"):
        make(engine, "true", namespaces=NamespaceOptions(ipc=f"container:{donor.name}"))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"ipc": "bogus"}, "unrecognized namespace mode 'bogus'"),
        ({"pid": "none"}, "unrecognized namespace mode 'none'"),
        ({"uts": "container:"}, "unrecognized namespace mode"),
        ({"pid": "container:nosuch"}, "no such container"),
        ({"cgroup": "ns:/no/such"}, "does not exist"),
    ],
)
def test_what_makes_no_sense_is_refused(engine: Engine, demo_image: Image, asked: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        make(engine, "true", namespaces=NamespaceOptions(**asked))
    with pytest.raises(InvalidArgument, match="does not exist"):
        make(engine, "true", network="ns:/no/such")
    with pytest.raises(InvalidArgument, match="host name"):
        make(engine, "true", hostname="x", namespaces=NamespaceOptions(uts="host"))


def test_what_is_needed_starts_first_and_goes_last(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    make(engine, "sleep", "600", name="base")
    make(engine, "sleep", "600", name="middle", namespaces=NamespaceOptions(ipc="container:base"))
    make(engine, "sleep", "600", name="top", network="container:middle", requires=("base",))
    assert wharf("start", "top").returncode == 0
    assert [status_of(engine, name) for name in ("base", "middle", "top")] == [Status.RUNNING] * 3
    with pytest.raises(ContainerInUse, match=r"dependent containers which must be removed before it: middle, top"):
        engine.lookup("base").remove(force=True)
    stopped = wharf("stop", "-t", "0", "--all")
    assert stopped.returncode == 0 and len(stopped.stdout.split()) == 3
    assert wharf("restart", "-t", "0", "base", "middle", "top").returncode == 0
    assert namespaces(engine.lookup("middle"))["ipc"] == namespaces(engine.lookup("base"))["ipc"]
    assert namespaces(engine.lookup("top"))["net"] == namespaces(engine.lookup("middle"))["net"]
    assert wharf("stop", "-t", "0", "--all").returncode == 0
    started = wharf("start", "top", "base", "middle")
    assert (started.returncode, started.stdout.split()) == (0, ["top", "base", "middle"])
    refused = wharf("rm", "-f", "base")
    assert refused.returncode == 125 and "middle, top" in refused.stderr
    assert wharf("rm", "-f", "--depend", "base").returncode == 0
    assert engine.containers() == []


def test_a_donor_that_is_paused_stops_the_start(engine: Engine, demo_image: Image) -> None:
    donor = run(engine, "sleep", "600", name="donor")
    guest = make(engine, "sleep", "600", namespaces=joining("donor"))
    donor.pause()
    with pytest.raises(StateForbids, match="can not start container donor: it is paused"):
        guest.start()
    assert status_of(engine, guest.id) is Status.CONFIGURED
    donor.unpause()

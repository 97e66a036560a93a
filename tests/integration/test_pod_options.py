"""What a pod gives to its containers, its limits, and pods made like others: on real parts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.engine import Engine
from core.errors import NameInUse
from core.host.cgroups import cgroups_at
from core.model.config import BindMount, Security, VolumeMount
from core.model.image import Image
from core.model.kernel_settings import Device
from core.model.limits import DeviceLimit, ResourceLimits
from core.model.options import CreateOptions, UserNamespaceOptions
from core.model.pod import PodDefaults, PodOptions
from core.model.state import Status
from core.oci.limits import cgroup_files, weight_lines
from tests.worksite import DEMO, Worksite, make, run

Wharf = Callable[..., subprocess.CompletedProcess[str]]
LOOK = (
    "cat /data/mark; ls /dev/nul2; grep NoNewPrivs /proc/self/status; df -k /dev/shm | tail -1;"
    " cat /proc/sys/net/ipv4/ip_forward; touch /kept/$1"
)


def logged(engine: Engine, name: str) -> list[str]:
    container = engine.lookup(name)
    container.wait(60)
    return [line.data.decode() for line in container.logs()]


@pytest.fixture
def parent(worksite: Worksite) -> Iterator[str]:
    """A control group for pods to be in; the kernel lets it go only when they are gone."""
    path = f"/wharfinger/{worksite.folder.name}/below"
    yield path
    worksite.remove_containers()
    for folder in cgroups_at(path).values():
        Path(folder).rmdir()
        Path(folder).parent.rmdir()


def test_what_a_pod_gives_to_its_containers(
    engine: Engine, demo_image: Image, wharf: Wharf, tmp_path: Path, parent: str
) -> None:
    (tmp_path / "mark").write_text("hello\n")
    made = wharf(
        *("pod", "create", "--name", "p", "-v", f"{tmp_path}:/data:ro", "-v", "kept:/kept", "--shm-size", "1m"),
        *("--device", "/dev/null:/dev/nul2", "--security-opt", "no-new-privileges", "--cgroup-parent", parent),
        *("--sysctl", "net.ipv4.ip_forward=1", "--memory", "64m", "--cpuset-mems", "0", "--network", "none"),
        *("--infra-conmon-pidfile", str(tmp_path / "monitor.pid")),
    )
    assert made.returncode == 0, made.stderr
    wharf("create", "--pod", "p", "--name", "one", DEMO, "sh", "-c", LOOK, "sh", "one")
    wharf("create", "--pod", "p", "--name", "two", "--tmpfs", "/data", DEMO, "ls", "-A", "/data")
    engine.pods.start("p")
    pod = engine.pods.lookup("p")
    mark, device, privileges, shm, forward = logged(engine, "one")
    assert (mark, device, privileges.split()[1], shm.split()[1], forward) == ("hello", "/dev/nul2", "1", "1024", "1")
    assert logged(engine, "two") == [], "what it asks for itself goes before"
    assert (engine.paths.volume_data("kept") / "one").exists()
    assert pod.cgroup == f"{parent}/{pod.id}"
    memory = cgroups_at(pod.cgroup).get("memory")
    if memory is not None:
        assert (Path(memory) / "memory.limit_in_bytes").read_text() == f"{64 << 20}\n"
    told = engine.lookup(pod.infra_id).inspect()["State"]
    assert isinstance(told, dict) and int((tmp_path / "monitor.pid").read_text()) == told["ConmonPid"]
    header, *rows = wharf("pod", "stats", "--no-stream", "p").stdout.splitlines()
    assert header.split()[:3] == ["POD", "CID", "NAME"]
    assert "/ 67.1 MB" in rows[0] and "-- / --" in rows[1]
    shown = json.loads(wharf("pod", "stats", "--no-stream", "--format", "json", "p").stdout)
    assert [one["Name"] for one in shown][1:] == ["one", "two"]
    assert wharf("pod", "ps", "--ns", "--noheading").stdout.split()[-3:-1] == [pod.cgroup, "ipc,net,uts"]
    inspected = json.loads(wharf("pod", "inspect", "p").stdout)
    assert inspected["mounts"] == [f"{tmp_path}:/data", "kept:/kept"]
    engine.pods.remove("p", force=True)
    assert not cgroups_at(pod.cgroup)


def test_a_pod_like_another_one(engine: Engine, demo_image: Image, wharf: Wharf, tmp_path: Path) -> None:
    defaults = PodDefaults(bind_mounts=(BindMount(source=str(tmp_path), destination="/data"),))
    original = engine.pods.create(
        PodOptions(name="p", labels={"a": "b"}, defaults=defaults, resources=ResourceLimits(memory=64 << 20, pids=0))
    )
    volume = (VolumeMount(name="", destination="/own"), VolumeMount(name="kept", destination="/kept"))
    first = engine.create(
        CreateOptions(image=DEMO, name="one", pod="p", network="", command=("sleep", "600"), volume_mounts=volume)
    )
    assert wharf("pod", "clone", "--memory", "32m", "-l", "c=d", "--start", "p").returncode == 0
    twin = engine.pods.lookup("p-clone")
    assert (twin.resources.memory, twin.labels, twin.defaults) == (32 << 20, {"c": "d"}, original.defaults)
    assert (twin.share, twin.hostname) == (original.share, "p-clone")
    infra, one = engine.pods.containers("p-clone")
    assert (one.name, one.refresh().status, infra.refresh().status) == ("one-clone", Status.RUNNING, Status.RUNNING)
    assert one.config.image == DEMO and one.config.process == first.config.process
    own, kept = sorted(one.config.volume_mounts, key=lambda mount: mount.destination)[::-1]
    assert own.name != first.config.volume_mounts[0].name and kept.name == "kept"
    assert one.config.network_container == infra.id and one.config.namespaces.ipc.container == infra.id
    assert wharf("pod", "clone", "--destroy", "--name", "q", "p").returncode == 0
    assert {pod.name for pod in engine.pods.all()} == {"p-clone", "q"}
    assert [container.name for container in engine.pods.containers("q")][1:] == ["one-clone1"]
    run(engine, "sleep", "600", name="busy")
    with pytest.raises(NameInUse):
        engine.pods.clone("q", PodOptions(name="busy"))
    with pytest.raises(NameInUse):
        engine.pods.clone("q", PodOptions(name="r", infra_name="busy"))
    assert {pod.name for pod in engine.pods.all()} == {"p-clone", "q"}, "nothing is left of one that fails"


def test_the_containers_of_a_pod_are_in_its_user_namespace(
    engine: Engine, demo_image: Image, worksite: Worksite
) -> None:
    worksite.folder.chmod(0o711)
    users = UserNamespaceOptions(uid_map=("0:200000:1000",), gid_map=("0:200000:1000",))
    infra = CreateOptions(network="none", user_namespace=users)
    engine.pods.create(PodOptions(name="p", infra_options=infra))
    make(engine, "cat", "/proc/self/uid_map", name="one", pod="p", network="")
    engine.pods.start("p")
    assert [line.split() for line in logged(engine, "one")] == [["0", "200000", "1000"]]
    assert engine.lookup("one").config.namespaces.user.container == engine.pods.lookup("p").infra_id


def test_weights_of_a_pod_as_files() -> None:
    limits = ResourceLimits(blkio_weight=500, blkio_weight_devices=(DeviceLimit(device="/dev/x", value=10),))
    numbers = {"/dev/x": "8:0"}
    assert weight_lines(numbers, limits, ["blkio.weight"], version_2=False) == [
        ("blkio.weight", "500"),
        ("blkio.weight_device", "8:0 10"),
    ]
    assert weight_lines(numbers, limits, ["blkio.bfq.weight"], version_2=False)[0] == ("blkio.bfq.weight", "500")
    assert weight_lines(numbers, limits, ["io.weight"], version_2=True) == [
        ("io.weight", "4950"),
        ("io.weight", "8:0 1"),
    ]
    assert weight_lines(numbers, limits, ["io.bfq.weight"], version_2=True)[1] == ("io.bfq.weight", "8:0 10")


def test_limits_of_a_pod_as_files() -> None:
    limits = ResourceLimits(pids=0, cpuset_mems="0", cpuset_cpus="0-1")
    assert cgroup_files(limits, version_2=False) == {"cpuset": {"cpuset.cpus": "0-1", "cpuset.mems": "0"}}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-v", "/nonexistent/x:/x"), "does not exist"),
        (("--cgroup-parent", "/a/../b"), "leads upwards"),
        (("--device-read-bps", "/dev/none:1m"), "/dev/none"),
        (("--security-opt", "nonsense"), "invalid --security-opt"),
    ],
)
def test_what_a_pod_can_not_have(wharf: Wharf, arguments: tuple[str, ...], message: str) -> None:
    refused = wharf("pod", "create", "--name", "p", *arguments)
    assert (refused.returncode, message in refused.stderr) == (125, True), refused.stderr
    assert wharf("pod", "ps", "-q").stdout == ""


def test_a_container_of_a_pod_asks_for_itself(engine: Engine, demo_image: Image) -> None:
    given = PodDefaults(
        devices=(Device(source="/dev/zero", destination="/dev/x"),),
        security=Security(no_new_privileges=True, masked_paths=("/proc/x",)),
    )
    engine.pods.create(PodOptions(name="p", infra=False, defaults=given))
    plain = make(engine, "true", pod="p")
    assert plain.config.kernel.devices == given.devices and plain.config.security == given.security
    own = make(engine, "true", pod="p", security=Security(masked_paths=("/proc/y",)))
    assert (own.config.security.no_new_privileges, own.config.security.masked_paths) == (True, ("/proc/y",))

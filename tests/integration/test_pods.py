"""Pods on real parts: an infra container of catatonit, shared namespaces, common limits, worked as one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from core.container import Container
from core.engine import Engine
from core.errors import ContainerInUse, InvalidArgument, NameInUse, NoSuchObject, StateForbids
from core.model.config import ResourceLimits
from core.model.image import Image
from core.model.options import CreateOptions, ExecOptions
from core.model.pod import ExitPolicy, PodOptions, PodStatus
from core.model.state import Status
from tests.integration.test_crash import in_child, kill_at, runc_statuses, site
from tests.worksite import DEMO, Worksite, eventually, make, run, status_of

__all__ = ["site"]

Wharf = Callable[..., subprocess.CompletedProcess[str]]
SHARED = ("ipc", "net", "uts")


def in_pod(engine: Engine, pod: str, *command: str, **options: object) -> Container:
    return make(engine, *(command or ("sleep", "600")), pod=pod, network="", **options)


def namespaces(container: Container) -> dict[str, str]:
    pid = container.snapshot().pid
    return {kind: os.readlink(f"/proc/{pid}/ns/{kind}") for kind in (*SHARED, "pid")}


def status(engine: Engine, pod: str) -> PodStatus:
    return engine.pods.snapshot(pod).status


def test_the_life_of_a_pod(engine: Engine, demo_image: Image) -> None:
    pod = engine.pods.create(PodOptions(name="p", labels={"team": "a"}))
    assert status(engine, "p") is PodStatus.CREATED
    one, two = in_pod(engine, "p", name="one"), in_pod(engine, pod.id[:8], name="two")
    one.start()
    infra = engine.lookup(pod.infra_id)
    assert infra.snapshot().status is Status.RUNNING and status(engine, "p") is PodStatus.DEGRADED
    engine.pods.start("p")
    assert status(engine, "p") is PodStatus.RUNNING
    assert {kind for kind in (*SHARED, "pid") if namespaces(one)[kind] == namespaces(infra)[kind]} == set(SHARED)
    assert namespaces(one)["ipc"] == namespaces(two)["ipc"]
    assert two.run_exec(ExecOptions(args=("hostname",))).stdout == b"p\n"
    shown = two.snapshot()
    assert (shown.pod, shown.pod_name, shown.is_infra, infra.snapshot().is_infra) == (pod.id, "p", False, True)
    engine.pods.pause("p")
    assert status(engine, "p") is PodStatus.PAUSED
    engine.pods.unpause("p")
    before = infra.snapshot().started_at
    engine.pods.restart("p", timeout=0)
    assert status(engine, "p") is PodStatus.RUNNING and infra.snapshot().started_at > before
    assert namespaces(one)["ipc"] == namespaces(two)["ipc"]
    with pytest.raises(ContainerInUse, match="one, two"):
        engine.pods.remove("p")
    with pytest.raises(ContainerInUse, match="is the infra container of pod p"):
        infra.remove(force=True)
    engine.pods.stop("p", timeout=0)
    assert status(engine, "p") is PodStatus.EXITED
    assert engine.pods.prune() == [pod.id]
    assert engine.containers() == [] and engine.pods.all() == []


def test_what_is_asked_for_beats_what_the_pod_shares(engine: Engine, demo_image: Image) -> None:
    engine.pods.create(PodOptions(name="p", share=("pid", "cgroup"), infra_options=CreateOptions(network="host")))
    guest = in_pod(engine, "p")
    guest.start()
    infra = engine.lookup(engine.pods.lookup("p").infra_id)
    same = {kind for kind in (*SHARED, "pid") if namespaces(guest)[kind] == namespaces(infra)[kind]}
    assert same == {"pid"}
    engine.pods.create(PodOptions(name="q", infra_options=CreateOptions(network="host")))
    hosted = in_pod(engine, "q")
    hosted.start()
    assert namespaces(hosted)["net"] == os.readlink("/proc/self/ns/net")
    with pytest.raises(InvalidArgument, match="cannot set hostname"):
        in_pod(engine, "q", hostname="x")
    engine.pods.create(PodOptions(name="bare", infra=False))
    with pytest.raises(StateForbids, match="no containers in pod bare"):
        engine.pods.start("bare")
    in_pod(engine, "bare", name="lonely")
    engine.pods.start("bare")
    assert status(engine, "bare") is PodStatus.RUNNING
    with pytest.raises(NameInUse, match="in use by a pod"):
        make(engine, "true", name="bare")
    with pytest.raises(NameInUse):
        engine.pods.create(PodOptions(name="lonely"))
    with pytest.raises(NoSuchObject, match="no such pod"):
        in_pod(engine, "nosuch")


def test_a_limit_holds_for_all_together(engine: Engine, demo_image: Image) -> None:
    limits = ResourceLimits(memory=48 << 20, cpus=0.5, pids=0)
    pod = engine.pods.create(PodOptions(name="p", resources=limits))
    # Each takes less than the limit; both together take more, so that one has to die.
    greedy = "exec 2>/dev/null; dd if=/dev/zero of=/dev/shm/$0 bs=1M count=30 && sleep 600"
    for name in ("one", "two"):
        in_pod(engine, "p", "sh", "-c", greedy, name, name=name).start()
    for _ in eventually():
        if Status.EXITED in (status_of(engine, "one"), status_of(engine, "two")):
            break
    if (memory := Path(f"/sys/fs/cgroup/memory/wharfinger/{pod.id}")).exists():
        assert (memory / "memory.limit_in_bytes").read_text() == f"{48 << 20}\n"
    engine.pods.remove("p", force=True)
    assert not list(Path("/sys/fs/cgroup").glob(f"**/wharfinger/{pod.id}"))


def test_the_last_container_ends_the_pod_where_that_is_asked_for(engine: Engine, demo_image: Image) -> None:
    engine.pods.create(PodOptions(name="p", exit_policy=ExitPolicy.STOP))
    first, last = in_pod(engine, "p", "sleep", "0.1"), in_pod(engine, "p", "sleep", "600")
    engine.pods.start("p")
    for _ in eventually():
        if status_of(engine, first.id) is Status.EXITED:
            break
    assert status(engine, "p") is PodStatus.DEGRADED
    last.kill()
    for _ in eventually():
        if status(engine, "p") is PodStatus.EXITED:
            break
    engine.pods.start("p")
    assert status_of(engine, last.id) is Status.RUNNING


def test_the_command_line(engine: Engine, demo_image: Image, wharf: Wharf, tmp_path: Path) -> None:
    id_file = tmp_path / "id"
    made = wharf("pod", "create", "--name", "p", "--label", "team=a", "--share", "+pid", f"--pod-id-file={id_file}")
    pod_id = made.stdout.strip()
    assert (made.returncode, id_file.read_text()) == (0, pod_id)
    assert wharf("run", "-d", "--pod-id-file", str(id_file), "--name", "a", DEMO, "sleep", "600").returncode == 0
    run_b = wharf("run", "--pod", "p", "--rm", DEMO, "ps")
    assert "catatonit" in run_b.stdout and "sleep 600" in run_b.stdout
    assert wharf("run", "-d", "--pod", "new:q", "--name", "b", DEMO, "sh", "-c", "echo hail").returncode == 0
    listed = json.loads(wharf("pod", "ps", "--format", "json").stdout)
    assert [(one["Name"], len(one["Containers"])) for one in listed] == [("q", 2), ("p", 2)]
    assert wharf("pod", "ps", "-q", "--filter", "label=team=a").stdout == f"{pod_id[:12]}\n"
    titles, first = wharf("ps", "-a", "--pod", "--filter", "name=^a$").stdout.splitlines()
    assert titles.split()[-3:] == ["POD", "ID", "PODNAME"] and first.split()[-3:] == ["a", pod_id[:12], "p"]
    assert "catatonit -P" in wharf("pod", "top", "p").stdout
    for _ in eventually():
        if wharf("pod", "logs", "q").stdout == "hail\n":
            break
    assert wharf("pod", "inspect", "--format", "{{.Id}} {{.State}}", "p").stdout == f"{pod_id} Running\n"
    figures = wharf("pod", "stats", "--no-stream", "p").stdout.splitlines()
    assert len(figures) == 3 and "CPU %" in figures[0]
    assert wharf("pod", "kill", "p").stdout == f"{pod_id}\n"
    assert wharf("pod", "exists", "p").returncode == 0 and wharf("pod", "exists", "nosuch").returncode == 1
    missing = wharf("pod", "rm", "nosuch")
    assert (missing.returncode, missing.stderr.splitlines()[0]) == (
        1,
        "Error: no pod with name or ID nosuch found: no such pod",
    )
    assert wharf("rm", "--all", "--force").returncode == 0
    assert wharf("pod", "ps", "-q").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--share", "bogus"), "invalid kernel namespace to share: bogus"),
        (("--infra=false", "--share", "net"), "cannot set share(net) namespaces without an infra container"),
        (("--infra-command", "true"), "nothing but its own program"),
        (("--replace",), "cannot replace pod without a name"),
        (("one", "--name", "two"), "give the name once"),
    ],
)
def test_a_pod_that_can_not_be(wharf: Wharf, arguments: tuple[str, ...], message: str) -> None:
    refused = wharf("pod", "create", *arguments)
    assert refused.returncode == 125 and message in refused.stderr


def make_pod(engine: Engine) -> None:
    engine.pods.create(PodOptions(name="p"))


def remove_pod(engine: Engine) -> None:
    engine.pods.remove("p")


@pytest.mark.parametrize("action", [make_pod, remove_pod])
def test_killed_at_any_step(site: Worksite, action: Callable[[Engine], None]) -> None:
    for step in range(1, 200, 11):
        if action is remove_pod:
            with Engine.open(site.paths) as engine:
                if not engine.pods.all():
                    make_pod(engine)
                    run(engine, "true", pod="p", network="").wait()
                    engine.pods.stop("p", timeout=0)
        ended = in_child(site, action, lambda step=step: kill_at(step))  # type: ignore[misc]
        with Engine.open(site.paths) as engine:
            for _ in eventually():
                pods, containers = engine.pods.all(), engine.containers()
                if all(one.intent is None for one in containers):
                    break
            assert set(runc_statuses(engine)) <= {one.id for one in containers}
            if action is make_pod:
                assert [(one.status, len(one.members)) for one in pods] in ([], [(PodStatus.CREATED, 1)])
                if pods:
                    engine.pods.remove("p")
            assert {one.pod for one in containers} <= {one.id for one in pods}
        if not os.WIFSIGNALED(ended):
            assert ended == 0
            return
        assert os.WTERMSIG(ended) == signal.SIGKILL
    raise AssertionError("it has too many steps")

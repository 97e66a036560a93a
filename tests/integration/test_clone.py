"""container clone: what is the same, what differs, and what becomes of the original."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from core.engine import Engine
from core.model.image import Image
from core.model.state import Status
from tests.worksite import DEMO

Wharf = Callable[..., subprocess.CompletedProcess[str]]


def test_a_clone_is_like_its_original_but_for_what_is_asked(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    words = ("-l", "a=b", "-e", "X=1", "-v", "data:/data", "-v", "/fresh", "--memory", "64m", "--stop-signal", "INT")
    made = wharf("run", "-d", "--name", "one", *words, DEMO, "sh", "-c", "echo $X; exec sleep 1000")
    assert made.returncode == 0, made.stderr
    assert wharf("container", "clone", "--cpus", "0.5", "--run", "one").returncode == 0
    assert wharf("container", "clone", "one").returncode == 0
    original, twin, third = (engine.lookup(name) for name in ("one", "one-clone", "one-clone1"))
    assert (twin.refresh().status, third.refresh().status) == (Status.RUNNING, Status.CONFIGURED)
    for name in ("process", "labels", "stop_signal", "image_id", "bind_mounts"):
        assert getattr(twin.config, name) == getattr(original.config, name), name
    assert (twin.config.resources.memory, twin.config.resources.cpus) == (64 << 20, 0.5)
    mounted, ours = twin.config.volume_mounts, original.config.volume_mounts
    assert [mount.destination for mount in mounted] == [mount.destination for mount in ours]
    assert [mount.name for mount in mounted if not mount.anonymous] == ["data"]
    assert not {mount.name for mount in mounted if mount.anonymous} & {mount.name for mount in ours if mount.anonymous}
    wharf("tag", DEMO, "other:1")
    assert wharf("container", "clone", "one", "two", "other:1").returncode == 0
    assert engine.lookup("two").config.image == "localhost/other:1"


def test_what_becomes_of_the_original(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    assert wharf("run", "-d", "--name", "one", DEMO, "sleep", "1000").returncode == 0
    refused = wharf("container", "clone", "--destroy", "one", "two")
    assert refused.returncode == 125 and "--force" in refused.stderr
    for wrong in (("--force", "one"), ("--name", "a", "one", "b"), ("nobody",), ("one", "two", "localhost:1/none")):
        assert wharf("container", "clone", *wrong).returncode == 125, wrong
    assert [one.name for one in engine.containers()] == ["one"], "nothing was made"
    assert wharf("container", "clone", "--destroy", "-f", "one", "two").returncode == 0
    assert [one.name for one in engine.containers()] == ["two"]


def test_a_clone_stays_in_its_pod_or_goes_into_another(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    for pod in ("p", "q"):
        assert wharf("pod", "create", "--name", pod, "--network", "none").returncode == 0
    assert wharf("create", "--pod", "p", "--name", "in", DEMO, "sleep", "1000").returncode == 0
    assert wharf("container", "clone", "in").returncode == 0
    assert wharf("container", "clone", "--pod", "q", "--run", "in", "there").returncode == 0
    for name, pod in (("in-clone", "p"), ("there", "q")):
        config, infra = engine.lookup(name).config, engine.pods.lookup(pod)
        assert (config.pod, config.network_container) == (infra.id, infra.infra_id), name
    assert wharf("container", "clone", "--pod", "none", "in").returncode == 125

"""diff and commit on real containers: what they tell and make is what the container has."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from core.container import Container
from core.engine import Engine
from core.errors import InvalidArgument
from core.events import EventKind
from core.model.content import ChangeKind, CommitOptions, FileChange
from core.model.options import CreateOptions
from core.model.state import Intent, Status
from core.oci.signals import parse_signal
from tests.integration.bundle import build_rootfs
from tests.worksite import DEMO, Worksite, eventually, make, run

pytestmark = pytest.mark.usefixtures("demo_image")
Wharf = Callable[..., subprocess.CompletedProcess[str]]
WORK = (
    "echo new >/etc/new; rm /etc/group; mkdir -p /data/deep; ln -s new /etc/link; ln /etc/new /etc/hard; "
    "chmod 4711 /etc/new; chown 1000:1000 /data; rm -r /www; mkdir /www; touch /www/only; mkfifo /data/pipe; "
    "dd if=/dev/zero of=/data/sparse bs=1 count=1 seek=1000000 2>/dev/null"
)


def ended(engine: Engine, script: str, **options: object) -> Container:
    container = run(engine, "sh", "-c", script, **options)
    assert container.wait(60) == 0
    return container


def run_image(engine: Engine, image: str, *command: str) -> str:
    container = engine.create(CreateOptions(image=image, command=command))
    container.start()
    assert container.wait(60) == 0, container.replay()
    return container.replay().decode()


def test_diff_tells_what_was_done_and_nothing_of_the_engine_s_mounts(engine: Engine) -> None:
    container = ended(engine, "echo a >/etc/new; rm /etc/group; mkdir /data")
    assert container.diff() == [
        FileChange("/data", ChangeKind.ADDED),
        FileChange("/etc", ChangeKind.CHANGED),
        FileChange("/etc/group", ChangeKind.DELETED),
        FileChange("/etc/new", ChangeKind.ADDED),
    ]


def test_nothing_done_is_no_difference(engine: Engine) -> None:
    assert make(engine, "true").diff() == []


def test_the_image_of_a_container_has_its_files(engine: Engine) -> None:
    container = ended(engine, WORK)
    changed = {change.path: change.kind for change in container.diff()}
    assert (changed["/www"], changed["/www/only"]) == (ChangeKind.CHANGED, ChangeKind.ADDED)
    image = container.commit(CommitOptions(reference="made:1", message="why", author="me"))
    assert engine.images.find("made:1").id == image
    seen = run_image(
        engine,
        "made:1",
        "sh",
        "-c",
        "cat /etc/new; ls /etc/group 2>&1; stat -c '%a %u %h %F' /etc/new /data /data/pipe; readlink /etc/link; "
        "ls /www; stat -c '%s' /data/sparse; ls -A /data/deep; test -e /etc/hosts && echo mounted",
    )
    assert seen.splitlines() == [
        "new",
        "ls: /etc/group: No such file or directory",
        "4711 0 2 regular file",
        "755 1000 3 directory",
        "644 0 1 fifo",
        "new",
        "only",
        "1000001",
        "mounted",
    ]
    raw = engine.images.inspect("made:1")
    history = raw["History"]
    assert isinstance(history, list)
    assert (history[-1]["comment"], history[-1]["author"]) == ("why", "me")
    assert [event.attributes["image"] for event in engine.past_events() if event.kind is EventKind.COMMIT] == ["made:1"]


def test_an_image_of_an_image_of_an_image(engine: Engine) -> None:
    reference = DEMO
    for number in range(3):
        container = engine.create(CreateOptions(image=reference, command=("sh", "-c", f"echo {number} >>/log")))
        container.start()
        container.wait(60)
        reference = f"localhost/chain:{number}"
        container.commit(CommitOptions(reference=reference))
    assert run_image(engine, reference, "cat", "/log") == "0\n1\n2\n"
    changes = engine.images.diff(reference)
    assert FileChange("/log", ChangeKind.CHANGED) in changes


def test_what_containers_of_the_image_inherit(engine: Engine) -> None:
    container = make(
        engine,
        "sh",
        "-c",
        "true",
        env=("A=1", "B=2"),
        user="1000",
        workdir="/tmp",
        labels={"l": "1"},
        stop_signal="INT",
    )
    changes = ("ENV B=3", "LABEL m=2", "EXPOSE 80/tcp", 'CMD ["echo", "hi"]', "ONBUILD RUN x", "VOLUME /v")
    container.commit(CommitOptions(reference="made", changes=changes))
    config = engine.images.config(engine.images.find("made").id)
    assert (config.user, config.working_dir, config.cmd, config.entrypoint) == ("1000", "/tmp", ("echo", "hi"), ())
    assert {"A=1", "B=3"} <= set(config.env) and not [line for line in config.env if line.startswith("container=")]
    assert config.labels == {"wharf.demo": "1", "l": "1", "m": "2"}
    assert (config.exposed_ports, config.volumes) == (("80/tcp",), ("/v",))
    assert parse_signal(config.stop_signal) == parse_signal("INT")


def test_a_wrong_name_or_change_leaves_nothing(engine: Engine, worksite: Worksite) -> None:
    container = make(engine, "true")
    for wrong in (CommitOptions(reference="UPPER"), CommitOptions(changes=("RUN x",))):
        with pytest.raises(InvalidArgument):
            container.commit(wrong)
    assert len(engine.images.all()) == 1
    assert list(worksite.paths.transfers.iterdir()) == []


def test_a_running_container_is_frozen_only_while_it_is_read(engine: Engine) -> None:
    container = run(engine, "sh", "-c", "while :; do echo x >>/log; done")
    for _ in eventually():
        if FileChange("/log", ChangeKind.ADDED) in container.diff():
            break
    image = container.commit(CommitOptions())
    assert container.refresh().status is Status.RUNNING
    assert engine.images.find(image).names == ()
    kinds = [event.kind for event in engine.past_events()]
    assert EventKind.PAUSE not in kinds, "nobody asked for a pause"
    size = int(run_image(engine, image, "stat", "-c", "%s", "/log"))
    assert size > 0


def test_a_commit_that_was_killed_lets_the_container_go_on(engine: Engine) -> None:
    container = run(engine, "sleep", "1000")
    with container.hold() as held:
        held.save(intent=Intent.COMMITTING)
        held.parts.runtime.pause(held.id)
    assert container.refresh().status is Status.RUNNING


def test_a_root_without_an_image(engine: Engine, tmp_path: Path) -> None:
    demo_root = build_rootfs(tmp_path / "rootfs")
    container = engine.create(CreateOptions(rootfs=str(demo_root), command=("sh", "-c", "echo hi >/made")))
    container.start()
    container.wait(60)
    with pytest.raises(InvalidArgument, match="nothing to compare"):
        container.diff()
    container.commit(CommitOptions(reference="whole"))
    assert run_image(engine, "whole", "cat", "/made") == "hi\n"


def test_squash_and_docker_s_form(engine: Engine) -> None:
    container = ended(engine, "echo hi >/made; rm /etc/group")
    container.commit(CommitOptions(reference="one", squash=True))
    layers = engine.images.inspect("one")["RootFS"]
    assert isinstance(layers, dict) and len(layers["diff_ids"]) == 1
    container.commit(CommitOptions(reference="docker", format="docker"))
    for image in ("one", "docker"):
        assert run_image(engine, image, "sh", "-c", "cat /made; ls /etc/group || true").startswith("hi\n")
    assert not container.snapshot().mount_point


def test_what_is_mounted_becomes_volumes_of_the_image(wharf: Wharf, engine: Engine, tmp_path: Path) -> None:
    mounts = ("-v", "kept:/kept", "-v", f"{tmp_path}:/from-host")
    assert wharf("create", "--name", "it", *mounts, DEMO, "true").returncode == 0
    made = wharf("commit", "--include-volumes", "it", "with-volumes")
    assert made.returncode == 0, made.stderr
    shown = json.loads(wharf("image", "inspect", "with-volumes").stdout)[0]["Config"]["Volumes"]
    assert sorted(shown) == ["/from-host", "/kept"]
    gone = wharf("container", "cleanup", "--rm", "it")
    assert gone.returncode == 0, gone.stderr
    assert wharf("container", "exists", "it").returncode == 1


def test_by_the_command_line(engine: Engine, wharf: Wharf, tmp_path: Path) -> None:
    container = ended(engine, "echo hi >/made; rm /etc/group", name="it")
    assert wharf("diff", "it").stdout == "C /etc\nD /etc/group\nA /made\n"
    listed = json.loads(wharf("diff", "--format", "json", container.id[:6]).stdout)
    assert listed == {"changed": ["/etc"], "added": ["/made"], "deleted": ["/etc/group"]}
    made = wharf("commit", "-q", "--iidfile", str(tmp_path / "id"), "-c", "CMD cat /made", "it", "made:2")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "id").read_text() == f"sha256:{made.stdout.strip()}"
    assert wharf("run", "--rm", "made:2").stdout == "hi\n"
    nobody = wharf("diff", "nobody")
    assert nobody.returncode == 125 and "nobody" in nobody.stderr

"""image mount, tree and trust, the sizes of containers, and what is told of a container's state: as podman has them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from core.engine import Engine
from core.errors import InvalidArgument, StateForbids
from core.model.content import CommitOptions
from core.model.image import Image
from core.model.options import CreateOptions
from core.model.pod import PodOptions
from core.model.state import Status
from core.settings import Settings
from tests.worksite import DEMO, Worksite, eventually, make, run

Wharf = Callable[..., subprocess.CompletedProcess[str]]


def test_an_image_is_mounted_read_only_until_it_is_unmounted(
    engine: Engine, worksite: Worksite, demo_image: Image, wharf: Wharf
) -> None:
    assert wharf("image", "mount").stdout == ""
    place = Path(wharf("image", "mount", DEMO).stdout.strip())
    assert (place / "bin/busybox").is_file()
    with pytest.raises(OSError, match="Read-only"):
        (place / "mark").touch()
    assert wharf("image", "mount", DEMO).stdout.strip() == str(place), "it is mounted once"
    assert wharf("image", "mount").stdout == f"{DEMO}  {place}\n"
    (told,) = json.loads(wharf("image", "mount", "--format", "json").stdout)
    assert (told["id"], told["Repositories"], told["mountpoint"]) == (demo_image.id, [DEMO], str(place))
    run(engine, "true").wait(60)
    assert engine.images.mounted() == {demo_image.id: place}, "containers of it leave it alone"
    assert wharf("image", "unmount", DEMO).stdout == f"{demo_image.id}\n"
    assert wharf("image", "unmount", DEMO).stdout == "", "and nothing is wrong"
    assert not os.path.ismount(place)
    assert wharf("image", "mount", "--all").stdout == f"{DEMO}  {place}\n"
    assert wharf("image", "umount", "--all", "--force").stdout == f"{demo_image.id}\n"
    assert worksite.mounts() == []
    for words, said in ((("unmount",), "image name or ID must be specified"), (("mount", "nope"), "image not known")):
        refused = wharf("image", *words)
        assert (refused.returncode, said in refused.stderr) == (125, True)


def test_an_image_that_goes_is_not_left_mounted(engine: Engine, worksite: Worksite, demo_image: Image) -> None:
    engine.images.mount(DEMO)
    engine.images.remove(DEMO)
    assert (engine.images.mounted(), worksite.mounts()) == ({}, [])


def test_the_layers_of_an_image(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    container = run(engine, "sh", "-c", "echo one >/etc/one")
    container.wait(60)
    second = container.commit(CommitOptions(reference="second:1"))
    base, top = list(engine.images.layers()[second])[::-1]
    shown = wharf("image", "tree", "second:1").stdout.splitlines()
    assert shown[:2] == [f"Image ID: {second[:12]}", "Tags:     [localhost/second:1]"]
    assert shown[3] == "Image Layers"
    assert shown[4].startswith(f"├── ID: {base[:12]} Size: ") and shown[4].endswith(f"Top Layer of: [{DEMO}]")
    assert shown[5].startswith(f"└── ID: {top[:12]} Size: ")
    upon = wharf("image", "tree", "--whatrequires", DEMO).stdout.splitlines()
    assert upon[5].startswith(f"    └── ID: {top[:12]}") and upon[5].endswith("[localhost/second:1]")
    header, *rows = wharf("images", "--history").stdout.splitlines()
    assert header.split()[-1] == "HISTORY"
    assert {row.split()[-1] for row in rows} == {DEMO, "localhost/second:1"}


def test_the_signature_policy_is_shown_and_set(
    engine: Engine, worksite: Worksite, demo_archive: Path, tmp_path: Path
) -> None:
    policy, key = tmp_path / "policy.json", tmp_path / "key.asc"
    home = {**os.environ, "GNUPGHOME": str(tmp_path)}
    made = ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", "Ali <ali@example.org>", "ed25519", "sign"]
    subprocess.run(made, env=home, check=True, capture_output=True, timeout=60)
    key.write_bytes(subprocess.run(["gpg", "--export"], env=home, check=True, capture_output=True).stdout)
    subprocess.run(["gpgconf", "--kill", "gpg-agent"], env=home, check=True, capture_output=True)
    with Engine.open(worksite.paths, Settings(signature_policy=str(policy))) as host:
        trust = host.images.trust
        with pytest.raises(InvalidArgument, match="can not be read"):
            trust.rules()
        trust.set("default", "reject", ())
        trust.set("example.org/team", "signedBy", [str(key)])
        trust.set("docker.io", "accept", ())
        assert [(rule.transport, rule.scope, rule.kind, rule.signers) for rule in trust.rules()] == [
            ("all", "default", "reject", ()),
            ("repository", "example.org/team", "signed", ("ali@example.org",)),
            ("repository", "docker.io", "accept", ()),
        ]
        assert json.loads(trust.text())["transports"]["docker"]["example.org/team"] == [
            {"type": "signedBy", "keyType": "GPGKeys", "keyPath": str(key)}
        ]
        with pytest.raises(InvalidArgument, match="public key"):
            trust.set("example.org", "signedBy", ())
        policy.write_text("{")
        with pytest.raises(InvalidArgument, match="damaged"):
            trust.rules()


def test_what_the_command_shows_of_the_policy(wharf: Wharf) -> None:
    shown = wharf("image", "trust", "show").stdout.splitlines()
    assert shown[0].split() == ["TRANSPORT", "NAME", "TYPE", "ID"]
    (default, *_) = json.loads(wharf("image", "trust", "show", "--json").stdout)
    assert (default["transport"], default["repo_name"]) == ("all", "default")
    assert "default" in json.loads(wharf("image", "trust", "show", "--raw").stdout)
    refused = wharf("image", "trust", "set", "example.org")
    assert (refused.returncode, "at least one public key" in refused.stderr) == (125, True)


def test_sizes_of_containers(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    container = run(engine, "sh", "-c", "head -c 1500000 /dev/zero >/etc/zeroes", name="wrote")
    container.wait(60)
    sizes = container.sizes()
    assert (sizes.written, sizes.image) == (1_500_000, demo_image.size)
    header, row = wharf("ps", "-as").stdout.splitlines()
    assert (header.split()[-1], row.endswith("1.5MB (virtual 2.14MB)")) == ("SIZE", True)
    (told,) = json.loads(wharf("ps", "-a", "--size", "--format", "json").stdout)
    assert told["Size"] == {"rootFsSize": demo_image.size, "rwSize": 1_500_000}
    (seen,) = json.loads(wharf("inspect", "--size", "wrote").stdout)
    assert (seen["SizeRw"], seen["SizeRootFs"]) == (1_500_000, demo_image.size)
    assert "SizeRw" not in wharf("inspect", "wrote").stdout


def test_a_paused_container_is_killed(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    container = run(engine, "sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done", name="frozen")
    for _ in eventually():
        if b"ready" in container.replay():
            break
    container.pause()
    assert wharf("ps", "--format", "{{.State}}|{{.Status}}").stdout == "Paused|Paused\n"
    assert wharf("top", "frozen").returncode == 125
    assert wharf("kill", "--signal", "TERM", "frozen").stdout == "frozen\n"
    assert container.refresh().status is Status.PAUSED, "it gets the signal when it goes on"
    container.unpause()
    assert container.wait(60) == 7
    container.start()
    container.pause()
    assert wharf("kill", "frozen").returncode == 0
    assert container.wait(60) == 137
    assert container.refresh().status is Status.EXITED
    with pytest.raises(StateForbids):
        container.kill()


def test_states_and_exit_codes_in_podmans_words(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    make(engine, "true", name="made")
    make(engine, "true", name="set").init()
    run(engine, "sleep", "1000", name="runs")
    shown = dict(line.split("|") for line in wharf("ps", "-a", "--format", "{{.Names}}|{{.State}}").stdout.splitlines())
    assert (shown["made"], shown["set"], shown["runs"][:3]) == ("Created", "Initialized", "Up ")
    states = {one["Names"][0]: one["State"] for one in json.loads(wharf("ps", "-a", "--format", "json").stdout)}
    assert states == {"made": "created", "set": "initialized", "runs": "running"}
    assert wharf("inspect", "--format", "{{.State.Status}}", "set").stdout == "initialized\n"
    assert wharf("ps", "-aq", "--filter", "status=created").stdout.split() == [engine.lookup("made").id[:12]]
    unknown = wharf("run", "--rm", "--user", "nope", DEMO, "true")
    assert (unknown.returncode, "not known in the container" in unknown.stderr) == (126, True)
    assert wharf("run", "--rm", "-d", "--user", "nope", DEMO, "true").returncode == 126
    assert wharf("run", "--rm", "nope:1", "true", "--pull=never").returncode == 125
    assert wharf("run", "--rm", DEMO, "/nope").returncode == 127
    empty = wharf("exec", "runs")
    assert (empty.returncode, "must provide a non-empty command" in empty.stderr) == (255, True)


def test_a_prune_of_the_system_takes_ended_pods(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    ended = engine.pods.create(PodOptions(name="ended", labels={"keep": "no"}))
    kept = engine.pods.create(PodOptions(name="kept"))
    inside = engine.create(CreateOptions(image=DEMO, pod="ended", command=("true",)))
    for pod in (ended, kept):
        engine.pods.start(pod.id)
    inside.wait(60)
    engine.pods.stop("ended", 0)
    plan = engine.housekeeping.plan(pods=lambda _: True, containers=lambda _: True)
    assert (plan.pods, plan.containers) == ((ended.id,), ()), "its containers go with it"
    assert wharf("system", "prune", "-f", "--filter", "label=keep=yes").stdout.startswith("Total")
    assert wharf("system", "prune", "-f", "--filter", "until=10h").stdout.startswith("Total")
    asked = wharf("system", "prune", stdin="n\n").stdout
    assert "- all stopped pods" in asked
    done = wharf("system", "prune", "-f", "--filter", "label!=keep=yes").stdout.splitlines()
    assert done[:2] == ["Deleted Pods", ended.id]
    assert [pod.name for pod in engine.pods.all()] == ["kept"]

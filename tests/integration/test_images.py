"""Images: from archives, from a registry, from tars, and out of podman's store."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.engine import Engine
from core.errors import ImageInUse, NoSuchImage, StorageFailed
from core.model.image import Image, RegistryAccess
from core.model.options import CreateOptions
from core.model.snapshot import PullProgress
from core.model.state import Status
from core.settings import Settings
from core.storage.command import StorageCommand
from core.storage.store_files import StoreFiles
from tests.registry import registry as running_registry
from tests.worksite import DEMO, Worksite, make

Wharf = Callable[..., "subprocess.CompletedProcess[str]"]


UNENCRYPTED = RegistryAccess(tls_verify=False)


@pytest.fixture
def registry(worksite: Worksite) -> Iterator[str]:
    """The `host:port` of a plain one."""
    with running_registry(worksite.folder / "registry") as running:
        yield running.address


def push(archive: Path, target: str) -> None:
    argv = ["skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", f"oci-archive:{archive}", target]
    subprocess.run(argv, check=True, capture_output=True, timeout=60)


def test_an_image_is_pulled_from_a_registry(registry: str, engine: Engine, demo_archive: Path, wharf: Wharf) -> None:
    push(demo_archive, f"docker://{registry}/team/demo:1.0")
    told: list[PullProgress] = []
    image = engine.images.pull(f"{registry}/team/demo:1.0", access=UNENCRYPTED, progress=told.append)
    assert f"{registry}/team/demo:1.0" in image.names
    assert told
    pulled = wharf("pull", "--tls-verify=false", "--quiet", f"{registry}/team/demo:1.0")
    assert pulled.returncode == 0, pulled.stderr
    assert pulled.stdout.strip() == image.id
    finished = wharf("run", "--rm", f"{registry}/team/demo:1.0", "echo", "from the registry")
    assert finished.stdout == "from the registry\n", finished.stderr


def test_what_the_registry_has_not_is_said_in_a_sentence(
    registry: str, engine: Engine, demo_archive: Path, wharf: Wharf
) -> None:
    push(demo_archive, f"docker://{registry}/team/demo:1.0")
    with pytest.raises(NoSuchImage, match="nope"):
        engine.images.pull(f"{registry}/team/demo:nope", access=UNENCRYPTED)
    refused = wharf("pull", "--tls-verify=false", f"{registry}/team/other")
    assert refused.returncode == 125
    assert refused.stderr.splitlines()[-2].startswith("Error: "), refused.stderr
    assert engine.images.all() == []


def test_a_registry_that_is_not_there_is_said_in_a_sentence(engine: Engine, wharf: Wharf) -> None:
    with pytest.raises(StorageFailed) as refusal:
        engine.images.pull("localhost:1/team/demo", access=UNENCRYPTED)
    assert "network" in refusal.value.hint
    refused = wharf("pull", "--tls-verify=false", "localhost:1/team/demo")
    assert refused.returncode == 125
    assert "Traceback" not in refused.stderr


def test_a_run_pulls_what_is_missing(registry: str, demo_archive: Path, wharf: Wharf) -> None:
    push(demo_archive, f"docker://{registry}/demo")
    # Without --tls-verify=false a registry on loopback is asked over TLS, which this one has not.
    assert wharf("run", "--rm", f"{registry}/demo", "true").returncode == 125
    assert wharf("pull", "--tls-verify=false", f"{registry}/demo").returncode == 0
    assert wharf("run", "--rm", "--pull", "never", f"{registry}/demo", "true").returncode == 0


@pytest.mark.parametrize("kind", ["docker-archive", "oci-archive"])
def test_archives_of_both_kinds_are_loaded(engine: Engine, demo_archive: Path, tmp_path: Path, kind: str) -> None:
    archive = tmp_path / "image.tar"
    argv = ["skopeo", "--insecure-policy", "copy", f"oci-archive:{demo_archive}", f"{kind}:{archive}:example.org/a/b:2"]
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
    (image,) = engine.images.load(archive)
    assert image.names == ("example.org/a/b:2",)
    assert engine.images.find("example.org/a/b:2").id == image.id
    assert engine.images.config(image.id).cmd == ("/bin/sh",)


def test_a_tar_becomes_an_image_with_changes(engine: Engine, demo_image: Image, tmp_path: Path, wharf: Wharf) -> None:
    container = make(engine, "true", name="source")
    container.export(tmp_path / "root.tar")
    changes = ["--change", 'CMD ["echo","imported"]', "--change", "ENV A=b c", "--change", "WORKDIR /tmp"]
    imported = wharf("import", *changes, str(tmp_path / "root.tar"), "mine:1")
    assert imported.returncode == 0, imported.stderr
    assert wharf("run", "--rm", "mine:1").stdout == "imported\n"
    assert wharf("run", "--rm", "mine:1", "sh", "-c", "pwd; echo $A").stdout == "/tmp\nb c\n"
    assert engine.images.find("mine:1").names == ("localhost/mine:1",)


def test_a_tar_can_not_reach_out_of_its_image(engine: Engine, demo_image: Image, tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar"
    target = tmp_path / "reached"
    with tarfile.open(evil, "w") as tar:
        link = tarfile.TarInfo("way")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path)
        tar.addfile(link)
        for name in ("way/reached", f"../../../../../../../..{target}", str(target)):
            tar.addfile(tarfile.TarInfo(name))
    try:
        image = engine.images.import_tar(evil, "evil")
        container = engine.create(CreateOptions(image=image.id, name="evil", command=("x",)))
        container.mount()
    except StorageFailed:
        pass
    assert not target.exists()


def test_names_come_and_go_and_with_the_last_the_image(engine: Engine, demo_image: Image) -> None:
    engine.images.tag(DEMO, "other:2")
    engine.images.tag(DEMO, "example.org/third")
    assert len(engine.images.find(demo_image.id).names) == 3
    assert engine.images.remove("other:2") == ["Untagged: localhost/other:2"]
    engine.images.remove("example.org/third")
    removed = engine.images.remove(DEMO)
    assert removed[0] == f"Untagged: {DEMO}"
    assert any(demo_image.id in line for line in removed[1:])
    assert engine.images.all() == []
    with pytest.raises(NoSuchImage):
        engine.images.find(DEMO)


def test_an_image_in_use_stays_unless_forced(engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    make(engine, "true", name="user")
    with pytest.raises(ImageInUse):
        engine.images.remove(DEMO)
    assert wharf("rmi", DEMO).returncode == 2
    assert wharf("rmi", "--force", DEMO).returncode == 0
    assert engine.images.all() == []
    assert engine.containers() == []


def test_the_list_says_what_there_is(demo_image: Image, wharf: Wharf) -> None:
    (listed,) = json.loads(wharf("images", "--format", "json").stdout)
    assert listed["Id"] == demo_image.id
    assert listed["Names"] == [DEMO]
    assert listed["Size"] > 1 << 20
    header, line = wharf("images").stdout.splitlines()
    assert header.split()[:3] == ["REPOSITORY", "TAG", "IMAGE"]
    assert line.split()[:3] == ["localhost/wharf-demo", "latest", demo_image.id[:12]]
    assert wharf("images", "-q").stdout.strip() == demo_image.id[:12]
    (shown,) = json.loads(wharf("inspect", DEMO).stdout)
    assert shown["Config"]["Cmd"] == ["/bin/sh"]


@pytest.fixture
def other_store(worksite: Worksite, demo_archive: Path) -> Path:
    """The store of another program, such as podman's, with the image `localhost/theirs:1` in it."""
    store, run_root = worksite.folder / "theirs", worksite.folder / "theirs-run"
    target = f"containers-storage:[overlay@{store}+{run_root}]localhost/theirs:1"
    argv = ["skopeo", "--insecure-policy", "copy", f"oci-archive:{demo_archive}", target]
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
    subprocess.run(["umount", str(store / "overlay")], check=False, capture_output=True)
    return store


def tree(folder: Path) -> set[tuple[str, int]]:
    """Every file with its size, locks left out."""
    found = set()
    for place, _, files in os.walk(folder):
        found |= {(f"{place}/{name}", os.lstat(f"{place}/{name}").st_size) for name in files if "lock" not in name}
    return found


def test_the_images_of_another_store_are_used_and_never_changed(worksite: Worksite, other_store: Path) -> None:
    before = tree(other_store)
    settings = Settings(additional_image_stores=(str(other_store),))
    with Engine.open(worksite.paths, settings) as engine:
        (image,) = engine.images.all()
        assert image.read_only
        assert image.names == ("localhost/theirs:1",)
        container = engine.create(CreateOptions(image="theirs:1", name="mine", command=("sh", "-c", "echo > /new")))
        container.start()
        assert container.wait(60) == 0
        for force in (False, True):
            with pytest.raises(ImageInUse, match=f"it belongs to the store {other_store}"):
                engine.images.remove("theirs:1", force=force)
        assert engine.lookup("mine").snapshot().status is Status.EXITED
        container.cleanup()
        container.remove()
        engine.images.tag("theirs:1", "ours:2")
        assert engine.images.find(image.id).names == ("localhost/ours:2",)
        with pytest.raises(ImageInUse):
            engine.images.remove("theirs:1")
        assert engine.images.remove("ours:2") == ["Untagged: localhost/ours:2"]
        assert [kept.id for kept in engine.images.all()] == [image.id]
    assert tree(other_store) == before


def test_the_files_of_the_stores_say_what_the_command_says(
    worksite: Worksite, other_store: Path, demo_archive: Path
) -> None:
    command = StorageCommand(worksite.paths, Settings(additional_image_stores=(str(other_store),)))
    files = StoreFiles(command, worksite.paths.storage_root)
    assert [entry["id"] for entry in files.images() if entry.pop("own")] == []
    with Engine.open(worksite.paths, Settings(additional_image_stores=())) as engine:
        (own,) = engine.images.load(demo_archive)
        engine.images.tag(own.id, "again:2")
    told = files.images()
    assert {entry.pop("own") for entry in told} == {True, False}
    assert sorted(told, key=repr) == sorted(command.json("images"), key=repr)
    assert {name for entry in told for name in entry["names"]} >= {"localhost/theirs:1", "localhost/again:2"}
    for name in ("manifest", f"sha256:{own.id}"):
        assert files.image_data(own.id, name) == command.check("get-image-data", own.id, name).stdout
    assert files.image_data(own.id, "nothing") is None
    layers = {entry["id"]: entry.get("parent", "") for entry in command.json("layers")}
    assert {layer.id: layer.parent for layer in files.layers().values()} == layers

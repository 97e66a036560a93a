"""Volumes on real containers: filled once, shared, protected, mounted by option, and none left behind."""

from __future__ import annotations

import functools
import io
import json
import os
import subprocess
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from core.container import Container
from core.engine import Engine
from core.errors import (
    AmbiguousName,
    CopyFailed,
    DamagedArchive,
    InvalidArgument,
    NameInUse,
    NoSuchObject,
    StorageFailed,
    VolumeInUse,
)
from core.host.mounts import is_mounted
from core.model.config import BindMount, ImageMount, VolumeMount
from core.model.options import CreateOptions
from core.model.volume import VolumeIntent
from core.operations.volumes import catalogue
from tests.integration.test_crash import MOST_STEPS, assert_consistent, in_child, kill_at
from tests.worksite import DEMO, Worksite, make, run

Wharf = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.usefixtures("demo_image")


def output(engine: Engine, script: str, **options: object) -> str:
    container = run(engine, "sh", "-c", script, **options)
    assert container.wait(60) == 0, container.replay()
    text = container.replay().decode()
    container.remove(volumes=True)
    return text


def with_files(engine: Engine, **options: object) -> Container:
    """A container whose root has something of everything in /data."""
    container = make(engine, "sh", "-c", "ls -lna /data", **options)
    data = container.mount() / "data"
    (data / "deep").mkdir(parents=True)
    (data / "file").write_text("content")
    os.link(data / "file", data / "deep/same")
    os.symlink("/etc/passwd", data / "link")
    os.setxattr(data / "file", "user.word", b"kept")
    os.mkfifo(data / "pipe")
    os.chown(data / "file", 7, 8)
    os.chown(data, 5, 6)
    (data / "file").chmod(0o4750)
    data.chmod(0o1770)
    container.unmount()
    return container


def volume(name: str, destination: str = "/data", *options: str, **more: bool) -> VolumeMount:
    return VolumeMount(name=name, destination=destination, options=("rbind", "rprivate", *(options or ("rw",))), **more)


def test_the_first_use_fills_a_volume_with_what_the_image_has_there(engine: Engine) -> None:
    container = with_files(engine, volume_mounts=(volume("kept"),))
    before = engine.volumes.find("kept")
    assert before.needs_copy_up and os.listdir(before.path) == []
    container.start()
    assert container.wait(60) == 0
    data = Path(before.path)
    assert data == engine.paths.root / "volumes/kept/_data"
    known, file = data.stat(), (data / "file").lstat()
    assert (known.st_uid, known.st_gid, known.st_mode & 0o7777) == (5, 6, 0o1770)
    assert (file.st_uid, file.st_gid, file.st_mode & 0o7777, file.st_nlink) == (7, 8, 0o4750, 2)
    assert os.getxattr(data / "file", "user.word") == b"kept"
    assert os.readlink(data / "link") == "/etc/passwd"
    assert (data / "pipe").is_fifo() and (data / "deep/same").samefile(data / "file")
    assert not engine.volumes.find("kept").needs_copy_up
    (data / "file").unlink()
    container.start()
    container.wait(60)
    assert not (data / "file").exists(), "it is filled once alone"
    assert [change for change in container.diff() if change.path.startswith("/data/")] == []


def test_what_is_not_to_be_copied_is_not(engine: Engine) -> None:
    assert output(engine, "ls /www", volume_mounts=(volume("bare", "/www", copy=False),)) == ""
    Path(engine.volumes.create("used").path, "own").write_text("own")
    assert output(engine, "ls /www", volume_mounts=(volume("used", "/www"),)) == "own\r\n".replace("\r", "")


def test_a_new_folder_belongs_to_the_containers_user(engine: Engine) -> None:
    written = output(
        engine, "touch /new/it; stat -c %u:%g /new /new/it", user="1000:1000", volume_mounts=(volume("n", "/new"),)
    )
    assert written.split() == ["1000:1000", "1000:1000"]


def test_a_link_in_the_image_never_leads_out_of_its_root(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of the host")
    container = make(engine, "ls", "/data", volume_mounts=(volume("trap"),))
    os.symlink(tmp_path, container.mount() / "data")
    container.unmount()
    container.start()
    container.wait(60)
    assert os.listdir(engine.volumes.find("trap").path) == []


def test_options_are_those_of_the_mount(engine: Engine) -> None:
    mounts = (volume("a", "/a", "ro"), volume("b", "/b", "rw", "noexec", "nosuid", "nodev"))
    text = output(
        engine,
        "! touch /a/x 2>/dev/null; cp /bin/busybox /b/; ! /b/busybox true 2>/dev/null; grep ' /b ' /proc/mounts",
        volume_mounts=mounts,
    )
    assert {"rw", "nosuid", "nodev", "noexec"} <= set(text.split()[3].split(","))


def test_files_are_given_to_the_containers_user_where_that_is_asked_for(engine: Engine, tmp_path: Path) -> None:
    for folder in (tmp_path / "host", Path(engine.volumes.create("mine").path)):
        (folder / "sub").mkdir(parents=True, exist_ok=True)
        (folder / "sub/file").touch()
        os.symlink("/etc/shadow", folder / "sub/link")
    shadow = Path("/etc/shadow").stat().st_uid
    written = output(
        engine,
        "stat -c %u:%g /host/sub/file /mine/sub/file /mine",
        user="1000:1000",
        volume_mounts=(volume("mine", "/mine", chown=True),),
        bind_mounts=(BindMount(source=str(tmp_path / "host"), destination="/host", chown=True),),
    )
    assert written.split() == ["1000:1000"] * 3
    assert Path("/etc/shadow").stat().st_uid == shadow
    with pytest.raises(InvalidArgument, match="not allowed"):
        run(engine, "true", bind_mounts=(BindMount(source="/etc", destination="/host", chown=True),))


def test_who_has_a_volume_protects_it(engine: Engine) -> None:
    first, second = (make(engine, "sleep", "100", volume_mounts=(volume("held"),)) for _ in range(2))
    second.start()
    with pytest.raises(VolumeInUse, match=f"{first.id}, {second.id}"):
        engine.volumes.remove("held")
    assert engine.volumes.find("held").used_by == (first.id, second.id)
    assert engine.volumes.prune().volumes == ()
    assert engine.volumes.remove("held", force=True, timeout=0) == "held"
    assert engine.containers() == [] and not (engine.paths.volumes / "held").exists()
    with pytest.raises(NoSuchObject, match='no volume with name "held" found: no such volume'):
        engine.volumes.remove("held")


def test_anonymous_volumes_go_with_the_last_container_that_has_them(engine: Engine) -> None:
    first = make(engine, "sh", "-c", "echo said >/data/it", volume_mounts=(VolumeMount(destination="/data"),))
    (made,) = engine.volumes.all()
    assert made.anonymous and len(made.name) == 64
    second = make(engine, "sh", "-c", "cat /data/it; ! echo x >/data/it", volumes_from=(f"{first.name}:ro",))
    first.start()
    first.wait(60)
    first.remove(volumes=True)
    assert engine.volumes.exists(made.name)
    second.start()
    assert second.wait(60) == 0 and second.replay().startswith(b"said\n")
    second.remove()
    assert engine.volumes.exists(made.name), "without being asked, a removal leaves volumes"
    preview = engine.volumes.preview()
    assert [volume.name for volume in preview.volumes] == [made.name] and 0 < preview.size <= 8192
    assert engine.volumes.prune() == preview and engine.volumes.all() == []


def test_the_images_volumes_are_made_and_go_with_rm(engine: Engine, wharf: Wharf) -> None:
    source = with_files(engine)
    from core.model.content import CommitOptions

    source.commit(CommitOptions(reference="with-volume", changes=("VOLUME /data",)))
    shown = wharf("run", "--rm", "with-volume", "sh", "-c", "cat /data/file; mount | grep ' /data ' | cut -d' ' -f3")
    assert shown.stdout.split() == ["content/data"]
    assert engine.volumes.all() == []
    wharf("create", "--name", "keeps", "-v", "named:/data", "with-volume")
    assert [volume.name for volume in engine.volumes.all()] == ["named"]
    wharf("create", "--name", "memory", "--image-volume", "tmpfs", "with-volume")
    wharf("create", "--name", "nothing", "--image-volume", "ignore", "with-volume")
    assert [volume.name for volume in engine.volumes.all()] == ["named"]
    listed = json.loads(wharf("inspect", "keeps").stdout)[0]["Mounts"]
    assert [(mount["Type"], mount["Name"], mount["Destination"], mount["RW"]) for mount in listed] == [
        ("volume", "named", "/data", True)
    ]


def test_a_volume_with_mount_options_is_there_as_long_as_somebody_needs_it(engine: Engine, worksite: Worksite) -> None:
    made = engine.volumes.create("memory", options={"type": "tmpfs", "o": "size=1m,uid=7,mode=711"})
    first, second = (run(engine, "sleep", "100", volume_mounts=(volume("memory"),)) for _ in range(2))
    assert engine.volumes.find("memory").mount_count == 2
    assert made.path in worksite.mounts() and Path(made.path).stat().st_uid == 7
    first.kill("KILL")
    first.wait(60)
    first.cleanup()
    assert made.path in worksite.mounts()
    second.stop(0)
    second.cleanup()
    assert made.path not in worksite.mounts() and engine.volumes.find("memory").mount_count == 0


def test_a_mount_that_fails_leaves_nothing(engine: Engine, worksite: Worksite, tmp_path: Path) -> None:
    engine.volumes.create("wrong", options={"type": "ext4", "device": str(tmp_path / "nothing")})
    container = make(engine, "true", volume_mounts=(volume("good", "/good"), volume("wrong", "/wrong")))
    with pytest.raises(StorageFailed, match="nothing"):
        container.start()
    assert engine.volumes.find("wrong").mount_count == 0 and worksite.mounts() == []
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown/there").touch()
    engine.volumes.create("host", options={"type": "none", "device": str(tmp_path / "shown"), "o": "bind"})
    assert output(engine, "ls /data", volume_mounts=(volume("host"),)) == "there\n"
    assert (tmp_path / "shown/there").exists() and worksite.mounts() == []


@pytest.mark.parametrize("compression", ["", "gz", "xz"])
def test_what_goes_out_comes_in_again(engine: Engine, tmp_path: Path, compression: str) -> None:
    container = with_files(engine, volume_mounts=(volume("from"),))
    container.start()
    container.wait(60)
    engine.volumes.create("to")
    engine.volumes.export("from", tmp_path / "it.tar")
    content = (tmp_path / "it.tar").read_bytes()
    if compression:
        packed = io.BytesIO()
        with (
            tarfile.open(fileobj=packed, mode=f"w:{compression}") as target,
            tarfile.open(tmp_path / "it.tar") as source,
        ):
            for member in source:
                target.addfile(member, source.extractfile(member) if member.isreg() else None)
        content = packed.getvalue()
    engine.volumes.import_tar("to", io.BytesIO(content))
    data = Path(engine.volumes.find("to").path)
    file = (data / "file").lstat()
    assert (file.st_uid, file.st_mode & 0o7777, (data / "file").read_text()) == (7, 0o4750, "content")
    assert (data / "pipe").is_fifo() and (data / "deep/same").samefile(data / "file")
    assert os.getxattr(data / "file", "user.word") == b"kept"


def test_an_import_never_follows_a_link_out_of_the_volume(engine: Engine, tmp_path: Path) -> None:
    data = Path(engine.volumes.create("trap").path)
    (tmp_path / "host").mkdir()
    os.symlink(tmp_path / "host", data / "door")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo("door/planted")
        member.size = 4
        archive.addfile(member, io.BytesIO(b"evil"))
    with pytest.raises(DamagedArchive, match="symbolic links"):
        engine.volumes.import_tar("trap", io.BytesIO(packed.getvalue()))
    assert os.listdir(tmp_path / "host") == []
    with pytest.raises(DamagedArchive):
        engine.volumes.import_tar("trap", io.BytesIO(b"no tar at all" * 100))


def test_names_are_found_by_their_beginning_and_checked(engine: Engine) -> None:
    engine.volumes.create("alpha", labels={"a": "b"})
    engine.volumes.create("alpine")
    assert engine.volumes.find("alph").name == "alpha"
    with pytest.raises(AmbiguousName, match="alpha, alpine"):
        engine.volumes.find("al")
    with pytest.raises(NameInUse, match="volume with name alpha already exists"):
        engine.volumes.create("alpha")
    assert engine.volumes.create("alpha", ignore=True).labels == {"a": "b"}
    for name, options in (
        ("../up", {}),
        ("a/b", {}),
        ("x" * 300, {}),
        ("ok", {"magic": "1"}),
        ("ok", {"o": "size=1m"}),
    ):
        with pytest.raises(InvalidArgument):
            engine.volumes.create(name, options=options)
    with pytest.raises(InvalidArgument, match="duplicate mount destination"):
        make(engine, "true", volume_mounts=(volume("a"), volume("b", "/data/")))
    assert [found.name for found in engine.volumes.all()] == ["alpha", "alpine"]


def test_a_creation_that_fails_takes_its_volumes_along(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.volumes.create("before")
    mounts = (volume("before", "/b"), volume("fresh", "/f"), VolumeMount(destination="/anonymous"))

    def fail(parts: object, name: str) -> None:
        raise StorageFailed("no layer today")

    from core.operations import volumes

    real = volumes.ensure_volumes

    def ensure(parts: object, config: object) -> None:
        real(parts, config)  # type: ignore[arg-type]
        fail(parts, "")

    monkeypatch.setattr(volumes, "ensure_volumes", ensure)
    with pytest.raises(StorageFailed, match="today"):
        make(engine, "true", volume_mounts=mounts)
    assert [found.name for found in engine.volumes.all()] == ["before"]


def test_half_a_copy_is_seen_and_made_anew(engine: Engine) -> None:
    container = with_files(engine, volume_mounts=(volume("half"),))
    record = catalogue(engine._parts).get("half")
    Path(engine.volumes.find("half").path, "file").write_text("ha")
    catalogue(engine._parts).save("half", msgspec.structs.replace(record, intent=VolumeIntent.COPYING))
    with Engine.open(engine.paths) as other:
        assert os.listdir(other.volumes.find("half").path) == []
        assert other.volumes.find("half").needs_copy_up
    container.start()
    container.wait(60)
    assert Path(engine.volumes.find("half").path, "file").read_text() == "content"


def test_many_first_uses_at_once_fill_it_once(engine: Engine) -> None:
    containers = [make(engine, "cat", "/www/index.html", volume_mounts=(volume("shared", "/www"),)) for _ in range(4)]
    threads = [threading.Thread(target=container.start) for container in containers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {container.wait(60) for container in containers} == {0}
    assert all(b"It runs" in container.replay() for container in containers)


ACTIONS: dict[str, tuple[tuple[str, ...], Callable[[Engine], object]]] = {
    "create": (
        (),
        lambda engine: engine.create(
            CreateOptions(
                image=DEMO,
                name="it",
                command=("cat", "/www/index.html"),
                volume_mounts=(volume("named", "/www"), volume("memory", "/m"), VolumeMount(destination="/a")),
                image_mounts=(ImageMount(destination="/i", image=DEMO, writable=True),),
            )
        ),
    ),
    "start": (("create",), lambda engine: engine.lookup("it").start()),
    "remove": (("create", "start"), lambda engine: engine.lookup("it").remove(force=True, volumes=True)),
}

STRIDES = {"create": 1, "start": 4, "remove": 5}
"""Most steps of the last two are those of any container, and are walked one by one in test_crash.py."""


@pytest.mark.parametrize("verb", ACTIONS)
def test_killed_at_each_step(worksite: Worksite, engine: Engine, verb: str) -> None:
    """Whatever is left is finished or undone by who comes next: no mount, no orphan, no half of a copy."""
    preparation, action = ACTIONS[verb]
    for step in range(1, MOST_STEPS, STRIDES[verb]):
        engine.volumes.create("memory", options={"type": "tmpfs"})
        for name in preparation:
            ACTIONS[name][1](engine)
        status = in_child(worksite, action, functools.partial(kill_at, step))
        with Engine.open(worksite.paths) as repaired:
            where = f"killed at step {step} of {verb}"
            assert_consistent(repaired, worksite)
            anonymous = {found.name for found in repaired.volumes.all() if found.anonymous}
            left = repaired.containers()
            assert len(anonymous) == len(left), where
            for picture in left:
                container = repaired.lookup(picture.id)
                container.restart(0)
                assert container.wait(60) == 0, where
                assert b"It runs" in container.replay(), where
                container.remove(force=True, volumes=True)
            assert {found.name for found in repaired.volumes.all()} <= {"memory", "named"}, where
            folders = set(os.listdir(worksite.paths.volumes))
            assert folders == {found.name for found in repaired.volumes.all()}, where
            for found in repaired.volumes.prune().volumes:
                assert found.mount_count == 0, where
            assert worksite.mounts() == [], where
        if not os.WIFSIGNALED(status):
            assert os.waitstatus_to_exitcode(status) == 0, f"{verb} itself failed"
            assert step > 2
            return
    pytest.fail(f"{verb} has no end")


def test_the_command_line_has_podmans_words(wharf: Wharf, tmp_path: Path) -> None:
    assert wharf("volume", "create", "v1", "--label", "a=b").stdout == "v1\n"
    again = wharf("volume", "create", "v1")
    assert (again.returncode, again.stderr.splitlines()[0]) == (
        125,
        "Error: volume with name v1 already exists: volume already exists",
    )
    assert wharf("volume", "create", "--ignore", "v1").returncode == 0
    assert wharf("volume", "ls").stdout == "DRIVER      VOLUME NAME\nlocal       v1\n"
    assert wharf("volume", "ls", "-q", "--filter", "label=a=c").stdout == ""
    assert wharf("volume", "ls", "--filter", "magic=1").stderr.startswith('Error: "magic" is an invalid volume filter')
    assert [wharf("volume", "exists", name).returncode for name in ("v1", "no")] == [0, 1]
    inspected = json.loads(wharf("volume", "inspect", "v1").stdout)[0]
    assert inspected | {"CreatedAt": "", "Mountpoint": ""} == {
        "Name": "v1", "Driver": "local", "Mountpoint": "", "CreatedAt": "", "Labels": {"a": "b"}, "Scope": "local",
        "Options": {}, "MountCount": 0, "NeedsCopyUp": True, "NeedsChown": True,
    }  # fmt: skip
    assert wharf("volume", "rm", "no").returncode == 1
    assert wharf("volume", "rm", "-f", "no").returncode == 0
    wharf("create", "--name", "has", "-v", "v1:/data", DEMO)
    assert wharf("ps", "-a", "--filter", "volume=v1", "--format", "json").stdout.count('"has"') == 1
    refused = wharf("volume", "rm", "v1")
    assert refused.returncode == 2 and "is being used by the following container(s)" in refused.stderr
    assert wharf("volume", "export", "v1", "-o", str(tmp_path / "v1.tar")).returncode == 0
    assert wharf("volume", "import", "v1", str(tmp_path / "v1.tar")).returncode == 0
    assert wharf("volume", "rm", "-f", "v1").stdout == "v1\n"
    wharf("volume", "create", "v2")
    asked = wharf("volume", "prune", stdin="y\n")
    assert "v2" in asked.stdout and "The following volumes will be removed" in asked.stdout
    assert wharf("volume", "ls").stdout == ""
    assert wharf("volume", "create", "--driver", "nfs", "v3").returncode == 125


def test_a_volumes_files_are_looked_at_and_copied_and_nothing_outside_of_it(engine: Engine, tmp_path: Path) -> None:
    volume = engine.volumes.create("data")
    folder = Path(volume.path)
    (folder / "sub").mkdir()
    (folder / "sub" / "notes").write_text("kept")
    (folder / "out").symlink_to("/etc")
    (folder / "up").symlink_to("../../../../../../etc/passwd")
    assert [entry.name for entry in engine.volumes.list_files("data", "/")] == ["sub", "out", "up"]
    assert engine.volumes.read_file("data", "/sub/notes").content == b"kept"
    for path in ("/out", "/up"):
        with pytest.raises(CopyFailed):
            engine.volumes.read_file("data", path)
    with pytest.raises(CopyFailed):
        engine.volumes.list_files("data", "/out")
    assert engine.volumes.measure_files("data", "/").files == 3
    os.chown(folder, 1234, 1234)
    (tmp_path / "new").write_text("from here")
    engine.volumes.copy_in("data", str(tmp_path / "new"), "/sub")
    assert (folder / "sub" / "new").read_text() == "from here"
    assert (folder / "sub" / "new").stat().st_uid == 1234
    engine.volumes.copy_out("data", "/sub", str(tmp_path / "back"))
    assert (tmp_path / "back" / "notes").read_text() == "kept"


def test_a_volume_is_mounted_by_hand(engine: Engine, wharf: Wharf) -> None:
    engine.volumes.create("memory", options={"type": "tmpfs", "o": "size=1m"})
    engine.volumes.create("plain")
    data = engine.paths.volume_data("memory")
    mounted = wharf("volume", "mount", "memory", "plain")
    assert mounted.stdout.split() == [str(data), str(engine.paths.volume_data("plain"))]
    assert is_mounted(data) and engine.volumes.find("memory").mount_count == 1
    volume = VolumeMount(name="memory", destination="/data")
    container = run(engine, "sleep", "1000", volume_mounts=(volume,))
    assert wharf("volume", "unmount", "memory").stdout == "memory\n"
    assert is_mounted(data), "the container needs it"
    container.stop(0)
    container.cleanup()
    assert not is_mounted(data)
    missing = wharf("volume", "unmount", "nothing")
    assert (missing.returncode, "no volume with name" in missing.stderr) == (125, True)
    engine.volumes.mount("memory")
    container.remove()
    engine.volumes.remove("memory")
    assert not is_mounted(data)

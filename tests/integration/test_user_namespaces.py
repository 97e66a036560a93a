"""Containers whose users are not the host's: mapped, disjoint, and the same files whichever way they go."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.container import Container
from core.engine import Engine
from core.errors import EngineError, HostIncomplete, InvalidArgument
from core.model.config import VolumeMount
from core.model.content import CommitOptions
from core.model.id_mappings import IdMappings
from core.model.options import ExecOptions, UserNamespaceOptions
from core.settings import Settings
from tests.worksite import DEMO, Worksite, make, run

Wharf = Callable[..., subprocess.CompletedProcess[str]]
HIGH = 2_147_500_000
"""More than the header of a tar holds in its own digits."""
MAPPED = UserNamespaceOptions(uid_map=(f"0:{HIGH}:70000",), gid_map=(f"0:{HIGH + 100_000}:70000",))


@pytest.fixture
def site(worksite: Worksite, demo_archive: Path) -> Worksite:
    """A place that other users may go through, with the demo image and ids for three thousand users and groups."""
    worksite.folder.chmod(0o711)
    for name in ("subuid", "subgid"):
        (worksite.folder / name).write_text(f"nobody:1:1\ncontainers:{HIGH}:2000\ncontainers:{HIGH + 5000}:1000\n")
    return worksite


@pytest.fixture
def engine(site: Worksite, demo_archive: Path) -> Iterator[Engine]:
    settings = Settings(subuid_file=str(site.folder / "subuid"), subgid_file=str(site.folder / "subgid"))
    with Engine.open(site.paths, settings) as opened:
        opened.images.load(demo_archive)
        yield opened
        site.note_containers()


def said(container: Container) -> str:
    assert container.wait(60) == 0, container.replay()
    return container.replay().decode()


def mappings(container: Container) -> IdMappings:
    found = container.config.id_mappings
    assert found is not None
    return found


def test_the_containers_root_is_somebody_else_outside(engine: Engine) -> None:
    script = (
        "cat /proc/self/uid_map; stat -c %u:%g / /bin/busybox /etc/hosts /dev/shm /dev/pts; "
        "touch /here /dev/shm/there && chown 7:8 /here && stat -c %u:%g /here; id -u; "
        "! mknod /dev/sda b 8 0 2>/dev/null"
    )
    container = run(engine, "sh", "-c", script, user_namespace=MAPPED)
    lines = said(container).split()
    assert lines[:3] == ["0", str(HIGH), "70000"]
    assert lines[3:] == ["0:0"] * 5 + ["7:8", "0"]
    outside = (container.mount() / "here").stat()
    assert (outside.st_uid, outside.st_gid) == (HIGH + 7, HIGH + 100_008)
    container.unmount()


def test_a_running_one_is_worked_as_any(engine: Engine, tmp_path: Path) -> None:
    container = run(engine, "sleep", "100", user_namespace=MAPPED, network="bridge")
    status = Path(f"/proc/{container.snapshot().pid}/status").read_text()
    assert f"Uid:\t{HIGH}" in status
    made = container.run_exec(ExecOptions(args=("sh", "-c", "touch /tmp-it; chown 9:9 /tmp-it; id -u; tty"), user="0"))
    assert made.stdout.splitlines()[0] == b"0"
    assert container.run_exec(ExecOptions(args=("id", "-u"), user="1000:1000"), timeout=60).stdout == b"1000\n"
    shown = container.run_exec(ExecOptions(args=("sh", "-c", "ls /sys/class/net; cat /etc/hosts")), timeout=60)
    assert shown.stdout.split()[:2] == [b"eth0", b"lo"]
    assert container.snapshot().addresses[0].encode() in shown.stdout
    container.run_exec_detached(ExecOptions(args=("sleep", "2000"), user="1000"))
    table = container.processes(("user", "huser", "hgroup", "args"))
    assert {row[:3] for row in table.rows} == {
        ("root", str(HIGH), str(HIGH + 100_000)),
        ("wharf", str(HIGH + 1000), str(HIGH + 101_000)),
    }
    container.pause()
    container.unpause()
    container.stop(0)
    assert container.snapshot().exit_code == 137


def test_files_have_the_same_owners_whichever_way_they_go(engine: Engine, wharf: Wharf, tmp_path: Path) -> None:
    script = "mkdir /own; touch /own/it; chown 9:10 /own/it; chown 65533 /own"
    container = run(engine, "sh", "-c", script, user_namespace=MAPPED)
    said(container)
    container.export(tmp_path / "it.tar")
    with tarfile.open(tmp_path / "it.tar") as archive:
        assert [(archive.getmember(name).uid, archive.getmember(name).gid) for name in ("own/it", "own")] == [
            (9, 10),
            (65533, 0),
        ]
    for number, squash in enumerate((False, True)):
        container.commit(CommitOptions(reference=f"made-{number}", squash=squash))
        shown = wharf("run", "--rm", f"made-{number}", "stat", "-c", "%u:%g", "/own", "/own/it", "/bin/busybox")
        assert shown.stdout.split() == ["65533:0", "9:10", "0:0"], shown.stderr
    (tmp_path / "in").write_text("in")
    assert wharf("cp", str(tmp_path / "in"), f"{container.name}:/own/in").returncode == 0
    outside = (container.mount() / "own/in").stat()
    assert (outside.st_uid, outside.st_gid) == (HIGH, HIGH + 100_000)
    container.unmount()
    assert wharf("cp", f"{container.name}:/own/it", str(tmp_path / "out")).returncode == 0
    assert (tmp_path / "out").stat().st_uid == 0


def test_volumes_belong_to_the_users_of_the_container(engine: Engine) -> None:
    mounts = (
        VolumeMount(name="filled", destination="/www"),
        VolumeMount(name="fresh", destination="/fresh"),
        VolumeMount(name="given", destination="/given", chown=True),
    )
    engine.volumes.create("given")
    Path(engine.volumes.find("given").path, "it").touch()
    script = "touch /fresh/it; stat -c %u:%g /www/index.html /fresh /fresh/it /given/it"
    container = run(engine, "sh", "-c", script, user_namespace=MAPPED, user="1000:1000", volume_mounts=mounts)
    assert said(container).split() == ["0:0", "1000:1000", "1000:1000", "1000:1000"]
    assert Path(engine.volumes.find("filled").path, "index.html").stat().st_uid == HIGH


def test_automatic_ids_are_nobody_elses(engine: Engine) -> None:
    made: list[Container] = []
    threads = [
        threading.Thread(
            target=lambda: made.append(make(engine, "true", user_namespace=UserNamespaceOptions(mode="auto:size=700")))
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for kind in ("users", "groups"):
        taken = [
            number
            for box in made
            for one in getattr(mappings(box), kind)
            for number in range(one.host, one.host + one.size)
        ]
        assert len(taken) == len(set(taken)) == 2100
        assert set(taken) <= {*range(HIGH, HIGH + 2000), *range(HIGH + 5000, HIGH + 6000)}
    assert {sum(one.size for one in mappings(box).users) for box in made} == {700}
    with pytest.raises(HostIncomplete, match="could not find enough available IDs"):
        make(engine, "true", user_namespace=UserNamespaceOptions(mode="auto:size=700"))
    made[0].start()
    assert made[0].wait(60) == 0
    for box in made:
        box.remove()
    whole = make(engine, "true", user_namespace=UserNamespaceOptions(mode="auto:uidmapping=0:5:1"))
    assert str(mappings(whole).users[0]) == "0:5:1" and sum(one.size for one in mappings(whole).users) == 1024


def test_the_namespace_of_another_is_joined(engine: Engine) -> None:
    first = run(engine, "sleep", "100", user_namespace=MAPPED)
    by_name = run(
        engine, "readlink", "/proc/self/ns/user", user_namespace=UserNamespaceOptions(mode=f"container:{first.name}")
    )
    path = f"/proc/{first.snapshot().pid}/ns/user"
    by_path = run(
        engine,
        "sh",
        "-c",
        "readlink /proc/self/ns/user; stat -c %u /bin/busybox",
        user_namespace=UserNamespaceOptions(mode=f"ns:{path}"),
    )
    own = os.readlink(path)
    assert said(by_name).split() == [own] and said(by_path).split() == [own, "0"]
    assert by_name.config.id_mappings == first.config.id_mappings
    with pytest.raises(EngineError, match="dependent"):
        first.remove(force=True)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (UserNamespaceOptions(mode="keep-id"), "keep-id is only supported in rootless mode"),
        (UserNamespaceOptions(mode="nomap"), "nomap is only supported in rootless mode"),
        (UserNamespaceOptions(mode="foo"), "unrecognized namespace mode foo passed"),
        (UserNamespaceOptions(mode="ns:/nope"), "cannot find specified user namespace path"),
        (UserNamespaceOptions(mode="container:nope"), "looking up container to share user namespace with"),
        (UserNamespaceOptions(mode="auto", uid_map=("0:1:2",)), "are mutually exclusive"),
        (UserNamespaceOptions(mode="auto:foo=1"), 'unknown option specified: "foo"'),
        (UserNamespaceOptions(uid_map=("0:100000",)), 'UID setting is malformed expected \\["uint32:uint32:uint32"\\]'),
        (UserNamespaceOptions(subuid_name="nope"), 'no subuid ranges found for user "nope"'),
        (UserNamespaceOptions(uid_map=("0:1:0",)), "not within"),
        (UserNamespaceOptions(uid_map=("0:4294967000:1000",)), "not within"),
        (UserNamespaceOptions(uid_map=("0:1:10", "5:100:10")), "overlap"),
        (UserNamespaceOptions(uid_map=("1:1:10",)), "root is not mapped"),
    ],
)
def test_what_can_not_be_is_refused_in_podmans_words(engine: Engine, asked: UserNamespaceOptions, words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        make(engine, "true", user_namespace=asked)
    assert engine.containers() == []


def test_a_closed_way_to_the_root_is_told_and_not_opened(engine: Engine, site: Worksite) -> None:
    site.folder.chmod(0o700)
    with pytest.raises(HostIncomplete, match="can not go through") as told:
        run(engine, "true", user_namespace=MAPPED)
    assert f"chmod o+x {site.folder}" in told.value.hint
    assert site.folder.stat().st_mode & 0o777 == 0o700
    with pytest.raises(InvalidArgument, match="is not mapped"):
        site.folder.chmod(0o711)
        run(engine, "true", user="80000", user_namespace=MAPPED)


def test_by_the_command_line(engine: Engine, wharf: Wharf) -> None:
    shown = wharf(
        "run", "--name", "it", "--uidmap", "0:100000:5000", DEMO, "cat", "/proc/self/uid_map", "/proc/self/gid_map"
    )
    assert shown.stdout.split() == ["0", "100000", "5000"] * 2
    inspected = json.loads(wharf("inspect", "it").stdout)[0]["HostConfig"]
    assert inspected["UsernsMode"] == "private"
    assert inspected["IDMappings"] == {"UidMap": ["0:100000:5000"], "GidMap": ["0:100000:5000"]}

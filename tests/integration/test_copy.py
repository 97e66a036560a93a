"""cp: podman's rules of what goes where, and that nothing a container does leads out of its root."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import tarfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.container import Container
from core.engine import Engine
from core.errors import Cancelled, CopyFailed, DamagedArchive, EngineError, InvalidArgument
from core.model.config import BindMount, TmpfsMount
from core.model.content import CopyOptions
from core.model.options import ExecOptions
from core.model.state import Status
from tests.worksite import Worksite, environment, eventually, installed_command, make, run

pytestmark = pytest.mark.usefixtures("demo_image")
Wharf = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A directory with one of each kind of file, and a file beside it."""
    folder = tmp_path / "d"
    (folder / "sub").mkdir(parents=True)
    (folder / "f").write_text("hi\n")
    (folder / "f").chmod(0o640)
    os.utime(folder / "f", (1577836800, 1577836800))
    os.chown(folder / "f", 1234, 1234)
    os.link(folder / "f", folder / "hard")
    (folder / "link").symlink_to("f")
    os.mkfifo(folder / "pipe", 0o600)
    os.setxattr(folder / "f", "user.note", b"kept")
    (tmp_path / "file").write_text("F")
    (tmp_path / "file").chmod(0o4755)
    os.utime(folder / "sub", (1577836800, 1577836800))
    return folder


def shell(container: Container, script: str) -> str:
    finished = container.run_exec(ExecOptions(args=("sh", "-c", script)), timeout=60)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.decode()


def listing(container: Container, path: str) -> list[str]:
    return shell(container, f"cd {path} && find . | sort").split()


TREE = ["./f", "./hard", "./link", "./pipe", "./sub"]


def test_where_a_copy_into_a_container_goes(engine: Engine, source: Path) -> None:
    container = run(engine, "sleep", "1000")
    container.copy_in(str(source), "/new")
    assert listing(container, "/new") == [".", *TREE]
    container.copy_in(str(source), "/new")
    assert listing(container, "/new/d") == [".", *TREE]
    container.copy_in(f"{source}/.", "/contents")
    assert listing(container, "/contents") == [".", *TREE]
    shell(container, "mkdir /there && ln -s /there /to-there && ln -s /there/fresh /to-nothing && ln -s loop /loop")
    container.copy_in(f"{source}/.", "/there/")
    assert listing(container, "/there") == [".", *TREE]
    container.copy_in(f"{source}/../file", "/to-there")
    container.copy_in(f"{source}/../file", "/to-nothing")
    container.copy_in(f"{source}/link", "relative")
    assert shell(container, "cat /there/file /there/fresh /relative") == "FFhi\n"
    container.copy_in(f"{source}/f", "/there/file")
    assert shell(container, "cat /there/file") == "hi\n"
    for path, destination in [
        (source, "/there/file"),
        (f"{source}/f", "/none/f"),
        (f"{source}/f", "/none/"),
        ("/nowhere", "/"),
        (f"{source}/f", "/loop"),
    ]:
        with pytest.raises(EngineError, match=r"found|must be a directory"):
            container.copy_in(str(path), destination)


def test_what_is_kept_and_whose_it_is(engine: Engine, source: Path, tmp_path: Path) -> None:
    container = run(engine, "sleep", "1000", user="7:8")
    root_owned = CopyOptions(archive=False)
    container.copy_in(str(source), "/tmp/own")
    container.copy_in(str(source), "/tmp/kept", root_owned)
    container.copy_in(f"{source}/../file", "/tmp/own/setuid")
    root = Path(container.snapshot().mount_point) / "tmp"
    for copy, owner in (("own", (7, 8)), ("kept", (1234, 1234))):
        status = (root / copy / "f").stat()
        assert (status.st_uid, status.st_gid, status.st_mtime, stat.S_IMODE(status.st_mode)) == (
            *owner,
            1577836800,
            0o640,
        )
        assert status.st_ino == (root / copy / "hard").stat().st_ino
        assert os.getxattr(root / copy / "f", "user.note") == b"kept"
        assert (root / copy / "sub").stat().st_mtime == 1577836800
        assert stat.S_ISFIFO((root / copy / "pipe").stat().st_mode)
        assert (root / copy / "link").readlink() == Path("f")
    assert stat.S_IMODE((root / "own" / "setuid").stat().st_mode) == 0o4755
    container.copy_out("/tmp/kept/.", str(tmp_path / "back"))
    back = tmp_path / "back" / "f"
    assert (back.stat().st_uid, stat.S_IMODE(back.stat().st_mode), back.read_text()) == (0, 0o640, "hi\n")
    stream = io.BytesIO()
    container.copy_tar_out("/tmp/kept", stream)
    stream.seek(0)
    with tarfile.open(fileobj=stream) as archive:
        assert archive.getnames() == ["kept", "kept/f", "kept/hard", "kept/link", "kept/pipe", "kept/sub"]
        assert {(entry.uid, entry.gid) for entry in archive} == {(7, 8)}


def test_a_directory_and_a_file_change_places_only_when_told(engine: Engine, source: Path) -> None:
    container = run(engine, "sleep", "1000")
    shell(container, "mkdir -p /t/f/deep && echo x >/t/sub && ln -s /etc /t/link")
    with pytest.raises(CopyFailed, match="f: a directory is there"):
        container.copy_in(f"{source}/.", "/t")
    container.copy_in(f"{source}/.", "/t", CopyOptions(overwrite=True))
    assert listing(container, "/t") == [".", *TREE]
    assert shell(container, "ls /etc | grep -c '^f$' || true") == "0\n"


def test_between_containers_and_in_every_state(
    engine: Engine, worksite: Worksite, source: Path, tmp_path: Path
) -> None:
    running, stopped = run(engine, "sleep", "1000", name="r"), make(engine, "sleep", "1000", name="s", user="5")
    stopped.copy_in(str(source), "/d")
    stopped.copy_to(running, "/d", "/")
    assert listing(running, "/d") == [".", *TREE]
    assert stopped.refresh().mount_point == ""
    assert not any(point.endswith("merged") for point in worksite.mounts() if stopped.id in point)
    running.pause()
    running.copy_in(f"{source}/f", "/paused")
    running.copy_to(stopped, "/paused", "/etc/")
    running.unpause()
    stopped.init()
    stopped.copy_out("/etc/paused", str(tmp_path / "out"))
    assert (tmp_path / "out").read_text() == "hi\n"
    assert stopped.refresh().status is Status.CREATED
    running.copy_to(running, "/d", "/e")
    with pytest.raises(InvalidArgument, match="into itself"):
        running.copy_to(running, "/d", "/d/sub")
    stopped.stop(0)
    stopped.mount()
    stopped.copy_out("/d/f", str(tmp_path / "again"))
    assert os.path.ismount(stopped.snapshot().mount_point), "who asked for the mount keeps it"


def test_what_is_mounted_is_reached(engine: Engine, source: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "out").symlink_to("/etc")
    mounts = {
        "bind_mounts": (BindMount(source=str(shared), destination="/data"),),
        "tmpfs_mounts": (TmpfsMount(destination="/scratch"),),
    }
    running, stopped = run(engine, "sleep", "1000", **mounts), make(engine, "sleep", "1000", **mounts)
    running.copy_in(f"{source}/f", "/data/from-running")
    stopped.copy_in(f"{source}/f", "/data/from-stopped")
    running.copy_in(f"{source}/f", "/scratch/")
    running.copy_in(f"{source}/f", "/etc/hosts")
    assert sorted(os.listdir(shared)) == ["from-running", "from-stopped", "out"]
    assert shell(running, "cat /scratch/f /etc/hosts") == "hi\nhi\n"
    running.copy_in(f"{source}/f", "/data/out/planted")
    assert shell(running, "cat /etc/planted") == "hi\n"
    assert not Path("/etc/planted").exists()
    with pytest.raises(CopyFailed):
        stopped.copy_in(f"{source}/f", "/data/out/planted")


def test_the_command(wharf: Wharf, engine: Engine, worksite: Worksite, source: Path, tmp_path: Path) -> None:
    container = run(engine, "sleep", "1000", name="c")
    assert wharf("cp", "-a", str(source), "c:/d").returncode == 0
    assert wharf("container", "cp", "--archive=false", str(source), "c:/kept").returncode == 0
    assert shell(container, "stat -c %u /d/f /kept/f") == "0\n1234\n"
    assert wharf("cp", "c:d/f", str(tmp_path / "f")).returncode == 0
    for arguments, said in [
        (("c:/nope", "x"), 'Error: "/nope" could not be found on container c: no such file or directory'),
        (("/nope", "c:/"), 'Error: "/nope" could not be found on the host: no such file or directory'),
        (("c:", "x"), 'Error: invalid arguments "c:", "x": you must specify paths'),
        ((str(source), "c:/d/f"), "Error: destination must be a directory when copying a directory"),
        (("-", "c:/d/f"), "Error: destination must be a directory when copying from stdin"),
        (("-", "c:/d"), "Error: source must be a (compressed) tar archive when copying from stdin"),
        (("gone:/x", "x"), 'Error: no container with name or ID "gone" found: no such container'),
    ]:
        finished = wharf("cp", *arguments, stdin="no tar at all")
        assert (finished.returncode, finished.stderr.splitlines()[0]) == (125, said)
    shell(container, "mkdir /in")
    packed = subprocess.run(["tar", "-C", str(source.parent), "-cz", "d"], check=True, capture_output=True).stdout
    argv = [*installed_command(), *worksite.global_options, "cp"]
    subprocess.run([*argv, "-", "c:/in"], input=packed, check=True, env=environment())
    assert listing(container, "/in/d") == [".", *TREE]
    written = subprocess.run([*argv, "c:/in", "-"], check=True, capture_output=True, env=environment()).stdout
    names = subprocess.run(["tar", "-t"], input=written, check=True, capture_output=True).stdout.decode().split()
    assert names == ["in/", "in/d/", *(f"in/d/{name[2:]}" for name in TREE[:-1]), "in/d/sub/"]


def hostile_tar(*entries: tuple[str, bytes, str]) -> io.BytesIO:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, kind, target in entries:
            header = tarfile.TarInfo(name)
            header.type, header.linkname = kind, target
            content = b"evil" if kind == tarfile.REGTYPE else b""
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    stream.seek(0)
    return stream


@pytest.mark.parametrize("started", [True, False])
def test_a_hostile_archive_stays_in_the_root(engine: Engine, tmp_path: Path, started: bool) -> None:
    container = make(engine, "sleep", "1000")
    if started:
        container.start()
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "secret").write_text("secret")
    for name in ("../../../planted", f"a/../../..{victim}/planted"):
        with pytest.raises(DamagedArchive, match="leads out"):
            container.copy_tar_in(hostile_tar((name, tarfile.REGTYPE, "")), "/tmp")
    through = ((f"up{n}", tarfile.SYMTYPE, "../" * n + str(victim)) for n in (0, 5, 20))
    for link in through:
        with pytest.raises(CopyFailed):
            container.copy_tar_in(hostile_tar(link, (f"{link[0]}/planted", tarfile.REGTYPE, "")), "/tmp")
    for target in (f"{victim}/secret", f"up5{victim}/secret", "up20/secret"):
        with pytest.raises(CopyFailed):
            container.copy_tar_in(hostile_tar(("stolen", tarfile.LNKTYPE, target)), "/tmp")
    container.copy_tar_in(hostile_tar(("up5", tarfile.REGTYPE, "")), "/tmp")
    assert os.listdir(victim) == ["secret"]
    assert (victim / "secret").stat().st_nlink == 1
    assert (victim / "secret").read_text() == "secret"


RACER = """
mkdir -p /race/real /race/away
while :; do
  mv /race/real /race/away/r; ln -s VICTIM /race/real
  rm /race/real; mv /race/away/r /race/real
done 2>/dev/null
"""


def test_a_container_that_swaps_a_directory_for_a_link_gains_nothing(engine: Engine, tmp_path: Path) -> None:
    """Both ways: nothing is written to where its link leads on the host, and nothing is read from there."""
    victim = tmp_path / "victim"
    (victim / "in").mkdir(parents=True)
    (victim / "secret").write_text("secret of the host")
    container = run(engine, "sh", "-c", RACER.replace("VICTIM", str(victim)))
    for _ in eventually():
        if (Path(container.snapshot().mount_point) / "race/real").exists():
            break
    source = tmp_path / "payload"
    (source / "in").mkdir(parents=True)
    for number in range(5):
        (source / "in" / f"f{number}").write_text("payload")
    end, outcomes = time.monotonic() + 4, {"in": 0, "out": 0, "refused": 0}
    while time.monotonic() < end or not all(outcomes.values()):
        assert time.monotonic() < end + 90, outcomes
        for way, copy in (
            ("in", lambda: container.copy_in(f"{source}/.", "/race/real")),
            ("out", lambda: container.copy_out("/race", str(tmp_path / "out"), CopyOptions(overwrite=True))),
        ):
            try:
                copy()
                outcomes[way] += 1
            except EngineError:
                outcomes["refused"] += 1
    assert sorted(os.listdir(victim)) == ["in", "secret"]
    assert os.listdir(victim / "in") == []
    assert "secret" not in [name for _, _, names in os.walk(tmp_path / "out") for name in names]


def test_a_copy_can_be_followed_and_cancelled(engine: Engine, tmp_path: Path) -> None:
    container = make(engine, "sleep", "1000")
    (tmp_path / "big").write_bytes(b"x" * (5 << 20))
    seen: list[int] = []
    container.copy_in(str(tmp_path / "big"), "/big", progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 5 << 20
    cancel = threading.Event()
    with pytest.raises(Cancelled):
        container.copy_out("/big", str(tmp_path / "out"), progress=lambda _: cancel.set(), cancel=cancel)
    assert container.refresh().mount_point == ""

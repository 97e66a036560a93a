"""Export: what goes out is what would come in again, and never a part of it."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import tarfile
import threading
from pathlib import Path

import pytest

from core.container import Container
from core.engine import Engine
from core.errors import Cancelled, ContainerInUse, DestinationExists, ExportFailed, NoSpace, StateForbids
from core.host import overlay
from core.host.processes import Finished
from core.model.image import Image
from core.model.snapshot import ExportProgress
from core.storage.command import StorageCommand
from core.storage.tar_output import Compression
from tests.worksite import Worksite, eventually, make, run

pytestmark = pytest.mark.usefixtures("demo_image")


def furnish(root: Path) -> None:
    """A tree with all that is hard to carry."""
    place = root / "odd"
    place.mkdir()
    (place / "owned").write_text("x")
    os.chown(place / "owned", 54321, 12345)
    (place / "owned").chmod(0o4711)
    (place / "twin").hardlink_to(place / "owned")
    (place / "link").symlink_to("/absolute/target")
    (place / ("long" * 60)).write_text("long name")
    (place / "new\nline ü").write_text("odd name")
    with (place / "sparse").open("wb") as file:
        file.truncate(64 << 20)
        file.seek(32 << 20)
        file.write(b"data")
    os.setxattr(place / "owned", "user.note", b"kept\xff")
    subprocess.run(["setfacl", "-m", "u:4242:r", str(place / "owned")], check=True)
    os.mkfifo(place / "fifo")
    os.mknod(place / "null", 0o20666, os.makedev(1, 3))
    os.utime(place / "owned", (1, 1_000_000_000.25))


@pytest.fixture
def container(engine: Engine, demo_image: Image) -> Container:
    made = make(engine, "true", name="exported")
    furnish(made.mount())
    made.unmount()
    return made


def members(archive: Path) -> dict[str, tuple[object, ...]]:
    """All that a tar has of each file, its content as a digest."""
    with tarfile.open(archive) as tar:
        return {
            member.name: (
                *(member.type, member.mode, member.uid, member.gid, member.size, member.mtime, member.linkname),
                *(member.devmajor, member.devminor, sorted(member.pax_headers.items())),
                hashlib.sha256(content.read()).digest()
                if (content := member.isreg() and tar.extractfile(member))
                else b"",
            )
            for member in tar
        }


def test_gnu_tar_unpacks_the_very_same_tree(container: Container, tmp_path: Path) -> None:
    target = tmp_path / "root.tar"
    written = container.export(target)
    assert target.stat().st_size == written
    assert written < 8 << 20, "the holes of a sparse file take no room"
    copy = tmp_path / "copy"
    copy.mkdir()
    options = ["--numeric-owner", "--xattrs", "--xattrs-include=*", "-p"]
    subprocess.run(["tar", "-x", *options, "-f", str(target), "-C", str(copy)], check=True)
    place = copy / "odd"
    owned = (place / "owned").stat()
    assert (owned.st_uid, owned.st_gid, owned.st_mode & 0o7777) == (54321, 12345, 0o4751)
    assert owned.st_mtime == 1_000_000_000.25
    assert (place / "twin").stat().st_ino == owned.st_ino
    assert os.readlink(place / "link") == "/absolute/target"
    assert (place / ("long" * 60)).read_text() == "long name"
    assert (place / "new\nline ü").read_text() == "odd name"
    assert os.getxattr(place / "owned", "user.note") == b"kept\xff"
    acl = subprocess.run(["getfacl", "-n", str(place / "owned")], check=True, capture_output=True, text=True).stdout
    assert "user:4242:r--" in acl
    assert (place / "fifo").is_fifo()
    assert (place / "null").is_char_device()
    sparse = (place / "sparse").stat()
    assert sparse.st_size == 64 << 20
    assert sparse.st_blocks * 512 < 1 << 20
    root = container.mount()
    compared = subprocess.run(["diff", "-r", "--no-dereference", str(root / "bin"), str(copy / "bin")], check=False)
    assert compared.returncode == 0
    container.unmount()


def test_owners_are_numbers_alone(container: Container, tmp_path: Path) -> None:
    target = tmp_path / "root.tar"
    container.export(target)
    with tarfile.open(target) as tar:
        assert {member.uname for member in tar} == {""}
    with tarfile.open(target) as tar:
        assert [member.name for member in tar if member.name.startswith(("/", ".."))] == []


@pytest.mark.parametrize(("compression", "magic"), [("gzip", b"\x1f\x8b"), ("zstd", b"\x28\xb5\x2f\xfd")])
def test_it_is_packed_where_that_is_asked(
    container: Container, tmp_path: Path, compression: Compression, magic: bytes
) -> None:
    plain, packed = tmp_path / "plain.tar", tmp_path / "packed"
    container.export(plain)
    written = container.export(packed, compression=compression)
    assert packed.stat().st_size == written < plain.stat().st_size
    assert packed.read_bytes().startswith(magic)
    program = {"gzip": "gzip", "zstd": "zstd"}[compression]
    unpacked = subprocess.run([program, "-dc"], stdin=packed.open("rb"), check=True, capture_output=True).stdout
    # Byte for byte it can not be: tar writes its own PID into headers.
    listing = ["tar", "--list", "--verbose", "--numeric-owner", "--full-time", "--file=-"]
    expected = subprocess.run(listing, stdin=plain.open("rb"), check=True, capture_output=True).stdout
    assert subprocess.run(listing, input=unpacked, check=True, capture_output=True).stdout == expected
    assert b"odd/sparse" in expected


def test_progress_grows_to_the_end(container: Container, tmp_path: Path) -> None:
    (container.mount() / "big").write_bytes(os.urandom(40 << 20))
    told: list[ExportProgress] = []
    written = container.export(tmp_path / "root.tar", progress=told.append)
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert done[-1] == written
    assert all(progress.total > 0 for progress in told)


def test_a_cancelled_export_leaves_nothing(container: Container, tmp_path: Path) -> None:
    (container.mount() / "big").write_bytes(os.urandom(60 << 20))
    container.unmount()
    cancel = threading.Event()
    with pytest.raises(Cancelled):
        container.export(
            tmp_path / "root.tar", compression="gzip", progress=lambda progress: cancel.set(), cancel=cancel
        )
    assert list(tmp_path.iterdir()) == []
    assert container.snapshot().mount_point == ""


def test_a_file_that_is_there_is_kept_unless_told(container: Container, tmp_path: Path) -> None:
    target = tmp_path / "root.tar"
    target.write_text("precious")
    with pytest.raises(DestinationExists):
        container.export(target)
    assert target.read_text() == "precious"
    container.export(target, overwrite=True)
    assert tarfile.is_tarfile(target)
    assert [file.name for file in tmp_path.iterdir()] == ["root.tar"]


def test_what_is_only_told_when_it_is_closed_is_a_failure(
    container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close, told = os.close, []

    def closed(descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        close(descriptor)
        if path.endswith(".part") and not told:
            told.append(path)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "close", closed)
    with pytest.raises(NoSpace):
        container.export(tmp_path / "root.tar")
    assert len(told) == 1
    assert list(tmp_path.iterdir()) == []


def test_it_goes_to_a_descriptor_as_well(container: Container) -> None:
    reader, writer = os.pipe()
    counted = subprocess.Popen(["wc", "-c"], stdin=reader, stdout=subprocess.PIPE)
    os.close(reader)
    written = container.export(writer)
    os.close(writer)
    assert int(counted.communicate()[0]) == written


@pytest.mark.parametrize(
    ("kernel", "verbs"),
    [({}, []), ({"_APPEND": b"unknown"}, []), ({"_SYS_FSOPEN": 100_000}, ["mount", "unmount"])],
    ids=["now", "before 6.7", "before 5.2"],
)
def test_what_is_not_mounted_is_the_same_as_if_it_were(
    container: Container,
    worksite: Worksite,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kernel: dict[str, object],
    verbs: list[str],
) -> None:
    root = container.mount()
    (root / "etc/passwd").unlink()
    shutil.rmtree(root / "usr")
    (root / "usr").mkdir()
    (root / "usr/own").write_text("own")
    (root / "bin/busybox").chmod(0o4755)
    os.setxattr(root / "bin/busybox", "security.capability", bytes.fromhex("0100000200200000000000000000000000000000"))
    run_verb, ran = StorageCommand.run, []

    def noted(command: StorageCommand, verb: str, *arguments: str, stdin: bytes | None = None) -> Finished:
        ran.append(verb)
        return run_verb(command, verb, *arguments, stdin=stdin)

    def look(progress: ExportProgress) -> None:
        mounted = [container.snapshot().mount_point] if verbs else []
        assert worksite.mounts() == mounted

    container.export(tmp_path / "mounted.tar")
    container.unmount()
    monkeypatch.setattr(StorageCommand, "run", noted)
    for name, value in kernel.items():
        monkeypatch.setattr(overlay, name, value)
    container.export(tmp_path / "unseen.tar", progress=look)
    assert ran == verbs
    assert container.snapshot().mount_point == ""
    expected = members(tmp_path / "mounted.tar")
    assert members(tmp_path / "unseen.tar") == expected
    assert "usr/own" in expected
    assert {"etc/passwd", "usr/bin"}.isdisjoint(expected)


def test_it_can_be_started_while_it_is_exported_but_not_removed(engine: Engine, tmp_path: Path) -> None:
    container = make(engine, "sh", "-c", "rm /big; echo begun > /begun; exec sleep 1000", name="exported")
    (container.mount() / "big").write_bytes(os.urandom(8 << 20))
    container.unmount()
    refused: list[ContainerInUse] = []

    def meddle(progress: ExportProgress) -> None:
        if not refused:
            with pytest.raises(ContainerInUse) as caught:
                container.remove()
            refused.append(caught.value)
            container.start()

    container.export(tmp_path / "root.tar", compression="gzip", progress=meddle)
    assert len(refused) == 1
    with tarfile.open(tmp_path / "root.tar") as tar:
        assert tar.getmember("bin/busybox").isreg()
    for _ in eventually():
        if (Path(container.snapshot().mount_point) / "begun").exists():
            break
    assert container.snapshot().status == "running"
    assert not (Path(container.snapshot().mount_point) / "big").exists()


@pytest.mark.parametrize("to_path", [True, False])
def test_what_is_removed_by_force_meanwhile_is_not_said_to_be_exported(
    engine: Engine, tmp_path: Path, to_path: bool
) -> None:
    container = make(engine, "true", name="exported")
    (container.mount() / "big").write_bytes(os.urandom(8 << 20))
    container.unmount()
    target = tmp_path / "root.tar"

    def remove(progress: ExportProgress) -> None:
        if engine.find(container.id) is not None:
            container.remove(force=True)

    with (tmp_path / "stream.tar").open("wb") as stream, pytest.raises(ExportFailed, match="was removed while"):
        container.export(target if to_path else stream.fileno(), compression="gzip", progress=remove)
    assert [path.name for path in tmp_path.iterdir()] == ["stream.tar"]


def test_a_running_container_is_exported_while_it_runs_on(engine: Engine, tmp_path: Path) -> None:
    container = run(engine, "sh", "-c", "while :; do date >> /written; done", name="busy")
    for _ in eventually():
        if (Path(container.snapshot().mount_point) / "written").exists():
            break
    container.export(tmp_path / "root.tar")
    with tarfile.open(tmp_path / "root.tar") as tar:
        assert "written" in tar.getnames()
        assert [name for name in tar.getnames() if name.startswith(("proc/", "sys/", "dev/"))] == []
    assert container.snapshot().status == "running"
    assert container.snapshot().mount_point


def test_of_two_at_once_the_second_is_refused(container: Container, engine: Engine, tmp_path: Path) -> None:
    (container.mount() / "big").write_bytes(os.urandom(60 << 20))
    container.unmount()
    begun, cancel = threading.Event(), threading.Event()

    def export() -> None:
        with pytest.raises(Cancelled):
            container.export(
                tmp_path / "first", compression="gzip", progress=lambda progress: begun.set(), cancel=cancel
            )

    first = threading.Thread(target=export)
    first.start()
    assert begun.wait(60)
    with pytest.raises(StateForbids, match="exported already"):
        engine.lookup("exported").export(tmp_path / "second")
    # Nothing but the export itself is held up by it.
    container.start()
    assert container.wait(60) == 0
    cancel.set()
    first.join(60)
    assert not first.is_alive()
    assert list(tmp_path.iterdir()) == []
    # The end of the container has left its root to the export.
    assert container.refresh().mount_point == ""

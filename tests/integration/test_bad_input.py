"""Bad input and a bad host: for each a clear message, the right exit code, and nothing lost."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import core.cli.lifecycle
import core.cli.listing
from core.engine import Engine
from core.errors import DatabaseDamaged, ExportFailed, HostIncomplete, InvalidArgument, NoSpace, VersionMismatch
from core.model.options import CreateOptions
from core.model.state import Status
from core.paths import EnginePaths
from core.settings import Settings
from tests.integration.test_refusals import names, refused
from tests.worksite import DEMO, Worksite, make, run
from tui.start import run as run_wharf

Wharf = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def ready(engine: Engine, demo_image: object) -> Engine:
    """An engine with the demo image and two containers: `idle` is configured, `busy` runs."""
    make(engine, "true", name="idle")
    run(engine, "sleep", "1000", name="busy")
    return engine


def test_one_bad_name_does_not_keep_the_others_from_it(ready: Engine, wharf: Wharf) -> None:
    finished = wharf("pause", "nobody", "busy")
    refused(finished, 125, "nobody")
    assert finished.stdout == "busy\n"
    assert names(ready) == {"idle": Status.CONFIGURED, "busy": Status.PAUSED}


def test_an_ambiguous_prefix(ready: Engine, wharf: Wharf) -> None:
    ids: list[str] = [picture.id for picture in ready.containers()]
    while len({text[0] for text in ids}) == len(ids):
        ids.append(make(ready, "true").id)
    prefix = next(text[0] for text in ids if sum(other[0] == text[0] for other in ids) > 1)
    finished = wharf("kill", prefix)
    refused(finished, 125, "more than one")
    assert names(ready)["busy"] is Status.RUNNING


def test_a_root_with_a_colon(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="colon"):
        Engine.open(EnginePaths(tmp_path / "a:b", tmp_path / "run"))
    assert not list(tmp_path.iterdir())


def _truncated(archive: Path, target: Path) -> None:
    content = archive.read_bytes()
    target.write_bytes(content[: len(content) // 2])


def _flipped(archive: Path, target: Path) -> None:
    content = bytearray(archive.read_bytes())
    for position in range(len(content) // 3, 2 * len(content) // 3, 997):
        content[position] ^= 0xFF
    target.write_bytes(content)


def _text(_: Path, target: Path) -> None:
    target.write_text("this is no archive\n" * 100)


def _empty(_: Path, target: Path) -> None:
    target.write_bytes(b"")


def _other_tar(archive: Path, target: Path) -> None:
    with tarfile.open(target, "w") as tar:
        tar.add(__file__, "some.py")


@pytest.mark.parametrize("damage", [_truncated, _flipped, _text, _empty, _other_tar])
def test_a_damaged_archive(
    engine: Engine, wharf: Wharf, demo_archive: Path, tmp_path: Path, damage: Callable[[Path, Path], None]
) -> None:
    archive = tmp_path / "image.tar"
    damage(demo_archive, archive)
    before = archive.read_bytes()
    refused(wharf("load", "-i", str(archive)), 125, str(archive))
    assert archive.read_bytes() == before
    assert engine.images.all() == []
    assert list(engine.paths.transfers.glob("*")) == []
    engine.images.load(demo_archive)
    make(engine, "true", name="after").start()


@pytest.mark.parametrize("setting", ["runtime", "monitor", "storage"])
def test_a_program_that_is_missing(worksite: Worksite, demo_archive: Path, setting: str) -> None:
    with Engine.open(worksite.paths) as engine:
        engine.images.load(demo_archive)
        make(engine, "true", name="kept")
    with pytest.raises(HostIncomplete) as refusal:
        with Engine.open(worksite.paths, Settings(**{setting: "no-such-program"})) as engine:  # type: ignore[arg-type]
            engine.images.all()
            engine.lookup("kept").start()
    assert "no-such-program" in refusal.value.message
    assert refusal.value.hint
    with Engine.open(worksite.paths) as engine:
        assert names(engine) == {"kept": Status.CONFIGURED}


def test_a_runtime_that_fails(worksite: Worksite, demo_archive: Path) -> None:
    with Engine.open(worksite.paths, Settings(runtime="/bin/false")) as engine:
        engine.images.load(demo_archive)
        container = make(engine, "true", name="it")
        with pytest.raises(Exception) as refusal:
            container.start()
        assert "Traceback" not in str(refusal.value)
        assert container.snapshot().status is Status.CONFIGURED
        assert worksite.mounts() == []


@pytest.fixture
def small_disk(worksite: Worksite) -> Iterator[Path]:
    """A file system of 1 MiB."""
    place = worksite.folder / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)], check=True)
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_on_export(ready: Engine, wharf: Wharf, small_disk: Path) -> None:
    target = small_disk / "root.tar"
    refused(wharf("export", "-o", str(target), "idle"), 125, "space")
    with pytest.raises(NoSpace):
        ready.lookup("busy").export(target)
    # Refused beforehand or when it fills up on the way: never a part of a file.
    with pytest.raises(NoSpace):
        ready.lookup("idle").export(target, compression="gzip")
    assert list(small_disk.iterdir()) == []
    assert ready.lookup("idle").snapshot().mount_point == ""


def test_a_destination_on_a_file_system_that_is_read_only(ready: Engine, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(ExportFailed):
        ready.lookup("idle").export(small_disk / "root.tar")


def _garbage(database: Path) -> None:
    database.write_bytes(b"not a database at all" * 500)


def _cut(database: Path) -> None:
    content = database.read_bytes()
    database.write_bytes(content[:5000])


def _torn_page(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[100:4096] = os.urandom(3996)
    database.write_bytes(content)


@pytest.mark.parametrize("damage", [_garbage, _cut, _torn_page])
def test_a_database_that_is_damaged(
    worksite: Worksite, demo_archive: Path, wharf: Wharf, damage: Callable[[Path], None]
) -> None:
    with Engine.open(worksite.paths) as engine:
        engine.images.load(demo_archive)
        make(engine, "true", name="kept")
    database = worksite.paths.database
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    good = database.read_bytes()
    for leftover in database.parent.glob(f"{database.name}-*"):
        leftover.unlink()
    damage(database)
    before = database.read_bytes()
    with pytest.raises(DatabaseDamaged) as refusal:
        with Engine.open(worksite.paths) as engine:
            engine.containers()
    assert str(database) in f"{refusal.value.message} {refusal.value.hint}"
    refused(wharf("ps"), 125, str(database), "hint:")
    refused(wharf("create", DEMO), 125, str(database))
    assert database.read_bytes() == before, "a damaged database is left as it is"
    database.write_bytes(good)
    for leftover in database.parent.glob(f"{database.name}-*"):
        leftover.unlink()


def test_a_root_directory_of_another_version(worksite: Worksite, wharf: Wharf) -> None:
    Engine.open(worksite.paths).close()

    def set_version(number: int) -> int:
        with contextlib.closing(sqlite3.connect(worksite.paths.database)) as connection:
            former = int(connection.execute("PRAGMA user_version").fetchone()[0])
            connection.execute(f"PRAGMA user_version = {number}")
            return former

    former = set_version(99)
    with pytest.raises(VersionMismatch):
        Engine.open(worksite.paths)
    refused(wharf("ps"), 125, "version", str(worksite.paths.root))
    assert set_version(former) == 99, "it is refused, not converted"


def test_a_database_of_another_program(worksite: Worksite, wharf: Wharf) -> None:
    worksite.paths.root.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(worksite.paths.database)) as connection:
        connection.execute("CREATE TABLE diary (entry TEXT)")
        connection.commit()
    refused(wharf("ps"), 125, str(worksite.paths.database))
    with contextlib.closing(sqlite3.connect(worksite.paths.database)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("diary",)]
    worksite.paths.database.unlink()


def test_without_privileges(worksite: Worksite, capfd: pytest.CaptureFixture[str]) -> None:
    assert core.cli.lifecycle and core.cli.listing  # imported before the privileges go: the files may be root's alone
    Engine.open(worksite.paths).close()
    for command in (["ps"], ["start", "x"]):
        pid = os.fork()
        if pid == 0:
            code = 99
            try:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                code = run_wharf([*worksite.global_options, *command])
            finally:
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        finished = subprocess.CompletedProcess(command, code, "", capfd.readouterr().err)
        refused(finished, 125, "root")


def test_an_unknown_user_is_said_at_the_start(ready: Engine, wharf: Wharf, worksite: Worksite) -> None:
    refused(wharf("run", "--name", "who", "--user", "nosuchuser", DEMO, "true"), 126, "nosuchuser")
    assert ready.lookup("who").snapshot().status is Status.CONFIGURED
    assert ready.lookup("who").snapshot().mount_point == ""


def test_a_command_that_is_missing_or_no_program(ready: Engine, wharf: Wharf) -> None:
    refused(wharf("run", DEMO, "/no/such/program"), 127, "/no/such/program")
    refused(wharf("run", DEMO, "/etc/passwd"), 126, "/etc/passwd")
    refused(wharf("exec", "busy", "/no/such/program"), 127, "/no/such/program")
    refused(wharf("exec", "busy", "/etc/passwd"), 126, "/etc/passwd")


def test_a_root_file_system_that_went_away(ready: Engine, worksite: Worksite) -> None:
    place = worksite.folder / "rootfs"
    place.mkdir()
    container = ready.create(CreateOptions(rootfs=str(place), command=("true",), name="gone"))
    shutil.rmtree(place)
    with pytest.raises(Exception) as refusal:
        container.start()
    assert str(place) in str(refusal.value)
    container.remove()

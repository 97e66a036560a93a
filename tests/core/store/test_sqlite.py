"""What is SQLite's own: the file, its mode, its damage, and other processes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import DatabaseDamaged, VersionMismatch
from core.events import Event, EventKind
from core.model.state import ContainerState, Status
from core.store.sqlite import APPLICATION_ID, SCHEMA_VERSION, open_database
from tests.contracts.test_store import record
from tests.worksite import PROJECT


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    file = tmp_path / "changed"
    file.touch()
    return file


def test_everything_is_there_when_it_is_opened_again(tmp_path: Path, notice: Path) -> None:
    store = open_database(tmp_path / "state.db", notice)
    store.add(record(1, "web"))
    store.save_state(record(1).id, ContainerState(status=Status.EXITED, exit_code=7))
    store.set_boot_id("boot")
    store.record_event(Event(kind=EventKind.DIED, time=1.0))
    store.close()
    again = open_database(tmp_path / "state.db", notice)
    assert again.get(record(1).id).state.exit_code == 7
    assert again.boot_id() == "boot"
    assert again.last_sequence() == 1
    again.close()


def test_nobody_else_can_read_the_file_or_those_beside_it(tmp_path: Path, notice: Path) -> None:
    former = os.umask(0)
    try:
        store = open_database(tmp_path / "state.db", notice)
        store.add(record(1))
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.glob("state.db*")}
        store.close()
    finally:
        os.umask(former)
    assert "state.db-wal" in modes
    assert set(modes.values()) == {0o600}


def test_the_file_says_what_it_is(tmp_path: Path, notice: Path) -> None:
    open_database(tmp_path / "state.db", notice).close()
    connection = sqlite3.connect(tmp_path / "state.db")
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


@pytest.mark.parametrize("content", [b"nonsense" * 500, b"SQLite format 3\0" + b"\xff" * 8000, b"SQLite"])
def test_a_damaged_file_is_said_and_left_as_it_is(tmp_path: Path, notice: Path, content: bytes) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseDamaged) as refusal:
        open_database(path, notice)
    assert str(path) in refusal.value.message
    assert refusal.value.hint
    assert path.read_bytes() == content


def test_what_a_killed_process_left_does_not_hide_the_damage(tmp_path: Path, notice: Path) -> None:
    path, log = tmp_path / "state.db", tmp_path / "state.db-wal"
    store = open_database(path, notice)
    store.add(record(1))
    unfinished = log.read_bytes()
    store.close()
    path.write_bytes(b"nonsense" * 1000)
    log.write_bytes(unfinished)
    with pytest.raises(DatabaseDamaged):
        open_database(path, notice)
    assert path.read_bytes() == b"nonsense" * 1000
    assert log.read_bytes() == unfinished


def test_a_look_at_the_file_costs_no_other_connection_its_locks(tmp_path: Path, notice: Path) -> None:
    path = tmp_path / "state.db"
    first = open_database(path, notice)
    first.add(record(1))
    open_database(path, notice).close()
    # Were the locks lost, this process would be the last one, and take the log of changes away at its end.
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM event').fetchall(); c.close()"
    )
    subprocess.run([sys.executable, "-c", code, path], check=True)
    assert path.with_name("state.db-wal").exists()
    first.close()


def test_a_command_leaves_its_log_to_the_next_and_it_stays_short(tmp_path: Path, notice: Path) -> None:
    path, log = tmp_path / "state.db", tmp_path / "state.db-wal"
    code = (
        "import os, sys; from pathlib import Path; from core.store.sqlite import open_database\n"
        "from core.store.listing import listed; from tests.contracts.test_store import record\n"
        "number, path, notice = int(sys.argv[1]), *map(Path, sys.argv[2:])\n"
        "store = open_database(path, notice, until_exit=True); store.set_boot_id('boot')\n"
        "for each in range(60): store.add(record(number + each))\n"
        "store.close(); del store; listed(str(path), 'boot', until_exit=True); os._exit(0)\n"
    )
    for number in (0, 100, 200):
        subprocess.run([sys.executable, "-c", code, str(number), path, notice], cwd=PROJECT, check=True)
        assert 0 < log.stat().st_size < 1_000_000
    store = open_database(path, notice)
    assert len(list(store.all())) == 180
    store.close()
    assert not log.exists()


def test_damage_in_the_middle_is_said_too(tmp_path: Path, notice: Path) -> None:
    path = tmp_path / "state.db"
    store = open_database(path, notice)
    for number in range(200):
        store.add(record(number))
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(DatabaseDamaged):
        opened = open_database(path, notice)
        opened.all()


def test_a_state_that_is_no_state_names_its_container(tmp_path: Path, notice: Path) -> None:
    path = tmp_path / "state.db"
    store = open_database(path, notice)
    store.add(record(1))
    connection = sqlite3.connect(path)
    connection.execute('UPDATE container SET state = \'{"status": "asleep"}\'')
    connection.commit()
    connection.close()
    with pytest.raises(DatabaseDamaged, match="asleep"):
        store.get(record(1).id)
    store.close()


def test_another_version_is_refused_and_kept(tmp_path: Path, notice: Path) -> None:
    path = tmp_path / "state.db"
    open_database(path, notice).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(VersionMismatch, match="99"):
        open_database(path, notice)
    assert path.read_bytes() == before


def test_every_change_touches_the_notice(tmp_path: Path, notice: Path) -> None:
    store = open_database(tmp_path / "state.db", notice)

    def touched_by_an_event() -> bool:
        os.utime(notice, ns=(0, 0))
        store.record_event(Event(kind=EventKind.START, time=1.0))
        return notice.stat().st_mtime_ns > 0

    assert touched_by_an_event()
    store.close()


def test_other_processes_write_at_the_same_time(tmp_path: Path, notice: Path) -> None:
    path = tmp_path / "state.db"
    store = open_database(path, notice)
    code = """
import sys
from pathlib import Path
from core.events import Event, EventKind
from core.store.sqlite import open_database
from tests.contracts.test_store import record
store = open_database(Path(sys.argv[1]), Path(sys.argv[2]))
for number in range(int(sys.argv[3]), int(sys.argv[3]) + 40):
    store.add(record(number))
    store.record_event(Event(kind=EventKind.CREATE, time=0.0))
store.close()
"""
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(path), str(notice), first], cwd=PROJECT)
        for first in ("1000", "2000")
    ]
    for number in range(40):
        store.add(record(number))
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert len(list(store.all())) == 120
    sequences = [event.sequence for event in store.events_after(0)]
    assert len(sequences) == len(set(sequences)) == 80
    store.close()


def test_a_second_opening_in_one_process_keeps_the_locks_of_the_first(tmp_path: Path) -> None:
    """A process that closes a file loses all of its POSIX locks on it: others then take the database for unused."""
    database, notice = tmp_path / "state.db", tmp_path / "changed"
    notice.touch()
    first = open_database(database, notice)
    second = open_database(database, notice)
    log = tmp_path / "state.db-wal"
    inode = log.stat().st_ino
    script = (
        "import sys, pathlib; from core.store.sqlite import open_database as opened;"
        "opened(*map(pathlib.Path, sys.argv[1:])).close()"
    )
    subprocess.run([sys.executable, "-c", script, database, notice], check=True, timeout=60, cwd=PROJECT)
    assert log.stat().st_ino == inode
    first.set_boot_id("boot")
    assert second.boot_id() == "boot"
    second.close()
    first.close()

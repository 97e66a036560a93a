"""The store in SQLite, shared by all processes that work on the same root."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from core.errors import DatabaseDamaged, EngineError, PermissionDenied, VersionMismatch
from core.events import Event
from core.model.config import ContainerConfig, ContainerRecord
from core.model.health import HEALTH_LOG, HealthResult
from core.model.state import IDLE_STATUSES, LASTING_INTENTS, ContainerState
from core.store.listing import SCHEMA_VERSION, check_below_log, leave_open
from core.store.lookup import (
    JOURNAL_LIMIT,
    name_in_use,
    no_such_container,
    no_such_object,
    object_name_in_use,
    only_match,
)

APPLICATION_ID: Final = 0x57484152
"""`WHAR` in the header of the file, which file(1) and we know it by."""
BUSY_TIMEOUT: Final = 30.0
_CACHE_KIB: Final = 16 << 10
"""The most of the file that is kept in memory, some thousand containers: with less, each list reads it anew."""
_PAGES_LEFT: Final = 100
"""About how long the log of changes is at most that a command leaves: the next reads all of it when it opens."""
_MAGIC: Final = b"SQLite format 3\0"
_SHORTEST: Final = 512
"""Bytes of the smallest page that a database has."""
_opening: Final = threading.Lock()
_TRIM_EVERY: Final = 500

Row = tuple[str, str, str]


def open_database(path: Path, notice: Path, *, until_exit: bool = False) -> SqliteStore:
    """Open the database, making it where there is none. `notice`: the file touched at every change.

    `until_exit`: the process ends when it is done with the store, and leaves its log of changes as it is. Raises
    `DatabaseDamaged` (the file is left as it is), `VersionMismatch`, `PermissionDenied`.
    """
    try:
        with _opening:
            _check_beginning(path)
            check_below_log(str(path))
            connection = _connect(path)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    except PermissionError as error:
        raise PermissionDenied(f"the database {path} can not be opened", hint="run it with sudo") from error
    except sqlite3.DatabaseError as error:
        raise _translated(error, path) from error
    if until_exit:
        connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_LEFT}")
    return SqliteStore(connection, path, notice, until_exit=until_exit)


def _check_beginning(path: Path) -> None:
    """SQLite takes a short file for an empty database, and writes over it.

    A database that is in use is never short, and must not be opened here: a process that closes a file loses all of
    its POSIX locks on it, those of its other connections as well, and others would take the database for unused.
    """
    try:
        if not 0 < path.stat().st_size < _SHORTEST:
            return
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except FileNotFoundError:
        return
    if head != _MAGIC:
        raise _damaged(path, "it is not an SQLite file")


def _connect(path: Path) -> sqlite3.Connection:
    # SQLite gives its side files the mode of the database, so the first to open decides for all of them.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version == 0:
        _create_schema(connection, path)
    elif version != SCHEMA_VERSION:
        raise VersionMismatch(
            f"the database {path} has version {version}, this program needs {SCHEMA_VERSION}",
            hint="use the program that made it, or another directory with --root",
        )
    connection.execute("SELECT count(*) FROM container").fetchone()


def _create_schema(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if int(connection.execute("PRAGMA user_version").fetchone()[0]) == 0:
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise VersionMismatch(
                    f"the database {path} belongs to another program", hint="use another directory with --root"
                )
            for statement in (Path(__file__).parent / "schema.sql").read_text().split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


class SqliteStore:
    """See `Store`. Made by `open_database`."""

    def __init__(self, connection: sqlite3.Connection, path: Path, notice: Path, *, until_exit: bool) -> None:
        self._connection = connection
        self._until_exit = until_exit
        self._waits_for_disk = True
        self._path = path
        self._notice = notice
        self._lock = threading.RLock()

    def add(self, record: ContainerRecord) -> None:
        with self._change() as database:
            self._require_free(database, record.name)
            database.execute(
                "INSERT INTO container (id, name, created_at, config, state) VALUES (?, ?, ?, ?, ?)",
                (
                    record.id,
                    record.name,
                    record.config.created_at,
                    _text(record.config),
                    _text(record.state),
                ),
            )

    def get(self, container_id: str) -> ContainerRecord:
        with self._read() as database:
            row = database.execute("SELECT name, config, state FROM container WHERE id = ?", (container_id,)).fetchone()
        if row is None:
            raise no_such_container(container_id)
        return self._record(row)

    def resolve(self, name_or_id: str) -> str:
        with self._read() as database:
            row = database.execute(
                "SELECT id FROM container WHERE name = ?1 OR id = ?1 ORDER BY name = ?1 DESC", (name_or_id,)
            ).fetchone()
            if row is not None:
                return str(row[0])
            rows = database.execute(
                "SELECT id FROM container WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id", (name_or_id,)
            ).fetchall()
        return only_match(name_or_id, [str(row[0]) for row in rows])

    def all(self) -> Iterator[ContainerRecord]:
        return self._records("true")

    def named(self, name: str) -> str | None:
        with self._read() as database:
            row = database.execute("SELECT id FROM container WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def mentioning(self, identifier: str) -> list[ContainerRecord]:
        return list(self._records("instr(config, ?)", identifier))

    def unsettled(self) -> list[ContainerRecord]:
        # What has its usual value is not written, and a quotation mark in a text is written with a backslash.
        idle = " OR ".join(f"""instr(state, '"status":"{status}"')""" for status in sorted(IDLE_STATUSES))
        held = """instr(state, '"mount_point":') OR instr(state, '"leases":')"""
        return list(self._records(f"""instr(state, '"intent":') OR (({idle}) AND ({held}))"""))

    def _records(self, condition: str, *values: str) -> Iterator[ContainerRecord]:
        with self._read() as database:
            rows = database.execute(
                f"SELECT name, config, state FROM container WHERE {condition} ORDER BY created_at, id", values
            ).fetchall()
        return map(self._record, rows)

    def save_state(self, container_id: str, state: ContainerState) -> None:
        with self._change(lasting=state.intent in LASTING_INTENTS) as database:
            changed = database.execute(
                "UPDATE container SET state = ? WHERE id = ?", (_text(state), container_id)
            ).rowcount
        if not changed:
            raise no_such_container(container_id)

    def rename(self, container_id: str, new_name: str) -> None:
        with self._change() as database:
            self._require_free(database, new_name)
            changed = database.execute("UPDATE container SET name = ? WHERE id = ?", (new_name, container_id)).rowcount
        if not changed:
            raise no_such_container(container_id)

    def remove(self, container_id: str) -> None:
        with self._change() as database:
            database.execute("DELETE FROM container WHERE id = ?", (container_id,))

    def boot_id(self) -> str:
        with self._read() as database:
            row = database.execute("SELECT value FROM setting WHERE name = 'boot_id'").fetchone()
        return "" if row is None else str(row[0])

    def set_boot_id(self, boot_id: str) -> None:
        with self._change() as database:
            database.execute("INSERT OR REPLACE INTO setting (name, value) VALUES ('boot_id', ?)", (boot_id,))

    def record_event(self, event: Event) -> Event:
        with self._change(lasting=False) as database:
            sequence = database.execute("INSERT INTO event (content) VALUES (?)", (_text(event),)).lastrowid or 0
            if sequence % _TRIM_EVERY == 0:
                database.execute("DELETE FROM event WHERE sequence <= ?", (sequence - JOURNAL_LIMIT,))
        return msgspec.structs.replace(event, sequence=sequence)

    def events_after(self, sequence: int, limit: int = 1000) -> list[Event]:
        with self._read() as database:
            rows = database.execute(
                "SELECT sequence, content FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?", (sequence, limit)
            ).fetchall()
        return [
            msgspec.structs.replace(msgspec.json.decode(content, type=Event), sequence=number)
            for number, content in rows
        ]

    def last_sequence(self) -> int:
        with self._read() as database:
            return int(database.execute("SELECT coalesce(max(sequence), 0) FROM event").fetchone()[0])

    def add_health_result(self, container_id: str, result: HealthResult) -> None:
        with self._change() as database:
            added = database.execute(
                "INSERT INTO health_result (container_id, content) SELECT id, ?2 FROM container WHERE id = ?1",
                (container_id, _text(result)),
            ).rowcount
            database.execute(
                "DELETE FROM health_result WHERE container_id = ?1 AND sequence NOT IN (SELECT sequence"
                " FROM health_result WHERE container_id = ?1 ORDER BY sequence DESC LIMIT ?2)",
                (container_id, HEALTH_LOG),
            )
        if not added:
            raise no_such_container(container_id)

    def health_results(self, container_id: str) -> list[HealthResult]:
        with self._read() as database:
            rows = database.execute(
                "SELECT content FROM health_result WHERE container_id = ? ORDER BY sequence", (container_id,)
            ).fetchall()
        return [msgspec.json.decode(content, type=HealthResult) for (content,) in rows]

    def add_object(self, kind: str, name: str, content: bytes) -> None:
        with self._change() as database:
            added = database.execute(
                "INSERT OR IGNORE INTO object (kind, name, content) VALUES (?, ?, ?)", (kind, name, content.decode())
            ).rowcount
        if not added:
            raise object_name_in_use(kind, name)

    def object(self, kind: str, name: str) -> bytes | None:
        with self._read() as database:
            row = database.execute("SELECT content FROM object WHERE kind = ? AND name = ?", (kind, name)).fetchone()
        return None if row is None else str(row[0]).encode()

    def objects(self, kind: str) -> list[bytes]:
        with self._read() as database:
            rows = database.execute("SELECT content FROM object WHERE kind = ? ORDER BY name", (kind,)).fetchall()
        return [str(content).encode() for (content,) in rows]

    def save_object(self, kind: str, name: str, content: bytes) -> None:
        with self._change() as database:
            changed = database.execute(
                "UPDATE object SET content = ? WHERE kind = ? AND name = ?", (content.decode(), kind, name)
            ).rowcount
        if not changed:
            raise no_such_object(kind, name)

    def remove_object(self, kind: str, name: str) -> None:
        with self._change() as database:
            database.execute("DELETE FROM object WHERE kind = ? AND name = ?", (kind, name))

    def close(self) -> None:
        with self._lock:
            if self._until_exit:
                leave_open(self._connection)
            else:
                self._connection.close()

    def _record(self, row: Row) -> ContainerRecord:
        name, config, state = row
        try:
            return ContainerRecord(
                config=msgspec.json.decode(config, type=ContainerConfig),
                name=name,
                state=msgspec.json.decode(state, type=ContainerState),
            )
        except msgspec.MsgspecError as error:
            raise _damaged(self._path, f"the record of {name} can not be read: {error}") from error

    def _require_free(self, database: sqlite3.Connection, name: str) -> None:
        row = database.execute("SELECT id FROM container WHERE name = ?", (name,)).fetchone()
        if row is not None:
            raise name_in_use(name, str(row[0]))

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise _translated(error, self._path) from error

    @contextmanager
    def _change(self, *, lasting: bool = True) -> Iterator[sqlite3.Connection]:
        """A transaction; whoever watches the notice learns of it after it is committed.

        What is `lasting` is on the disk then. Else it is safe from the end of any process, and a failing power may
        take the last of it: what is true for one boot needs no more, and waiting for the disk is most of its time.
        """
        with self._read() as database:
            if lasting is not self._waits_for_disk:
                database.execute(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}")
                self._waits_for_disk = lasting
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise
        with suppress(OSError):
            os.utime(self._notice)


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _translated(error: sqlite3.Error, path: Path) -> EngineError:
    text = str(error)
    if isinstance(error, sqlite3.OperationalError) and ("unable to open" in text or "readonly" in text):
        return PermissionDenied(f"the database {path} can not be opened: {text}", hint="run it with sudo")
    return _damaged(path, text)


def _damaged(path: Path, reason: str) -> DatabaseDamaged:
    return DatabaseDamaged(
        f"the database {path} is damaged: {reason}",
        hint=f"the file is left as it is; try: sqlite3 {path} .recover, or move it away to start anew",
    )

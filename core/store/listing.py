"""The rows of a list of containers, by SQL alone: nothing is decoded that is not shown, and little is loaded for it."""

from __future__ import annotations

import os
import sqlite3

from core.model.port_text import port_text

SCHEMA_VERSION = 2
_PATIENCE = 5.0
_left_open: list[sqlite3.Connection] = []
_SEPARATOR = "\0"

_FIELD = ","
_PORT_FIELDS = {"host_ip": "''", "host_port": "0", "container_port": "0", "length": "1", "protocol": "'tcp'"}
"""The fields of a port in the order in which `port_text` takes them, with their values where they are not stored."""
_PORT = f" || '{_FIELD}' || ".join(
    f"coalesce(json_extract(value, '$.{name}'), {usual})" for name, usual in _PORT_FIELDS.items()
)

_OWNER = (
    "coalesce((SELECT owner.config FROM container AS owner WHERE json_extract(container.config, '$.pod') <> ''"
    " AND owner.id = json_extract(container.config, '$.network_container')), config)"
)
"""Whose ports lead to a container: its own configuration, or that of its pod's infra container."""

_COLUMNS = {
    "id": "id",
    "name": "name",
    "created_at": "created_at",
    "image": "coalesce(nullif(json_extract(config, '$.image'), ''), json_extract(config, '$.rootfs'))",
    "has_layer": "json_extract(config, '$.image_id') <> ''",
    "command": "(SELECT group_concat(value, char(0)) FROM json_each(config, '$.process.args'))",
    "status": "json_extract(state, '$.status')",
    "intent": "json_extract(state, '$.intent')",
    "pid": "coalesce(json_extract(state, '$.pid'), 0)",
    "pid_start": "coalesce(json_extract(state, '$.pid_start'), 0)",
    "monitor_pid": "coalesce(json_extract(state, '$.monitor_pid'), 0)",
    "monitor_start": "coalesce(json_extract(state, '$.monitor_start'), 0)",
    "monitor_lost": "coalesce(json_extract(state, '$.monitor_lost'), 0)",
    "freezer": "coalesce(json_extract(state, '$.freezer'), '')",
    "mount_point": "coalesce(json_extract(state, '$.mount_point'), '')",
    "kept_mounted": "coalesce(json_extract(state, '$.kept_mounted'), 0)",
    "connected": "coalesce(json_array_length(state, '$.leases'), 0)",
    "ports": f"(SELECT group_concat({_PORT}, char(0)) FROM json_each({_OWNER}, '$.ports'))",
    "exit_code": "json_extract(state, '$.exit_code')",
    "started_at": "coalesce(json_extract(state, '$.started_at'), 0)",
    "finished_at": "coalesce(json_extract(state, '$.finished_at'), 0)",
    "health": "coalesce(json_extract(state, '$.health.status'), '')",
}


class ListedContainer:
    """One row, with the names and meanings of `ContainerConfig` and `ContainerState`; statuses are plain words.

    `has_layer`: it is made from an image. `connected`: in how many networks it has an address. `ports`: as they are
    shown. `health`: a word, empty where it has no health check.
    """

    __slots__ = tuple(_COLUMNS)

    id: str
    name: str
    created_at: float
    image: str
    has_layer: bool
    command: tuple[str, ...]
    status: str
    intent: str | None
    pid: int
    pid_start: int
    monitor_pid: int
    monitor_start: int
    monitor_lost: bool
    freezer: str
    mount_point: str
    kept_mounted: bool
    connected: int
    ports: tuple[str, ...]
    exit_code: int | None
    started_at: float
    finished_at: float
    health: str

    def __init__(self, row: tuple[object, ...]) -> None:
        for name, value in zip(_COLUMNS, row, strict=True):
            setattr(self, name, value)
        self.ports = tuple(map(_port, str(self.ports).split(_SEPARATOR))) if self.ports else ()
        self.command = tuple(str(self.command).split(_SEPARATOR)) if self.command else ()


def _port(fields: str) -> str:
    host_ip, host_port, container_port, length, protocol = fields.split(_FIELD)
    return port_text(host_ip, int(host_port), int(container_port), int(length), protocol)


def listed(database: str, boot_id: str, *, until_exit: bool = False) -> list[ListedContainer] | None:
    """All containers in the order of their creation. `until_exit`: the process ends soon.

    None where the database is not there, is not understood, or is of another boot.
    """
    try:
        check_below_log(database)
        connection = sqlite3.connect(f"file:{_quoted(database)}?mode=rw", uri=True, timeout=_PATIENCE)
    except sqlite3.Error:
        return None
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        stored = connection.execute("SELECT value FROM setting WHERE name = 'boot_id'").fetchone()
        if version != SCHEMA_VERSION or stored is None or stored[0] != boot_id:
            return None
        columns = ", ".join(_COLUMNS.values())
        rows = connection.execute(f"SELECT {columns} FROM container ORDER BY created_at, id").fetchall()
        return [ListedContainer(row) for row in rows]
    except sqlite3.Error:
        return None
    finally:
        if until_exit:
            leave_open(connection)
        else:
            connection.close()


def leave_open(connection: sqlite3.Connection) -> None:
    """Let the end of the process close it, as a kill would: the log of changes stays, which the next to open takes in.

    The last to close a database in the usual way puts the log into the file, and waits for the disk twice. It would
    also close itself if it were forgotten.
    """
    _left_open.append(connection)


def check_below_log(database: str) -> None:
    """Where a log of changes is beside the file, SQLite may read all that it needs from it, and never see the damage.

    So the file is looked at without the log, by SQLite itself, which takes care of the locks. Raises
    `sqlite3.DatabaseError` for a file that is no database; an empty one is one.
    """
    log = f"{database}-wal"
    if not (os.path.exists(database) and os.path.exists(log) and os.path.getsize(log)):
        return
    connection = sqlite3.connect(f"file:{_quoted(database)}?immutable=1", uri=True)
    try:
        connection.execute("PRAGMA application_id").fetchone()
    finally:
        connection.close()


def _quoted(path: str) -> str:
    """A path as a URI has it."""
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")

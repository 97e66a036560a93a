"""The database of podman since 4.8 (libpod/sqlite_state.go), as another program's: it is read, and never written."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

_PATIENCE: Final = 0.2
"""Seconds to wait for podman to end what it writes; who looks again gets it then."""


def podman_rows(path: Path) -> Iterator[tuple[str, bytes, bytes]]:
    """The id of each container with its configuration and its state, both JSON.

    Nothing where the file can't be read, is no such database, or is neither root's nor our own: SQLite is not for files
    that somebody made to hurt.
    """
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_uid not in (0, os.geteuid()):
            return
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=_PATIENCE)
    except (OSError, ValueError, sqlite3.Error):
        return
    with closing(connection):
        try:
            rows = connection.execute(
                "SELECT ContainerConfig.ID, ContainerConfig.JSON, ContainerState.JSON"
                " FROM ContainerConfig JOIN ContainerState ON ContainerState.ID = ContainerConfig.ID"
            ).fetchall()
        except sqlite3.Error:
            return
    for container_id, config, state in rows:
        yield str(container_id), str(config).encode(), str(state).encode()

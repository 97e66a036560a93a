"""The PIDs of a container's process and of its monitor, in files of the operator's (--pidfile, --conmon-pidfile)."""

from __future__ import annotations

from pathlib import Path

from core.errors import InvalidArgument
from core.host.files import write_atomically
from core.operations.parts import Transaction


def write_pid_files(held: Transaction) -> None:
    """Allowed: created. Raises `InvalidArgument` where a file can not be written."""
    wanted, state = held.config.surroundings, held.state
    for file, pid in ((wanted.pid_file, state.pid), (wanted.monitor_pid_file, state.monitor_pid)):
        if not file:
            continue
        try:
            write_atomically(Path(file), str(pid).encode(), mode=0o644, lasting=False)
        except OSError as error:
            raise InvalidArgument(
                f"the PID file {file} can not be written: {error.strerror}",
                container_id=held.id,
                hint="choose a directory that is there and can be written to",
            ) from error

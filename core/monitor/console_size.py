"""The size of a container's terminal, set through conmon and seen to hold.

conmon before 2.2 applies the first of several lines that it reads at once and loses the others, so one line is sent at
a time, read back on conmon's own side of the terminal, and sent again where it was lost.
"""

from __future__ import annotations

import fcntl
import os
import struct
import termios
import time
from pathlib import Path
from typing import Final

from core.errors import MonitorFailed
from core.host.foreign_terminal import terminal_master

_TRIES: Final = 8
_PATIENCE: Final = 0.05
"""Seconds until a line counts as lost."""


def set_console_size(control_fifo: Path, monitor_pid: int, columns: int, rows: int) -> None:
    """Set the size. Raises `MonitorFailed` where conmon does not take it."""
    try:
        master = terminal_master(monitor_pid)
    except OSError:
        master = None
    try:
        for _ in range(_TRIES):
            _send(control_fifo, f"1 {rows} {columns}\n")
            if master is None or _holds(master, columns, rows):
                return
    finally:
        if master is not None:
            os.close(master)
    raise MonitorFailed(f"the console did not take the size {columns}×{rows}")


def console_size(monitor_pid: int) -> tuple[int, int] | None:
    """Columns and rows that the terminal has now; None where there is none or it can not be seen."""
    try:
        master = terminal_master(monitor_pid)
    except OSError:
        return None
    if master is None:
        return None
    try:
        rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(master, termios.TIOCGWINSZ, bytes(8)))
    except OSError:
        return None
    finally:
        os.close(master)
    return columns, rows


def _send(control_fifo: Path, line: str) -> None:
    try:
        descriptor = os.open(control_fifo, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        raise MonitorFailed("the console can not be resized: the container's monitor does not listen") from error


def _holds(master: int, columns: int, rows: int) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        size = struct.unpack("HHHH", fcntl.ioctl(master, termios.TIOCGWINSZ, bytes(8)))
        if size[:2] == (rows, columns):
            return True
        time.sleep(0.002)
    return False

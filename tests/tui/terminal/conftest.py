"""Consoles for the terminal's tests: shells on real ptys, and a pair of packet sockets in the monitor's place."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import signal
import socket
import struct
import termios
import time
from collections.abc import Callable, Iterator

import pytest

from tui.terminal.keeper_process import KeeperStock
from tui.terminal.source import ConsoleSource

SpawnShell = Callable[..., ConsoleSource]
MakeAttach = Callable[..., tuple[ConsoleSource, socket.socket]]


@pytest.fixture
def spawn() -> Iterator[SpawnShell]:
    """Starts a program on a pty of 80 columns and 24 rows; ended with the test."""
    open_children: dict[int, int] = {}

    def start(*argv: str, title: str = "shell") -> ConsoleSource:
        pid, master = pty.fork()
        if pid == 0:
            os.execvpe(argv[0], argv, {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "PS1": "ready> "})
        open_children[pid] = master

        def resize(columns: int, rows: int) -> None:
            fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

        def close() -> None:
            if open_children.pop(pid, None) is not None:
                os.close(master)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)

        resize(80, 24)
        return ConsoleSource(
            kind="exec",
            title=title,
            fileno=master,
            resize=resize,
            replay=lambda: b"",
            close=close,
            wait_exit=lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]),
        )

    yield start
    for pid, master in list(open_children.items()):
        with contextlib.suppress(OSError):
            os.close(master)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


@pytest.fixture
def make_attach() -> Iterator[MakeAttach]:
    """A source over a packet socket, and the monitor's end of it, which sends a stream number before the bytes."""
    ends: list[socket.socket] = []

    def make(log: bytearray | None = None, *, terminal: bool = True) -> tuple[ConsoleSource, socket.socket]:
        ours, monitor = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ends.extend((ours, monitor))
        kept = log if log is not None else bytearray()
        source = ConsoleSource(
            kind="attach",
            title="container",
            fileno=ours.fileno(),
            resize=lambda columns, rows: None,
            replay=lambda: bytes(kept),
            close=ours.close,
            terminal=terminal,
        )
        return source, monitor

    yield make
    for end in ends:
        end.close()


@pytest.fixture
def stock() -> Iterator[KeeperStock]:
    keepers = KeeperStock()
    yield keepers
    keepers.close()


def wait_for(condition: Callable[[], object], *, seconds: float = 10.0) -> None:
    """Ask again and again; fails after so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)

"""An operator at a terminal: a pty with a program in it, what it shows, and the time until it shows something."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tui.terminal.emulator import Emulator

COLUMNS, ROWS = 120, 36
PATIENCE: Final = 180.0


class Operator:
    """Types at a program and looks at it. The terminal is drained whenever it waits."""

    def __init__(self, argv: list[str], *, look: bool = True) -> None:
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._emulator = Emulator(COLUMNS, ROWS) if look else None
        self.process = subprocess.Popen(
            argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)

    def type(self, data: bytes | str) -> None:
        os.write(self.master, data.encode() if isinstance(data, str) else data)

    def receive(self, seconds: float) -> bytes:
        """What the program writes next; nothing if it writes nothing for so long."""
        if not select.select([self.master], [], [], max(0.0, seconds))[0]:
            return b""
        with contextlib.suppress(OSError):
            data = os.read(self.master, 1 << 18)
            if self._emulator is not None:
                self._emulator.feed(data)
                if replies := self._emulator.take_replies():
                    self.type(replies)
            return data
        return b""

    def text(self) -> str:
        assert self._emulator is not None
        return "\n".join(self._emulator.text())

    def wait_text(self, condition: Callable[[str], bool] | str) -> float:
        """Seconds until the screen shows it."""
        began = time.perf_counter()
        seen = condition if callable(condition) else lambda text: condition in text
        while not seen(self.text()):
            if time.perf_counter() - began > PATIENCE:
                raise TimeoutError(f"not seen: {condition}\n{self.text()}")
            self.receive(0.2)
        return time.perf_counter() - began

    def wait_bytes(self, *wanted: bytes, seconds: float = PATIENCE) -> float:
        """Seconds until the program has written one of these."""
        began = time.perf_counter()
        tail = b""
        longest = max(map(len, wanted))
        while not any(piece in tail for piece in wanted):
            if time.perf_counter() - began > seconds:
                raise TimeoutError(f"not written: {wanted!r}")
            tail = tail[-longest:] + self.receive(0.2)
        return time.perf_counter() - began

    def settle(self, seconds: float = 0.3) -> None:
        """Drain for a while."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.receive(left)

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        end = time.perf_counter() + 5
        while self.process.poll() is None and time.perf_counter() < end:
            self.receive(0.05)
        self.process.kill()
        self.process.wait()
        os.close(self.master)


def resident(pid: int) -> float:
    """MB of memory that a process has in it."""
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used, all threads that it has now together, to the nanosecond."""
    spent = 0
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):
            spent += int(file.read_text().split()[0])
    return spent / 1e9

"""An operator's terminal: a pty that an emulator shows."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable

from tui.terminal.emulator import Emulator


class Terminal:
    """An operator's terminal and the program in it."""

    def __init__(self, *program: str, argv: list[str] | None = None) -> None:
        """`program` in a pane of ours, or anything else by `argv`."""
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.slave = slave
        self.attributes = termios.tcgetattr(slave)
        self.emulator = Emulator(80, 24)
        self.written = b""
        self.process = subprocess.Popen(
            argv or [sys.executable, "-m", "tests.tui.terminal.driver_app", *program],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    def look(self) -> str:
        while select.select([self.master], [], [], 0.002)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                break
            self.written += data
            self.emulator.feed(data)
        return "\n".join(self.emulator.text())

    def wait(self, condition: Callable[[str], bool]) -> None:
        end = time.monotonic() + 60
        while not condition(self.look()):
            assert time.monotonic() < end, self.look()

    def wait_end(self) -> int:
        end = time.monotonic() + 40
        while self.process.poll() is None:
            assert time.monotonic() < end, self.look()
            self.look()
        self.look()
        return self.process.returncode

    def type(self, data: bytes) -> None:
        os.write(self.master, data)

    def hang_up(self) -> None:
        os.close(self.master)
        os.close(self.slave)
        self.master = self.slave = -1

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for descriptor in (self.master, self.slave):
            with contextlib.suppress(OSError):
                os.close(descriptor)

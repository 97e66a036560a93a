"""A program on a pseudo terminal of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import ptyprocess

from core.errors import HostIncomplete, TimedOut
from core.host.process_table import open_pidfd, wait_pidfd


class PtyProcess:
    """A process and the master side of its terminal. `columns` × `rows` is set before the program begins."""

    def __init__(self, process: ptyprocess.PtyProcess) -> None:
        self._process = process

    @classmethod
    def spawn(
        cls,
        argv: Sequence[str],
        columns: int,
        rows: int,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        pass_fds: Sequence[int] = (),
    ) -> Self:
        """Start a program on a new terminal; it inherits `pass_fds`. Raises `HostIncomplete` where it can't run."""

        def inherit() -> None:
            for descriptor in pass_fds:
                os.set_inheritable(descriptor, True)

        try:
            process = ptyprocess.PtyProcess.spawn(
                list(argv),
                dimensions=(rows, columns),
                env=dict(env) if env is not None else None,
                cwd=os.fspath(cwd) if cwd is not None else None,
                pass_fds=tuple(pass_fds),
                preexec_fn=inherit,
            )
        except (FileNotFoundError, ptyprocess.PtyProcessError) as error:
            raise HostIncomplete(f"{argv[0]} can not be executed: {error}", argv=argv) from error
        # ptyprocess sleeps this long at each end of a process, to be sure that it heeded a signal.
        process.delayafterclose = 0.0
        return cls(process)

    @property
    def fd(self) -> int:
        return int(self._process.fd)

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    def fileno(self) -> int:
        return self.fd

    def read(self, size: int = 65536) -> tuple[int, bytes] | None:
        """What it printed, as stream 2 (standard output) and bytes, waiting for some; None at the end."""
        try:
            data = os.read(self.fd, size)
        except OSError:
            return None
        return (2, data) if data else None

    def close_input(self) -> None:
        """A terminal has no end of input but the one that is typed."""

    def write(self, data: bytes) -> None:
        """Type `data`; all of it."""
        view = memoryview(data)
        with contextlib.suppress(OSError):
            while view:
                view = view[os.write(self.fd, view) :]

    def resize(self, columns: int, rows: int) -> None:
        with contextlib.suppress(OSError):
            self._process.setwinsize(rows, columns)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, 128 + signal for a death by one. Raises `TimedOut` after `timeout` seconds."""
        if self._process.isalive():
            descriptor = open_pidfd(self.pid)
            if descriptor is not None:
                try:
                    if not wait_pidfd(descriptor, timeout):
                        raise TimedOut(f"process {self.pid} still runs")
                finally:
                    os.close(descriptor)
            deadline = time.monotonic() + 1.0
            while self._process.isalive() and time.monotonic() < deadline:
                time.sleep(0.002)
        if self._process.signalstatus is not None:
            return 128 + int(self._process.signalstatus)
        return int(self._process.exitstatus or 0)

    def hang_up(self) -> None:
        """Tell the process that its terminal goes away."""
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGHUP)

    def terminate(self) -> None:
        """Hang up, and close the terminal."""
        self.hang_up()
        with contextlib.suppress(OSError, ptyprocess.PtyProcessError):
            self._process.close(force=True)

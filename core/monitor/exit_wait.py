"""Waiting for a container's end, and learning its exit code from whoever knows it: conmon, else the kernel."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from core.errors import TimedOut
from core.host.notices import FileWatcher
from core.host.process_table import (
    exit_code_of_pidfd,
    exit_code_of_zombie,
    is_alive,
    is_zombie,
    open_pidfd,
    wait_pidfd,
)

EXIT_FILE_DELAY: Final = 5.0
"""Seconds that conmon may take from a container's end to its exit file."""


class ExitWait:
    """One wait. `exit_code` reads the code that conmon wrote into the folder `exits`, None while there is none.

    `process` and `monitor` are PIDs with their starts (ticks), `monitor` None where no conmon lives.
    """

    def __init__(
        self,
        exit_code: Callable[[], int | None],
        exits: Path,
        process: tuple[int, int],
        monitor: tuple[int, int] | None,
    ) -> None:
        self._exit_code = exit_code
        self._exits = exits
        self._process = process
        self._monitor = monitor

    def result(self, timeout: float | None) -> int:
        """The exit code; -1 where nobody knows it. Raises `TimedOut` where it still lives after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        descriptor = self._open_process()
        try:
            with FileWatcher() as watcher:
                watcher.watch_renames(self._exits)
                code = self._until_end(watcher, descriptor, deadline)
                if code is None and self._monitor is not None:
                    code = self._of_monitor(watcher, self._monitor)
            if code is None and descriptor is not None:
                code = self._of_kernel(descriptor)
            return -1 if code is None else code
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def _open_process(self) -> int | None:
        """A descriptor of the very process, which may be a zombie; None where it is gone."""
        descriptor = open_pidfd(self._process[0])
        if descriptor is not None and not is_alive(*self._process) and not is_zombie(*self._process):
            os.close(descriptor)
            return None
        return descriptor

    def _until_end(self, watcher: FileWatcher, descriptor: int | None, deadline: float | None) -> int | None:
        """The code once it is written; None when the process ended before that."""
        poll = select.poll()
        poll.register(watcher.fileno(), select.POLLIN)
        if descriptor is not None:
            poll.register(descriptor, select.POLLIN)
        while True:
            code = self._exit_code()
            if code is not None or descriptor is None or wait_pidfd(descriptor, 0):
                return code
            remaining = None if deadline is None else deadline - time.monotonic()
            if remaining is not None and remaining <= 0:
                raise TimedOut("the container still runs")
            poll.poll(None if remaining is None else remaining * 1000)
            watcher.read()

    def _of_monitor(self, watcher: FileWatcher, monitor: tuple[int, int]) -> int | None:
        """The code that conmon writes after the end, as long as it lives."""
        deadline = time.monotonic() + EXIT_FILE_DELAY
        while time.monotonic() < deadline:
            lives = is_alive(*monitor)
            code = self._exit_code()
            if code is not None or not lives:
                return code
            watcher.wait(0.05)
            watcher.read()
        return None

    def _of_kernel(self, descriptor: int) -> int | None:
        """The code as the kernel tells it, of a process that waits to be reaped or that was."""
        code = exit_code_of_zombie(*self._process)
        return exit_code_of_pidfd(descriptor) if code is None else code

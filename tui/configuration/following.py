"""The configuration file while the screen runs: read again when it was written, by a thread of its own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from core.host.notices import IN_CLOSE_WRITE, IN_CREATE, IN_DELETE, IN_DELETE_SELF, IN_MOVED_TO, FileWatcher
from tui.configuration.loading import Problem, load
from tui.configuration.schema import Configuration

STEP: Final = 2.0
"""Seconds between two looks for a folder that is not there yet, and whether the screen has ended."""
SETTLING: Final = 0.1
"""Seconds that a program which saves a file in several steps has for them."""
_CHANGES: Final = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVED_TO


class Reading(NamedTuple):
    """What stands in the file now. `remarks`: of what is good TOML and known, but names what there is not, or clashes.

    With `problems`, mistakes, the configuration is not whole.
    """

    configuration: Configuration
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]


class ConfigurationFollower:
    """`told` is called from the thread, with what was read. A file that holds the same as before is not told of."""

    def __init__(self, path: Path, told: Callable[[Reading], object]) -> None:
        self._path = path
        self._told = told
        self._found = self._read()
        self._closing = threading.Event()
        self._asked = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._follow, name="wharf-configuration", daemon=True).start()

    def close(self) -> None:
        self._closing.set()

    def read_now(self) -> None:
        """Tell what stands in the file, be it as before."""
        threading.Thread(target=self._look, args=(True,), name="wharf-configuration-read", daemon=True).start()

    def _follow(self) -> None:
        while not self._closing.is_set():
            # Editors put a new file in its place, and what is there may be a link: so the folders are watched.
            places = {self._path, self._path.resolve()}
            with FileWatcher() as watcher:
                watched = 0
                for folder in {place.parent for place in places}:
                    with contextlib.suppress(OSError):
                        watcher.watch(folder, _CHANGES)
                        watched += 1
                self._look()
                if not watched:
                    self._closing.wait(STEP)
                while watched and self._path.resolve() in places and not self._closing.is_set():
                    notices = watcher.read() if watcher.wait(STEP) else []
                    if any(not notice.name or notice.name in {place.name for place in places} for notice in notices):
                        self._closing.wait(SETTLING)
                        break

    def _look(self, is_asked: bool = False) -> None:
        found = self._read()
        if found != self._found or is_asked:
            self._found = found
            self._told(self._reading())

    def _read(self) -> bytes | str:
        """What is in the file, or why it can't be read: to see whether that is another than before."""
        try:
            return self._path.read_bytes()
        except OSError as error:
            return error.strerror or str(error)

    def _reading(self) -> Reading:
        from tui.configuration.check import check
        from tui.configuration.screens import screens

        configuration, problems = load(self._path)
        remarks = () if problems else check(self._path, screens())
        return Reading(configuration, tuple(problems), tuple(remarks))

"""The thread that reads what containers print, as far as an alert asks for it; only what is new is read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from core.console.log_pages import LogFile
from core.host.notices import IN_ATTRIB, IN_MODIFY, IN_MOVE_SELF, FileWatcher
from tui.alerts.rules import AlertRules, Raised, concerns
from tui.plain_text import plain_line

STEP: Final = 0.5
PACE: Final = 0.1
"""Seconds between two readings of logs that grow."""
AT_ONCE: Final = 2000
"""Lines of one log that are read at a time; of a flood the rest is passed over, and counted."""


class WatchedLog(NamedTuple):
    container_id: str
    name: str
    labels: Mapping[str, str]
    path: Path


class LogWatch:
    """`raise_` is called from the thread."""

    def __init__(self, rules: AlertRules, raise_: Callable[[Raised], None]) -> None:
        self._rules = rules
        self._raise = raise_
        self.passed_over = 0
        """Bytes of floods that no rule has seen."""
        self._wanted: tuple[WatchedLog, ...] = ()
        self._changed = threading.Event()
        self._closing = threading.Event()
        self._files: dict[str, tuple[WatchedLog, LogFile, int]] = {}

    def start(self) -> None:
        threading.Thread(target=self._work, name="wharf-alerts", daemon=True).start()

    def close(self) -> None:
        self._closing.set()
        self._changed.set()

    def watch(self, logs: tuple[WatchedLog, ...]) -> None:
        """These, as far as a rule is about them; of a log that is new only what comes from now on."""
        wanted = tuple(log for log in logs if any(concerns(a, log.name, log.labels) for a, _ in self._rules.of_logs))
        if wanted != self._wanted:
            self._wanted = wanted
            self._changed.set()

    def _work(self) -> None:
        while not self._closing.is_set():
            self._changed.clear()
            with FileWatcher() as watcher:
                missing = self._choose(watcher)
                while not self._changed.is_set():
                    if watcher.wait(STEP):
                        moved = any(notice.mask & ~IN_MODIFY for notice in watcher.read())
                        self._read()
                        if moved:
                            break
                        self._closing.wait(PACE)
                    elif missing:
                        break
        for _, file, _ in self._files.values():
            file.close()

    def _choose(self, watcher: FileWatcher) -> bool:
        """Open what is wanted, close what is not; whether one is not there yet."""
        wanted = {log.container_id: log for log in self._wanted}
        for container_id in self._files.keys() - wanted.keys():
            self._files.pop(container_id)[1].close()
        missing = False
        for container_id, log in wanted.items():
            if container_id in self._files:
                _, file, place = self._files[container_id]
                self._files[container_id] = (log, file, place)
            else:
                file = LogFile(log.path)
                self._files[container_id] = (log, file, file.size)
            try:
                watcher.watch(log.path, IN_MODIFY | IN_MOVE_SELF | IN_ATTRIB)
            except OSError:
                missing = True
        self._read()
        return missing

    def _read(self) -> None:
        for container_id, (log, file, place) in list(self._files.items()):
            if file.refresh():
                place = 0
            for number, entry in enumerate(file.forward(place)):
                if not entry.complete:
                    break
                place = entry.end[0]
                for raised in self._rules.judge_line(log.name, container_id, log.labels, plain_line(entry.data)):
                    self._raise(raised)
                if number >= AT_ONCE:
                    self.passed_over += file.size - place
                    place = file.size
                    break
            self._files[container_id] = (log, file, place)

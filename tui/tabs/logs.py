"""What the selected container prints, as it comes."""

from __future__ import annotations

import threading
from collections import deque
from typing import Final

from rich.text import Text
from textual.timer import Timer

from tui.plain_text import printable
from tui.tabs.tab import LinesTab, TabContext

FIRST_LINES: Final = 200
KEPT_LINES: Final = 2_000
PATIENCE: Final = 0.15
"""Seconds that the cursor has to rest on a row before its log is read."""
DRAIN_INTERVAL: Final = 0.2
LONGEST: Final = 4_000
"""Characters of a line that are shown."""


class LogsTab(LinesTab):
    """Follows while its end is in view."""

    def __init__(self, context: TabContext) -> None:
        super().__init__(context)
        self._stop = threading.Event()
        self._coming: deque[str] = deque(maxlen=KEPT_LINES)
        self._timer: Timer | None = None
        self._run = 0.0
        """When the run of the container began that is followed: its end is the end of following."""

    def row_changed(self, *, is_other: bool) -> None:
        is_same_run = self.row is not None and self.row.started_at == self._run
        if not is_other and is_same_run and self._timer is not None:
            return
        self.leave()
        if self.row is None:
            self.set_lines([Text("Nothing is selected.", "dim")], to_begin=True)
            return
        self._timer = self.set_timer(PATIENCE, self._follow)

    def _follow(self) -> None:
        self._run = self.row.started_at
        self.set_lines([], to_begin=True)
        self._stop = threading.Event()
        self._coming = deque(maxlen=KEPT_LINES)
        self.context.bridge.follow(self.row_id, FIRST_LINES, self._coming, self._stop)
        self._timer = self.set_interval(DRAIN_INTERVAL, self._drain)

    def _drain(self) -> None:
        new: list[Text] = []
        while self._coming and len(new) < KEPT_LINES:
            new.append(Text(printable(self._coming.popleft()[:LONGEST])))
        if new:
            self.set_lines([*self.text_lines, *new][-KEPT_LINES:], to_end=True)

    def leave(self) -> None:
        self._stop.set()
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def on_unmount(self) -> None:
        self.leave()

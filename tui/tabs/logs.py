"""What the selected container prints, as it comes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from textual.app import ComposeResult
from textual.timer import Timer

from tui.logs.log_lines import LogLines
from tui.tabs.tab import DetailTab, TabContext

PATIENCE: Final = 0.15
"""Seconds that the cursor has to rest on a row before its log is read."""


class LogsTab(DetailTab):
    """Follows while its end is in view. On the whole screen the log has keys of its own: see `LogScreen`."""

    DEFAULT_CSS = """
    LogsTab { width: 1fr; height: 1fr; padding: 0 1; }
    """

    def __init__(self, context: TabContext) -> None:
        super().__init__(context)
        self._timer: Timer | None = None
        self._shown = ""

    def compose(self) -> ComposeResult:
        yield LogLines()

    @property
    def _lines(self) -> LogLines:
        return self.query_one(LogLines)

    def row_changed(self, *, is_other: bool) -> None:
        if self.row is None:
            self.leave()
        elif self.row_id != self._shown and (is_other or self._timer is None):
            self._stop_timer()
            self._timer = self.set_timer(PATIENCE, self._follow)

    def _follow(self) -> None:
        self._timer = None
        self._shown = self.row_id
        self._lines.show_logs([Path(self.row.log_path)], [self.row.name])

    @property
    def is_following(self) -> bool:
        """Whether a log is read now."""
        return bool(self._shown)

    def scroll_rows(self, rows: int) -> None:
        self._lines.action_scroll_rows(rows)

    def leave(self) -> None:
        self._stop_timer()
        self._shown = ""
        if self.is_mounted:
            self._lines.stop()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

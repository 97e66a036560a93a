"""What a container of another engine is, and how it can be reached."""

from __future__ import annotations

import os
from pathlib import Path

from rich.text import Text

from core.model.foreign import ForeignContainer
from core.model.state import Verb
from tui.plain_text import GLYPHS, ago, moment, printable
from tui.tabs.logs import LogsTab
from tui.tabs.tab import LinesTab


def readable_log(row: ForeignContainer) -> Path | None:
    """Its log, where there is one that can be read."""
    return Path(row.log_path) if row.log_path else None


class ForeignTab(LinesTab):
    """Whose it is, what can be done to it from here, and by which runtime."""

    def row_changed(self, *, is_other: bool) -> None:
        row = self.row
        if row is None:
            self.set_lines([Text("Nothing is selected.", "dim")], to_begin=True)
            return
        can = [str(verb) for verb in (Verb.PAUSE, Verb.UNPAUSE, Verb.KILL, Verb.EXEC, Verb.ATTACH) if row.allows(verb)]
        facts = [
            ("state", f"{GLYPHS[row.status]} {row.status}{_state_details(row)}"),
            ("engine", f"{row.keeper}{f', namespace {row.namespace}' if row.namespace else ''}, of {row.owner}"),
            ("here", ", ".join(can) or "nothing"),
            ("else", f"use {row.keepers_command}"),
            ("image", row.image or "known to its engine alone"),
            ("command", " ".join(row.command)),
            ("created", moment(row.created_at)),
            ("console", row.console or f"none: {row.console_refusal}"),
            ("log", _log(row)),
            ("runtime", f"{row.runtime} --root {row.runtime_root}" if row.runtime else "none: it does not run"),
            ("bundle", row.bundle),
            ("id", row.id),
            *(("label", f"{name}={value}") for name, value in sorted(row.labels.items())),
        ]
        if row.error:
            facts.insert(0, ("damaged", row.error))
        lines = [Text.assemble((f"{name:<9}", "dim"), printable(value)) for name, value in facts]
        self.set_lines(lines, to_begin=is_other)


class ForeignLogsTab(LogsTab):
    """Empty where there is no log that can be shown: the overview says why."""

    def _follow(self) -> None:
        self._timer = None
        self._shown = self.row_id
        self._lines.show_logs([readable_log(self.row) or Path(os.devnull)], [self.row.name])


def _state_details(row: ForeignContainer) -> str:
    if row.exit_code is not None:
        return f" with {row.exit_code} {ago(row.finished_at)}"
    return f", PID {row.pid}" if row.pid else ""


def _log(row: ForeignContainer) -> str:
    return row.log_path or f"none: {row.log_hint}"

"""What a container of another engine is, and how it can be reached."""

from __future__ import annotations

import os
from pathlib import Path

from rich.text import Text

from core.model.foreign import ForeignContainer
from core.model.state import Verb
from tui.languages import _
from tui.plain_text import GLYPHS, ago, moment, padded, printable
from tui.tabs.logs import LogsTab
from tui.tabs.overview import label_width
from tui.tabs.tab import LinesTab


def readable_log(row: ForeignContainer) -> Path | None:
    """Its log, where there is one that can be read."""
    return Path(row.log_path) if row.log_path else None


class ForeignTab(LinesTab):
    """Whose it is, what can be done to it from here, and by which runtime."""

    def row_changed(self, *, is_other: bool) -> None:
        row = self.row
        if row is None:
            self.set_lines([Text(_("Nothing is selected."), "dim")], to_begin=True)
            return
        can = [str(verb) for verb in (Verb.PAUSE, Verb.UNPAUSE, Verb.KILL, Verb.EXEC, Verb.ATTACH) if row.allows(verb)]
        facts = [
            (_("state"), f"{GLYPHS[row.status]} {_(row.status)}{_state_details(row)}"),
            (_("engine"), _engine(row)),
            (_("here"), ", ".join(can) or _("nothing")),
            (_("else"), _("use {command}").format(command=row.keepers_command)),
            (_("image"), row.image or _("known to its engine alone")),
            (_("command"), " ".join(row.command)),
            (_("created"), moment(row.created_at)),
            (_("console"), row.console or _("none: {reason}").format(reason=row.console_refusal)),
            (_("log"), _log(row)),
            (_("runtime"), f"{row.runtime} --root {row.runtime_root}" if row.runtime else _("none: it does not run")),
            (_("bundle"), row.bundle),
            (_("id"), row.id),
            *((_("label"), f"{name}={value}") for name, value in sorted(row.labels.items())),
        ]
        if row.error:
            facts.insert(0, (_("damaged"), row.error))
        label = label_width(facts)
        lines = [Text.assemble((padded(name, label), "dim"), printable(value)) for name, value in facts]
        self.set_lines(lines, to_begin=is_other)


class ForeignLogsTab(LogsTab):
    """Empty where there is no log that can be shown: the overview says why."""

    def _follow(self) -> None:
        self._timer = None
        self._shown = self.row_id
        self._lines.show_logs([readable_log(self.row) or Path(os.devnull)], [self.row.name])


def _engine(row: ForeignContainer) -> str:
    if row.namespace:
        return _("{engine}, namespace {namespace}, of {user}").format(
            engine=row.keeper, namespace=row.namespace, user=row.owner
        )
    return _("{engine}, of {user}").format(engine=row.keeper, user=row.owner)


def _state_details(row: ForeignContainer) -> str:
    if row.exit_code is not None:
        return _(" with {code}").format(code=row.exit_code) + f" {ago(row.finished_at)}"
    return f", PID {row.pid}" if row.pid else ""


def _log(row: ForeignContainer) -> str:
    return row.log_path or _("none: {reason}").format(reason=row.log_hint)

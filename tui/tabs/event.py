"""The tab of an event: everything that is known of it, a line each."""

from __future__ import annotations

from rich.text import Text

from core.events import Event
from tui.plain_text import moment, printable
from tui.tabs.tab import LinesTab


class EventTab(LinesTab):
    """Who did what to whom, by which commands."""

    row: Event | None

    def row_changed(self, *, is_other: bool) -> None:
        if self.row is None:
            self.set_lines([Text("Nothing is selected.", "dim")], to_begin=True)
            return
        facts = [
            ("when", moment(self.row.time)),
            ("what", str(self.row.kind)),
            ("to", f"{self.row.name} {self.row.container_id}".strip()),
            ("by", f"{self.row.user}, process {self.row.process}" if self.row.user else ""),
            ("command", self.row.command),
            *sorted(self.row.attributes.items()),
        ]
        lines = [Text.assemble((f"{name:<10}", "dim"), printable(value)) for name, value in facts if value]
        self.set_lines(lines, to_begin=is_other)

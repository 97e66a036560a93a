"""The figures of a container, with charts of the last minutes."""

from __future__ import annotations

from rich.text import Text
from textual.app import RenderResult

from core.model.state import Status
from tui.history import chart
from tui.plain_text import fitted, size
from tui.tabs.overview import usage
from tui.tabs.tab import DetailTab

LEAST_CHART = 2
"""Rows of a chart, below which there is none."""


class StatsTab(DetailTab):
    """Drawn anew every second, from the samples that the list has taken."""

    DEFAULT_CSS = """
    StatsTab { width: 1fr; height: 1fr; padding: 0 1; background: $surface; }
    """

    def row_changed(self, *, is_other: bool) -> None:
        self.refresh()

    def tick(self) -> None:
        self.refresh()

    def render(self) -> RenderResult:
        if self.row is None:
            return Text("Nothing is selected.", "dim")
        samples = self.context.live.history.of(self.row_id) if self.row_id in self.context.live.samples else ()
        if not samples:
            alive = self.row.status in (Status.RUNNING, Status.PAUSED)
            return Text("No figures yet." if alive else f"No figures: it is {self.row.status}.", "dim")
        width, height = self.content_size
        lines = [Text(fitted(f"{name:<9}{value}", width)) for name, value in usage(samples)]
        room = (height - len(lines) - 2) // 2
        if room >= LEAST_CHART:
            now = samples[-1]
            top = now.memory_limit
            of = f" of {size(top)}" if top else ""
            lines.append(Text(f"CPU {now.cpu_percent:.1f} %, the last {min(width, len(samples))} s", "bold"))
            lines += [Text(row) for row in chart((sample.cpu_percent for sample in samples), width, room, 100.0)]
            lines.append(Text(f"memory {size(now.memory)}{of}", "bold"))
            lines += [Text(row) for row in chart((sample.memory for sample in samples), width, room, top)]
        return Text("\n").join(lines[:height])

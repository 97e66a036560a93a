"""The part of the screen that has to do with figures: of which rows they are read, and the list that follows them."""

from __future__ import annotations

import time
from typing import Final

from textual import on

from tui.alerts.alarms import Alarms
from tui.bridge import Bridge
from tui.messages import SamplesRead
from tui.own_cost import OwnCost
from tui.screens.acting import Acting
from tui.screens.own_facts import OwnFacts
from tui.terminal.pane_keys import PaneKeys
from tui.widgets.bars import StatusLine
from tui.widgets.table import Table

SORT_INTERVAL: Final = 2.0
"""Seconds that rows keep their places at least, where they are ordered by figures."""


class Sampling(Acting):
    """Figures are read of what is seen alone, and of the screen itself.

    Whoever derives from it sets `alarms` and `facts`.
    """

    alarms: Alarms
    facts: OwnFacts

    def __init__(self, bridge: Bridge, keys: PaneKeys) -> None:
        super().__init__(bridge, keys)
        self.own_cost = OwnCost()
        self._sorted_at = 0.0

    @on(SamplesRead)
    def _take_samples(self, message: SamplesRead) -> None:
        self.live.take(message.samples)
        self.own_cost.sampled(len(message.samples))
        rows = self.views.current.rows
        now = time.monotonic()
        if rows.sorted_by is not None and rows.sorted_by.live and now - self._sorted_at >= SORT_INTERVAL:
            self._sorted_at = now
            rows.arrange()
            self.table.arranged()
        self.table.refresh_figures()

    @on(Table.RowsShown)
    def _rows_shown(self, message: Table.RowsShown) -> None:
        if message.table is self.table:
            self.choose_sampled()

    def choose_sampled(self) -> None:
        """Have the figures read of what is seen; of all, where the list is sorted by them."""
        self.facts.choose()
        if not any(column.live for column in self.view.columns):
            self.bridge.show(())
            return
        rows, key = self.views.current.rows, self.view.key
        if rows.sorted_by is not None and rows.sorted_by.live:
            self.bridge.show(key(row) for row in rows.shown)
            return
        selected = self.table.selected
        self.bridge.show({*self.table.on_screen, *([key(selected)] if selected is not None else [])})

    def show_cost(self) -> None:
        """Measure what the screen itself costs, and say it, where that is wanted."""
        keepers = [pane.keeper_pid for pane in self.consoles.panes if pane.keeper_pid is not None]
        cost = self.own_cost.look(keepers, rows=len(self.table.on_screen), dropped=self.alarms.passed_over)
        self.query_one(StatusLine).cost = cost if self.own_cost.is_shown else ""

"""The selected row in detail: a line of tabs, and the one that is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from core.events import Event
from tui.languages import _
from tui.messages import DetailRead
from tui.tabs.tab import DetailTab, TabContext
from tui.views.view import View
from tui.widgets.tab_line import TabLine


class DetailArea(Vertical):
    """Tabs are made when they are first shown. Of those only the one that is seen reads or samples."""

    DEFAULT_CSS = """
    DetailArea { width: 1fr; height: 1fr; }
    """

    def __init__(self, context: TabContext, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._tab_context = context
        self._view: View | None = None
        self._row: Any = None
        self._row_id = ""
        self._label = ""
        self._made: dict[tuple[str, str], DetailTab] = {}
        self._last: dict[str, str] = {}
        """The tab that was shown last in each view."""
        self._current: DetailTab | None = None

    def compose(self) -> ComposeResult:
        yield TabLine(id="detail-tabs")

    @property
    def current(self) -> DetailTab | None:
        """The tab that is seen."""
        return self._current

    @property
    def tab_name(self) -> str:
        """Which tab is chosen; empty for a view without tabs."""
        if self._view is None or not self._view.tabs:
            return ""
        return self._last.get(self._view.name, self._view.tabs[0].name)

    def last_tab(self, view: str) -> str:
        """The tab that was chosen last in a view; empty where none was."""
        return self._last.get(view, "")

    def prefer(self, view: View, name: str) -> None:
        """Have a view begin with a tab, where it has that."""
        if any(tab.name == name for tab in view.tabs):
            self._last[view.name] = name

    @property
    def is_seen(self) -> bool:
        """Whether there is room for it and nothing in its place."""
        return self.display and self.size.height > 0

    def show(self, view: View, row: Any) -> None:
        """Show a row of a view; None for none."""
        self._view = view
        self._row = row
        self._row_id = view.key(row) if row is not None else ""
        self._label = view.label(row) if row is not None else ""
        self._update()

    def choose(self, name: str) -> bool:
        """Show a tab; False where the view has none of this name."""
        if self._view is None or all(tab.name != name for tab in self._view.tabs):
            return False
        self._last[self._view.name] = name
        self._update()
        return True

    def step(self, places: int) -> None:
        """Show the next tab, or the one before."""
        if self._view is not None and self._view.tabs:
            names = [tab.name for tab in self._view.tabs]
            self.choose(names[(names.index(self.tab_name) + places) % len(names)])

    def on_resize(self) -> None:
        """It may have come into sight, or gone out of it."""
        self._update()

    def on_language_changed(self) -> None:
        self._update()

    def _update(self) -> None:
        """Bring the tab that is chosen to the front, and tell it its row."""
        if self._view is None or not self.is_mounted:
            return
        tabs = [(tab.name, _(tab.title)) for tab in self._view.tabs]
        self.query_one("#detail-tabs", TabLine).show(tabs, self.tab_name, self._label)
        if not self.is_seen or not tabs:
            self._bring(None)
            return
        key = (self._view.name, self.tab_name)
        tab = self._made.get(key)
        if tab is None:
            description = next(tab for tab in self._view.tabs if tab.name == self.tab_name)
            tab = self._made[key] = description.make(self._tab_context)
            self.mount(tab)
        self._bring(tab)
        tab.take_row(self._row, self._row_id)

    def _bring(self, tab: DetailTab | None) -> None:
        if tab is self._current:
            return
        if self._current is not None:
            self._current.leave()
            self._current.display = False
        if tab is not None:
            tab.display = True
        self._current = tab

    def tick(self) -> None:
        """A second has gone by."""
        if self._current is not None and self.is_seen:
            self._current.tick()

    def take_detail(self, message: DetailRead) -> None:
        """What a tab has asked for."""
        if self._current is not None and message.row_id == self._row_id:
            self._current.take_detail(message)

    def take_events(self, events: Sequence[Event]) -> None:
        if self._current is not None and self.is_seen:
            self._current.take_events(events)

"""The consoles that are open, one of them in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from tui.terminal.pane_keys import PaneKeys
from tui.widgets.tab_line import TabLine

if TYPE_CHECKING:
    from tui.terminal.pane import TerminalPane
    from tui.terminal.source import ConsoleSource


class ConsoleArea(Vertical):
    """Keeps panes running behind the one in front. Not displayed while there is none."""

    DEFAULT_CSS = """
    ConsoleArea { width: 1fr; height: 1fr; }
    ConsoleArea > #tabs { display: none; }
    ConsoleArea.-several > #tabs { display: block; }
    """

    def __init__(self, keys: PaneKeys, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._keys = keys
        self._panes: list[TerminalPane] = []
        self._titles: dict[TerminalPane, str] = {}
        self._marks: dict[TerminalPane, str] = {}
        self._split = False
        self._front: TerminalPane | None = None

    def compose(self) -> ComposeResult:
        yield TabLine(id="tabs")

    def on_mount(self) -> None:
        self.display = False

    @property
    def front(self) -> TerminalPane | None:
        """The pane that is seen."""
        return self._front

    @property
    def panes(self) -> tuple[TerminalPane, ...]:
        return tuple(self._panes)

    async def open(self, source: ConsoleSource, *, watch_only: bool = False) -> TerminalPane:
        """A new pane in front."""
        # Loaded with the first console, as the list is to be there at once.
        from tui.terminal.pane import TerminalPane

        pane = TerminalPane(source, keys=self._keys, watch_only=watch_only)
        self._panes.append(pane)
        self._titles[pane] = source.title
        await self.mount(pane)
        self._bring(pane)
        return pane

    async def close(self, pane: TerminalPane) -> None:
        """Let go of a console; the next one comes to the front."""
        if pane not in self._panes:
            return
        place = self._panes.index(pane)
        self._panes.remove(pane)
        self._titles.pop(pane)
        self._marks.pop(pane, None)
        await pane.remove()
        self._bring(self._panes[min(place, len(self._panes) - 1)] if self._panes else None)

    def sign(self, pane: TerminalPane) -> str:
        """What its tab says of it: that it rang, printed, or ended."""
        return self._marks.get(pane, "")

    def title(self, pane: TerminalPane) -> str:
        return self._titles[pane]

    def bring(self, pane: TerminalPane) -> None:
        """Bring a pane to the front."""
        if pane in self._panes:
            self._bring(pane)

    def step(self, places: int) -> None:
        """Bring the next pane to the front, or the one before."""
        if self._front is not None:
            self._bring(self._panes[(self._panes.index(self._front) + places) % len(self._panes)])

    @property
    def is_split(self) -> bool:
        """Whether all panes are seen, one below the other."""
        return self._split

    def split(self, front: TerminalPane, *, into_all: bool) -> None:
        """Show all panes, one below the other, or `front` alone."""
        self._split = into_all
        self._bring(front)

    def mark(self, pane: TerminalPane, sign: str) -> None:
        """Show a sign on the tab of a pane that is out of sight; the exit's stays."""
        if pane is not self._front or sign == "■":
            self._marks[pane] = sign
            self._show_tabs()

    def _bring(self, front: TerminalPane | None) -> None:
        self._front = front
        self.display = front is not None
        self.set_class(len(self._panes) > 1, "-several")
        for pane in self._panes:
            pane.display = self._split or pane is front
        if front is not None and self._marks.get(front) != "■":
            self._marks.pop(front, None)
        self._show_tabs()

    def _show_tabs(self) -> None:
        tabs = []
        for number, pane in enumerate(self._panes, 1):
            sign = self._marks.get(pane, "")
            tabs.append((str(number), f"{number} {self._titles[pane][:30]}{f' {sign}' if sign else ''}"))
        front = str(self._panes.index(self._front) + 1) if self._front is not None else ""
        self.query_one("#tabs", TabLine).show(tabs, front)

    @on(TabLine.Chosen)
    def _choose(self, message: TabLine.Chosen) -> None:
        message.stop()
        pane = self._panes[int(message.name) - 1]
        self._bring(pane)
        self.screen.set_focus(pane)

"""A line of tabs, for views, details and consoles: one is lit, a click chooses."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.message import Message
from textual.widget import Widget

from tui.plain_text import printable


class TabLine(Widget):
    """Where there is no room for all, the first ones go until the one that is lit is seen."""

    DEFAULT_CSS = """
    TabLine { height: 1; background: $panel; color: $text-muted; padding: 0 1; }
    """

    class Chosen(Message):
        """A tab was clicked. `name`: which."""

        def __init__(self, line: TabLine, name: str) -> None:
            super().__init__()
            self.line = line
            self.name = name

        @property
        def control(self) -> TabLine:
            return self.line

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._tabs: tuple[tuple[str, str], ...] = ()
        self._active = ""
        self._note = ""
        self._edges: list[tuple[int, str]] = []

    def show(self, tabs: Sequence[tuple[str, str]], active: str, note: str = "") -> None:
        """Show tabs, each a name and its words. `note`: stands behind them."""
        wanted = (tuple(tabs), active, note)
        if wanted != (self._tabs, self._active, self._note):
            self._tabs, self._active, self._note = wanted
            self.refresh()

    def render(self) -> RenderResult:
        pieces = [(name, f" {printable(words)} ") for name, words in self._tabs]
        if sum(len(words) for _, words in pieces) > self.content_size.width:
            pieces = [(name, words[1:]) for name, words in pieces]
        place = next((number for number, (name, _) in enumerate(pieces) if name == self._active), 0)
        first = 0
        while first < place and sum(len(words) for _, words in pieces[first : place + 1]) > self.content_size.width:
            first += 1
        text = Text(no_wrap=True, overflow="ellipsis")
        self._edges = []
        for name, words in pieces[first:]:
            text.append(words, "bold reverse" if name == self._active else "")
            self._edges.append((text.cell_len, name))
        if self._note:
            text.append(f"  {printable(self._note)}", "dim")
        return text

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        name = next((name for edge, name in self._edges if offset.x < edge), "")
        if name:
            self.post_message(self.Chosen(self, name))

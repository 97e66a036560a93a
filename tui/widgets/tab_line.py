"""A line of tabs, for views, details and consoles: one is lit, a click chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.message import Message
from textual.widget import Widget

from tui.plain_text import printable

LONGEST_KEY: Final = 2
"""Characters of a key that a tab's words may begin with, as in "7 Events" or "f8 Secrets"."""


class TabLine(Widget):
    """Without room for all, the last ones are their keys alone; then the first ones go until the lit one is seen."""

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
        pieces = self._pieces()
        place = next((number for number, (name, _) in enumerate(pieces) if name == self._active), 0)
        first = 0
        while first < place and _width(pieces[first : place + 1]) > self.content_size.width:
            first += 1
        text = Text(no_wrap=True, overflow="ellipsis")
        self._edges = []
        for name, words in pieces[first:]:
            text.append(words, "bold reverse" if name == self._active else "")
            self._edges.append((text.cell_len, name))
        if self._note:
            text.append(f"  {printable(self._note)}", "dim")
        return text

    def _pieces(self) -> list[tuple[str, str]]:
        """The names of the tabs, and their words as short as they have to be."""
        room = self.content_size.width
        pieces = [(name, f" {printable(words)} ") for name, words in self._tabs]
        if _width(pieces) > room:
            pieces = [(name, words[1:]) for name, words in pieces]
        for number in range(len(pieces) - 1, -1, -1):
            # The space behind the last one may be cut.
            if _width(pieces) <= room + 1:
                break
            name, words = pieces[number]
            key, _, title = words.strip().partition(" ")
            if name != self._active and title and len(key) <= LONGEST_KEY:
                pieces[number] = (name, f"{key} ")
        return pieces

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        name = next((name for edge, name in self._edges if offset.x < edge), "")
        if name:
            self.post_message(self.Chosen(self, name))


def _width(pieces: Sequence[tuple[str, str]]) -> int:
    """Columns that tabs take."""
    return sum(cell_len(words) for _, words in pieces)

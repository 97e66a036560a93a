"""A page of text to read: what inspect says, the help."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from tui.plain_text import printable


class TextView(Screen[None]):
    """`text` is shown as it is: whoever gives it has made it printable."""

    CSS_PATH = "text_view.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "back"),
        Binding("down,j", "scroll(1)", "down"),
        Binding("up,k", "scroll(-1)", "up"),
        Binding("g,home", "edge(0)", "begin"),
        Binding("G,end", "edge(1)", "end"),
    ]

    def __init__(self, heading: str, text: Text) -> None:
        super().__init__()
        self._heading = heading
        self._text = text

    def compose(self) -> ComposeResult:
        yield Static(Text(printable(self._heading), no_wrap=True, overflow="ellipsis"), id="heading")
        with VerticalScroll(id="text"):
            yield Static(self._text)
        yield Static(Text("↑↓ pgup pgdn g G  scroll    q  back"), id="keys")

    def on_mount(self) -> None:
        self.query_one("#text").focus()

    def action_scroll(self, rows: int) -> None:
        self.query_one("#text").scroll_relative(y=rows, animate=False)

    def action_edge(self, place: int) -> None:
        body = self.query_one("#text")
        body.scroll_to(y=body.max_scroll_y if place else 0, animate=False)

    def action_close(self) -> None:
        self.dismiss(None)

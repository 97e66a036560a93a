"""Lines as they come: what a container prints, what happens to all of them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Log, Static

from tui.plain_text import printable

Follow = Callable[[deque[str], threading.Event], None]
"""Appends lines as they come until the event is set; returns at once."""
KEPT_LINES: Final = 10_000
"""Lines that are kept to scroll back to; the log file has them all."""
FIRST_LINES: Final = 1_000
DRAIN_INTERVAL: Final = 0.1
LINES_AT_ONCE: Final = 500
LONGEST: Final = 4_000
"""Characters of a line that are shown."""


class LogView(Screen[None]):
    """Follows while its end is in view; scrolling up stops that, `G` goes on."""

    CSS_PATH = "text_view.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "back"),
        Binding("down,j", "scroll(1)", "down"),
        Binding("up,k", "scroll(-1)", "up"),
        Binding("pageup", "page(-1)", "page up"),
        Binding("pagedown", "page(1)", "page down"),
        Binding("g,home", "edge(0)", "begin"),
        Binding("G,end,s", "edge(1)", "end"),
    ]

    def __init__(self, heading: str, follow: Follow) -> None:
        super().__init__()
        self._heading = heading
        self._follow = follow
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._stop = threading.Event()
        self._empty = True

    def compose(self) -> ComposeResult:
        yield Static(Text(printable(self._heading), no_wrap=True, overflow="ellipsis"), id="heading")
        yield Log(max_lines=KEPT_LINES, auto_scroll=True, id="text")
        yield Static(Text("↑↓ pgup pgdn g  look back    G  follow    q  back"), id="keys")

    def on_mount(self) -> None:
        self.query_one("#text").focus()
        self._follow(self._lines, self._stop)
        self.set_interval(DRAIN_INTERVAL, self._drain)

    def on_unmount(self) -> None:
        self._stop.set()

    def _drain(self) -> None:
        """Take what has come, so much at a time that keys are answered between two times."""
        log = self.query_one("#text", Log)
        batch: list[str] = []
        while self._lines and len(batch) < LINES_AT_ONCE:
            batch.append(self._lines.popleft()[:LONGEST])
        if batch:
            at_end = log.scroll_offset.y >= log.max_scroll_y - 1
            log.write_lines(batch, scroll_end=at_end)
            self._empty = False
        elif self._empty and not log.lines:
            log.border_title = "nothing was printed yet"

    def action_scroll(self, rows: int) -> None:
        self.query_one("#text").scroll_relative(y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        body = self.query_one("#text")
        body.scroll_relative(y=pages * max(1, body.size.height - 1), animate=False)

    def action_edge(self, place: int) -> None:
        body = self.query_one("#text")
        body.scroll_to(y=body.max_scroll_y if place else 0, animate=False)

    def action_close(self) -> None:
        self.dismiss(None)

"""The rows of one log, or of several as one: follows the end, scrolls anywhere, keeps what is sought in its context."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

import msgspec
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from core.console.log_pages import LogEntry, Position
from tui.languages import _
from tui.logs.matching import Matcher
from tui.logs.painting import LogLook, rows_of
from tui.logs.reader import Answer, Earlier, Grew, Later, LogReader, Replaced, Saved, Searching, entry_text
from tui.logs.window import LogWindow

KEPT_ROWS: Final = 2000
"""Entries whose rows are kept."""
SIDEWAYS: Final = 8
"""Columns of a step to the side."""


class LogLines(Widget, can_focus=True):
    """Made empty; `show_logs` begins to read. What the state of it is says `Changed`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_rows(1)", "down", show=False, id="log.down"),
        Binding("up,k", "scroll_rows(-1)", "up", show=False, id="log.up"),
        Binding("pagedown,ctrl+f", "scroll_pages(1)", "page down", show=False, id="log.page_down"),
        Binding("pageup,ctrl+b", "scroll_pages(-1)", "page up", show=False, id="log.page_up"),
        Binding("ctrl+d", "scroll_pages(0.5)", "half a page down", show=False, id="log.half_page_down"),
        Binding("ctrl+u", "scroll_pages(-0.5)", "half a page up", show=False, id="log.half_page_up"),
        Binding("g,home", "begin", "begin", show=False, id="log.first"),
        Binding("G,end", "end", "end", show=False, id="log.last"),
        Binding("left,h", "sideways(-1)", "left", show=False, id="log.left"),
        Binding("right", "sideways(1)", "right", show=False, id="log.right"),
    ]
    DEFAULT_CSS = """
    LogLines { height: 1fr; background: $surface; }
    """

    class Changed(Message):
        """Something of `place`, `matches` or `searching` is another."""

    class Noted(Message):
        """A line for the operator: nothing found, a file saved."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, *, id: str | None = None, look: LogLook | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.look = look or LogLook(width=80)
        self.sought: Matcher | None = None
        self.filtered: Matcher | None = None
        self.searching: float | None = None
        """How far a search is, from 0 to 1."""
        self._window = LogWindow(lambda entry: len(self._rows(entry)))
        self._reader: LogReader | None = None
        self._known: dict[tuple[Position, Position], list[Text]] = {}
        self._marks: dict[Position, str] = {}
        self._strips: list[Strip] = []
        self._column = 0
        self._asked_earlier = self._asked_later = False
        self._has_grown = False
        self._grew_meanwhile = False
        """More came since the last question about what is later was asked."""
        self._empty = True
        self._seeks_back = True

    def show_logs(self, paths: Sequence[Path], names: Sequence[str]) -> None:
        """Read these logs from now on, from their end."""
        self.stop()
        self._window = LogWindow(lambda entry: len(self._rows(entry)))
        self.look = msgspec.structs.replace(self.look, names=tuple(names))
        self._forget_rows()
        self._empty = True
        self._reader = LogReader(paths, self._answered)
        self._reader.start()
        self._reader.show_end()
        self._draw()

    def stop(self) -> None:
        """Read no more."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    @property
    def following(self) -> bool:
        return self._window.following

    @property
    def has_more_below(self) -> bool:
        """Whether something came while the end was not in sight."""
        return self._has_grown and not self._window.following

    def change_look(self, **changes: object) -> None:
        """Show it otherwise: see `LogLook`."""
        self.look = msgspec.structs.replace(self.look, **changes)
        self._forget_rows()
        self._draw()

    def seek(self, matcher: Matcher | None) -> None:
        """Light what fits and go to the next of it: upwards from the end, else downwards. None lights nothing more."""
        self.sought = matcher
        self._forget_rows()
        self._draw()
        self._seeks_back = self._window.following
        if matcher is not None:
            self.seek_again()

    def seek_again(self, *, turned: bool = False) -> None:
        """The next that fits; in the other direction where `turned`."""
        first, reader = self._window.first_shown, self._reader
        if self.sought is None or reader is None or first is None:
            return
        back = self._seeks_back is not turned
        if self._window.following and back:
            reader.search(self.sought, self._window.entries[-1].end, back=True)
        else:
            reader.search(self.sought, first.begin if back else first.end, back=back)

    def filter(self, matcher: Matcher | None) -> None:
        """Show only what fits; None for all again. The first line on the screen stays where it can."""
        self.filtered = matcher
        if self._reader is not None:
            self._reader.filter(matcher, self._window.top_place)

    def show_since(self, moment: float | None) -> None:
        """Show nothing from before `moment` (Unix seconds); None for all again."""
        if self._reader is not None:
            if moment is None:
                self._reader.show_all(self._window.top_place)
            else:
                self._reader.show_since(moment)

    def show_between(self, begin: float, end: float) -> None:
        """Show nothing but what was printed from one moment until before another (Unix seconds)."""
        if self._reader is not None:
            self._reader.show_between(begin, end)

    def clear(self) -> None:
        """Show nothing of what is there now; the log keeps it."""
        if self._reader is not None:
            self._reader.show_from(self._window.up_to)

    def mark(self) -> None:
        """Draw a line with the time behind what is there now."""
        if self._window.entries:
            self._marks[self._window.entries[-1].end] = time.strftime("%H:%M:%S")
            self._forget_rows()
            self._draw()

    def save(self, destination: Path) -> None:
        """Write what the filter and the time let through to a file."""
        if self._reader is not None:
            self._reader.save(destination)

    def toggle_follow(self) -> None:
        if self._window.following:
            self._window.following = False
            self._draw()
        else:
            self.action_end()

    @property
    def shown_text(self) -> str:
        """The lines on the screen, whole, as plain text."""
        entries: list[LogEntry] = []
        for entry, _piece in self._window.shown():
            if not entries or entries[-1] is not entry:
                entries.append(entry)
        return "\n".join(entry_text(entry) for entry in entries)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y < len(self._strips):
            return self._strips[y].crop_extend(self._column, self._column + width, self.rich_style)
        if y == 0 and self._empty:
            text = _("searching …") if self.searching is not None else _("nothing was printed")
            return Strip([Segment(f" {text}", self.rich_style + Style(dim=True))]).adjust_cell_length(
                width, self.rich_style
            )
        return Strip.blank(width, self.rich_style)

    def on_resize(self, event: events.Resize) -> None:
        if event.size.width != self.look.width:
            self.change_look(width=event.size.width)
        self._draw()

    def on_unmount(self) -> None:
        self.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_scroll_rows(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_scroll_rows(3)

    def action_scroll_rows(self, rows: int) -> None:
        self._window.scroll(rows)
        self._draw()

    def action_scroll_pages(self, pages: float) -> None:
        self.action_scroll_rows(int(pages * max(1, self.size.height - 1)))

    def action_begin(self) -> None:
        if self._reader is not None:
            self._reader.show_begin()

    def action_end(self) -> None:
        if self._window.at_end:
            self._window.following = True
            self._draw()
        elif self._reader is not None:
            self._reader.show_end()

    def action_sideways(self, steps: int) -> None:
        if not self.look.wrap:
            self._column = max(0, self._column + steps * SIDEWAYS)
            self.refresh()

    def _answered(self, answer: Answer) -> None:
        """Called by the reader's thread."""
        if self.is_running:
            self.call_later(self._take, answer)

    def _take(self, answer: Answer) -> None:
        if isinstance(answer, Searching):
            self.searching = answer.fraction
            self.post_message(self.Changed())
            return
        if isinstance(answer, Saved):
            said = (
                f"{answer.path}: {answer.error}"
                if answer.error
                else _("{lines} lines saved to {path}").format(lines=answer.lines, path=answer.path)
            )
            self.post_message(self.Noted(said))
            return
        if isinstance(answer, Grew):
            self._grew(answer)
            return
        self.searching = None
        if isinstance(answer, Replaced):
            self._replaced(answer)
        elif isinstance(answer, Earlier):
            self._asked_earlier = False
            self._window.add_earlier(answer)
        elif isinstance(answer, Later):
            self._asked_later = False
            self._window.add_later(answer)
        self._draw()

    def _replaced(self, answer: Replaced) -> None:
        # A question that was still to be answered was given up for this one.
        self._asked_earlier = self._asked_later = False
        if not answer.found:
            wanted = self.sought.typed if self.sought is not None else ""
            self.post_message(self.Noted(_("there is no further {text}").format(text=wanted)))
            return
        # A place of a log that was begun anew may be one of the log before.
        self._forget_rows()
        self._window.replace(answer)

    def _grew(self, answer: Grew) -> None:
        self._has_grown = True
        if self._reader is None:
            return
        if answer.anew:
            self._marks.clear()
            self.post_message(self.Noted(_("the log was begun anew: what was printed before is not kept")))
            self._reader.show_end()
        elif self._window.following:
            self._grew_meanwhile = True
            self._follow()
        else:
            self._window.at_end = False
            self._fetch()
            self.post_message(self.Changed())

    def _follow(self) -> None:
        """Ask for what came. One question at a time: a log that grows faster than it is drawn heaps up no answers."""
        if self._reader is not None and self._grew_meanwhile and not self._asked_later:
            self._grew_meanwhile, self._asked_later = False, True
            self._reader.follow(self._window.follow_place)

    def _draw(self) -> None:
        self._window.settle(self.size.height)
        self._strips = [self._strip(self._rows(entry)[row]) for entry, row in self._window.shown()]
        self._empty = not self._strips
        if self._window.following:
            self._has_grown = False
        self._fetch()
        self.refresh()
        self.post_message(self.Changed())

    def _fetch(self) -> None:
        window, reader = self._window, self._reader
        if reader is None or not window.entries:
            return
        if window.wants_earlier() and not self._asked_earlier:
            self._asked_earlier = True
            reader.fetch_earlier(window.entries[0].begin)
        if window.wants_later() and not self._asked_later:
            if window.following:
                self._grew_meanwhile = True
            else:
                self._asked_later = True
                reader.fetch_later(window.follow_place)
        self._follow()

    def _rows(self, entry: LogEntry) -> list[Text]:
        key = (entry.begin, entry.end)
        rows = self._known.get(key)
        if rows is None:
            if len(self._known) >= KEPT_ROWS:
                self._known.clear()
            rows = rows_of(entry, self.look, self.sought)
            if entry.end in self._marks:
                rows = [*rows, Text(f"── {self._marks[entry.end]} ".ljust(max(12, self.look.width), "─"), "bold")]
            self._known[key] = rows
        return rows

    def _forget_rows(self) -> None:
        self._known.clear()

    def _strip(self, row: Text) -> Strip:
        base = self.rich_style
        return Strip(
            [Segment(part.text, base + part.style if part.style else base) for part in row.render(self.app.console)]
        )

"""Looking back in a console: scroll, search, and copy lines, while the program goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.languages import _
from tui.terminal.frame import View

_FOUND: Final = Style(reverse=True, bold=True)
_MARKED: Final = Style(reverse=True)
_LINE: Final = Style(underline=True, bold=True)
QUERY_LIMIT: Final = 200
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "up": ("up", "k"),
    "down": ("down", "j"),
    "page up": ("pageup", "ctrl+b", "ctrl+u"),
    "page down": ("pagedown", "ctrl+f", "ctrl+d", "space"),
    "begin": ("home", "g"),
    "end": ("end", "G"),
}


class RowSource(Protocol):
    """Who has the rows: the keeper, by way of the link."""

    def scroll_view(self, rows: int) -> None: ...

    def find(self, query: str, *, older: bool) -> None: ...

    def want_text(self, first: int, last: int) -> None: ...


class LookBack:
    """The state of one look back. `leave` is called at its end."""

    def __init__(self, rows: RowSource, view: View, leave: Callable[[], None]) -> None:
        self._rows = rows
        self._leave = leave
        self._view = view
        self._prompt: str | None = None
        self._query = ""
        self._line = -1
        self._mark = -1

    def begin_search(self) -> None:
        """Have the text to look for typed."""
        self._prompt = ""

    def begin_copy(self) -> None:
        """Show a line that can be moved, from the last row in view."""
        self._line = self._view.top + self._view.height - 1

    def follow(self, view: View) -> None:
        """What the keeper shows now."""
        self._view = view

    def take(self, key: str) -> None:
        """Do what a key says."""
        if self._prompt is not None:
            self._type(key)
        elif key in ("escape", "q"):
            self._step_out()
        elif key == "slash":
            self.begin_search()
        elif key in ("n", "N"):
            self._find(older=key == "n")
        elif key in ("c", "v"):
            self._set_mark()
        elif key in ("enter", "y") and self._line >= 0:
            first, last = sorted((self._line, self._mark if self._mark >= 0 else self._line))
            self._rows.want_text(first, last)
            self._step_out()
        else:
            self._move(key)

    def _type(self, key: str) -> None:
        prompt = self._prompt or ""
        if key == "escape":
            self._prompt = None
        elif key == "enter":
            self._prompt, self._query = None, prompt
            self._find(older=True)
        elif key == "backspace":
            self._prompt = prompt[:-1]
        else:
            character = {"space": " ", "slash": "/"}.get(key, key)
            if len(character) == 1 and len(prompt) < QUERY_LIMIT:
                self._prompt = prompt + character

    def _find(self, *, older: bool) -> None:
        if self._query:
            self._rows.find(self._query, older=older)

    def _set_mark(self) -> None:
        if self._line < 0:
            self.begin_copy()
        else:
            self._mark = self._line if self._mark < 0 else -1

    def _step_out(self) -> None:
        if self._line >= 0:
            self._line = self._mark = -1
        else:
            self._rows.find("", older=True)
            self._rows.scroll_view(0)
            self._leave()

    def _move(self, key: str) -> None:
        view = self._view
        page = max(1, view.height - 1)
        distances = {
            "up": -1,
            "down": 1,
            "page up": -page,
            "page down": page,
            "begin": -view.total,
            "end": view.total,
        }
        name = next((name for name, keys in KEYS.items() if key in keys), "")
        if not name:
            return
        if self._line < 0:
            self._rows.scroll_view(distances[name])
            return
        self._line = min(max(self._line + distances[name], 0), view.total - 1)
        if self._line < view.top:
            self._rows.scroll_view(self._line - view.top)
        elif self._line >= view.top + view.height:
            self._rows.scroll_view(self._line - view.top - view.height + 1)

    @property
    def status(self) -> str:
        """What the border says."""
        if self._prompt is not None:
            return _("find: {prompt}▏ ⏎ search  esc back").format(prompt=self._prompt)
        if self._line >= 0:
            return _("↑↓ line  c mark  ⏎ copy  esc back") if self._mark < 0 else _("↑↓ as far as  ⏎ copy  esc back")
        where = _("{count} rows back").format(count=self._view.above_end) if self._view.above_end else _("at the end")
        if self._query:
            return _("{where}  ↑↓ pgup pgdn g G  / find  n N next  c copy  q back").format(where=where)
        return _("{where}  ↑↓ pgup pgdn g G  / find  c copy  q back").format(where=where)

    def paint(self, strip: Strip, y: int) -> Strip:
        """A row as it is shown meanwhile: what was found and what is marked stands out."""
        row = self._view.top + y
        if self._line >= 0:
            first, last = sorted((self._line, self._mark if self._mark >= 0 else self._line))
            if self._mark >= 0 and first <= row <= last:
                return _restyled(strip, _MARKED)
            if row == self._line:
                return _restyled(strip, _LINE)
        return _highlighted(strip, self._query) if self._query else strip


def _restyled(strip: Strip, style: Style) -> Strip:
    return Strip([Segment(text, (old or Style.null()) + style) for text, old, _ in strip], strip.cell_length)


def _highlighted(strip: Strip, query: str) -> Strip:
    """The strip with every place of `query` marked, capitals counting where it has some."""
    text = strip.text
    searched = text if query != query.lower() else text.lower()
    if len(searched) != len(text) or query not in searched:
        return strip
    pieces: list[Strip] = []
    done = 0
    place = searched.find(query)
    while place >= 0:
        start, end = cell_len(text[:place]), cell_len(text[: place + len(query)])
        pieces += [strip.crop(done, start), _restyled(strip.crop(start, end), _FOUND)]
        done = end
        place = searched.find(query, place + len(query))
    return Strip.join([*pieces, strip.crop(done)])

"""A terminal in memory: bytes of a program in, rows of styled cells out. The only module that knows pyghostty.

The library is native code and is fed with hostile bytes: run it in the keeper, never in the operator's process.
"""

from __future__ import annotations

from typing import Any, Final

from pyghostty import Terminal, ffi, lib
from pyghostty.core import init_sized

from tui.terminal.cell_reader import RowReader
from tui.terminal.frame import CursorState, ModeState, Row, View
from tui.terminal.sequence_filter import SequenceFilter

MINIMUM_COLUMNS: Final = 4
MINIMUM_ROWS: Final = 2
MAXIMUM_COLUMNS: Final = 500
MAXIMUM_ROWS: Final = 300
SCROLLBACK_LINES: Final = 10_000
REPLIES_LIMIT: Final = 64 * 1024
"""Bytes of unread answers kept; a program that asks more without reading gets no more answers."""
TITLE_LIMIT: Final = 256
FOREGROUND: Final = (0xD0, 0xD0, 0xD0)
BACKGROUND: Final = (0x10, 0x10, 0x10)


def clamp_size(columns: int, rows: int) -> tuple[int, int]:
    """The nearest size that the emulator is trusted with."""
    return (
        min(max(columns, MINIMUM_COLUMNS), MAXIMUM_COLUMNS),
        min(max(rows, MINIMUM_ROWS), MAXIMUM_ROWS),
    )


class Emulator:
    """One screen with its scrollback; with `newline` a line feed returns to the first column, as no pty does it."""

    def __init__(self, columns: int, rows: int, *, scrollback: int = SCROLLBACK_LINES, newline: bool = False) -> None:
        self._columns, self._rows = clamp_size(columns, rows)
        self._terminal = Terminal(self._columns, self._rows, scrollback=scrollback, fg=FOREGROUND, bg=BACKGROUND)
        self._handle: Any = self._terminal._t[0]
        self._reader = RowReader(self._handle)
        self._filter = SequenceFilter()
        self._replies = bytearray()
        self.answering = True
        """Whether queries of the program are answered; off while a log is replayed."""
        self.bells = 0
        if newline:
            self._terminal.feed(b"\x1b[20h")
        self._terminal.on_reply(self._keep_reply)
        self._bell_callback = ffi.callback("GhosttyTerminalBellFn", self._ring)
        lib.ghostty_terminal_set(self._handle, lib.GHOSTTY_TERMINAL_OPT_BELL, self._bell_callback)

    def _keep_reply(self, data: bytes) -> None:
        if self.answering and len(self._replies) + len(data) <= REPLIES_LIMIT:
            self._replies += data

    def _ring(self, terminal: Any, userdata: Any) -> None:
        if self.answering:
            self.bells += 1

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self._columns, self._rows

    def feed(self, data: bytes) -> None:
        """Let the program's output take effect."""
        if passed := self._filter.feed(data):
            self._terminal.feed(passed)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size; the primary screen is reflowed, the scrolling region is the whole screen again.

        A program may have set its region for a size that it had before it was seen here, and relies on a change of
        size to lift it: so the region is lifted when the size is the same, too.
        """
        columns, rows = clamp_size(columns, rows)
        if (columns, rows) == (self._columns, self._rows):
            if self._terminal.get("vt_ground", "bool"):
                column, row = self.cursor
                self._terminal.feed(b"\x1b[r\x1b[%d;%dH" % (row + 1, column + 1))
            return
        self._terminal.resize(columns, rows)
        self._columns, self._rows = columns, rows

    def take_replies(self) -> bytes:
        """What must go back to the program, and is then forgotten here."""
        replies = bytes(self._replies)
        self._replies.clear()
        return replies

    @property
    def replies(self) -> bytes:
        """What must go back to the program and has not been taken."""
        return bytes(self._replies)

    def changed_rows(self) -> list[Row]:
        """The rows that changed since the last call; all of them at the first."""
        return self._reader.changed()

    def all_rows(self) -> list[Row]:
        """Every row of the screen, and none is dirty afterwards."""
        return self._reader.all()

    def links(self, rows: list[Row]) -> dict[int, str]:
        """The targets of the links in these rows, by their number."""
        numbers = {run.style.link for row in rows for run in row.runs if run.style.link}
        return {number: self._filter.links[number] for number in numbers if number in self._filter.links}

    def text(self) -> list[str]:
        """One string a row, as displayed, without the blanks at its end."""
        return ["".join(run.text for run in row.runs).rstrip(" ") for row in self._reader.peek()]

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row, from 0."""
        column, row = self._terminal.cursor
        return int(column), int(row)

    @property
    def cursor_state(self) -> CursorState:
        column, row = self.cursor
        return CursorState(column, row, bool(self._terminal.get("cursor_visible", "bool")), self._reader.cursor_shape())

    @property
    def title(self) -> str:
        """The title that the program set: printable, and of bounded length."""
        out = ffi.new("GhosttyString*")
        if lib.ghostty_terminal_get(self._handle, lib.GHOSTTY_TERMINAL_DATA_TITLE, out) or not out.len:
            return ""
        raw: bytes = ffi.buffer(out.ptr, min(out.len, TITLE_LIMIT * 4))[:]
        return "".join(c for c in raw.decode("utf-8", "replace") if c.isprintable())[:TITLE_LIMIT]

    @property
    def scrollback_rows(self) -> int:
        """How many rows are kept above the screen."""
        return int(self._terminal.get("scrollback_rows", "size_t"))

    def scrollback(self) -> list[str]:
        """Everything kept, oldest first, the screen included, as lines without soft wraps."""
        contents: str = self._terminal.contents()
        return contents.split("\n")

    def scroll_view(self, rows: int) -> None:
        """Move what `changed_rows` looks at by so many rows, up when negative; 0 goes back to the program's screen."""
        if rows:
            self._scroll(lib.GHOSTTY_SCROLL_VIEWPORT_DELTA, rows)
        else:
            self._scroll(lib.GHOSTTY_SCROLL_VIEWPORT_BOTTOM, 0)

    @property
    def view(self) -> View:
        """Which of all rows are looked at, counted from the oldest that is kept."""
        bar = ffi.new("GhosttyTerminalScrollbar*")
        if lib.ghostty_terminal_get(self._handle, lib.GHOSTTY_TERMINAL_DATA_SCROLLBAR, bar):
            return View(0, self._rows, self._rows)
        return View(int(bar.offset), int(bar.len), int(bar.total))

    def view_at(self, top: int) -> None:
        """Look at the rows from the `top`th on, or as near to it as there are rows."""
        view = self.view
        wanted = min(max(top, 0), view.total - view.height)
        if wanted != view.top:
            self._scroll(lib.GHOSTTY_SCROLL_VIEWPORT_DELTA, wanted - view.top)

    def _scroll(self, tag: int, delta: int) -> None:
        behaviour = init_sized("GhosttyTerminalScrollViewport")
        behaviour.tag, behaviour.value.delta = tag, delta
        scroll = ffi.cast("void (*)(GhosttyTerminal, ScrollViewportTwin)", ffi.addressof(lib, SCROLL_FUNCTION))
        twin = ffi.cast("ScrollViewportTwin*", behaviour)
        scroll(self._handle, twin[0])

    @property
    def synchronized(self) -> bool:
        """Whether the program has asked to show nothing until its update is whole."""
        return bool(self._terminal.mode(2026))

    @property
    def modes(self) -> ModeState:
        mode = self._terminal.mode
        return ModeState(
            application_cursor=mode(1),
            application_keypad=mode(66),
            bracketed_paste=mode(2004),
            focus_events=mode(1004),
            mouse_tracking=next((number for number in (1003, 1002, 1000, 9) if mode(number)), 0),
            mouse_format=next((number for number in (1006, 1015, 1005) if mode(number)), 0),
            alternate_scroll=mode(1007),
            alternate_screen=self._terminal.get("active_screen", "int") == lib.GHOSTTY_TERMINAL_SCREEN_ALTERNATE,
            kitty_flags=int(self._terminal.get("kitty_keyboard_flags", "uint8_t")),
        )

    def close(self) -> None:
        """Free the native memory now."""
        self._reader.close()
        self._terminal.close()


SCROLL_FUNCTION: Final = "ghostty_terminal_scroll_viewport"
# A union cannot be passed by value here; a struct of the same layout can.
ffi.cdef("typedef struct { GhosttyTerminalScrollViewportTag tag; uint64_t value[2]; } ScrollViewportTwin;")

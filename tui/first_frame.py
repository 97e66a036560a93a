"""The list of containers on the screen before the library that draws all else is loaded, which takes most of a start.

It stands where the screen will have it, in the terminal's own colours; the first frame of the screen is drawn over it.
Whoever ends before that gives the terminal back.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import termios
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from core.model.snapshot import ContainerSnapshot
from tui.kept import Kept
from tui.live import Live
from tui.own_columns import with_own_columns
from tui.row_text import cells_of, fit_columns, heading
from tui.rows import Rows
from tui.views.containers import VIEW

if TYPE_CHECKING:
    from tui.configuration.schema import Configuration

_BEGIN: Final = "\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J"
_END: Final = "\x1b[?1049l\x1b[?25h"
_STYLES: Final = {"good": "32", "warning": "33", "bad": "31", "wrong": "31;7", "faint": "2", "busy": "36"}
"""The table's styles (ECMA-48, SGR)."""
_AROUND: Final = 4
"""Lines of the title, the tabs, the status and the keys; of the others the list has three fifths."""
_INPUT_MODES, _LOCAL_MODES, _CHARACTERS = 0, 3, 6
"""Where termios has them."""
_DISABLED: Final = b"\0"
"""For a character that does nothing (_POSIX_VDISABLE on Linux)."""
_LOWEST: Final = 16
"""Lines from which the screen has all its parts."""


class FirstRead(NamedTuple):
    """What is known before anything is drawn. `sequence`: of the newest event before it was read."""

    sequence: int
    pictures: Sequence[ContainerSnapshot]


class FirstFrame:
    """Nothing is on the terminal before `draw`, nor where the program ends while this is entered."""

    def __init__(self, configuration: Configuration, ascii_only: bool) -> None:
        self._configuration = configuration
        self._ascii_only = ascii_only
        self._is_drawn = False
        self._modes: list[Any] = []

    def __enter__(self) -> Self:
        return self

    def draw(self, pictures: Sequence[ContainerSnapshot]) -> None:
        """Show the containers, where the terminal has room for the whole screen."""
        try:
            columns, lines = os.get_terminal_size(2)
            self._modes = termios.tcgetattr(0)
            is_in_front = os.tcgetpgrp(0) == os.getpgrp()
        except (OSError, termios.error):
            return
        if lines < _LOWEST or not pictures or not is_in_front:
            return
        shown = [
            _styled(" ⚓ wharf", "1"),
            "",
            *table(pictures, self._configuration, columns, (lines - _AROUND) * 3 // 5),
        ]
        if self._ascii_only:
            from tui.terminal.ascii_output import as_ascii

            shown = [as_ascii(line) for line in shown]
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _end)
        self._is_drawn = True
        # What is typed ahead is for the screen: kept as it is, without echo. An interrupt still ends the program;
        # stopped by Ctrl-Z, which is a key of the screen, it would leave the terminal as it is now.
        raw = [*self._modes]
        raw[_INPUT_MODES] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON | termios.IXOFF)
        raw[_LOCAL_MODES] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
        raw[_CHARACTERS] = [*raw[_CHARACTERS]]
        raw[_CHARACTERS][termios.VSUSP] = _DISABLED
        termios.tcsetattr(0, termios.TCSANOW, raw)
        self._write(_BEGIN + "\r\n".join(shown))

    def hand_over(self) -> bool:
        """Leave what is drawn to who draws next; whether it is on the alternate screen."""
        drawn, self._is_drawn = self._is_drawn, False
        if drawn:
            with contextlib.suppress(termios.error):  # the terminal is gone
                termios.tcsetattr(0, termios.TCSANOW, self._modes)
        return drawn

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.hand_over():
            with contextlib.suppress(OSError):  # the terminal is gone
                self._write(_END)

    def _write(self, text: str) -> None:
        assert sys.__stderr__ is not None
        sys.__stderr__.write(text)
        sys.__stderr__.flush()


def table(pictures: Sequence[ContainerSnapshot], configuration: Configuration, width: int, height: int) -> list[str]:
    """The heading and the first rows, `height` lines in all, with their colours."""
    live = Live(configuration.locks, configuration.states)
    view = with_own_columns(VIEW, configuration.columns, live)
    rows = Rows(view, live)
    kept = Kept().view(view.name)
    rows.put(pictures)
    rows.sort_by(view.column(kept.sort), falling=kept.falling)
    room = width - 1 if len(pictures) >= height else width
    columns = fit_columns(view.chosen_columns(kept.columns), room, configuration.states)
    lines = [_styled(heading(columns, rows), "1")]
    for place, row in enumerate(rows.shown[: height - 1]):
        weight = "" if place else "1;"
        cells = cells_of(row, columns, live)
        lines.append("".join(_styled(f" {text}", f"{weight}{_STYLES.get(style, '')}") for text, style in cells))
    return lines


def _styled(text: str, style: str) -> str:
    if not style or "NO_COLOR" in os.environ:
        return text
    return f"\x1b[{style.rstrip(';')}m{text}\x1b[0m"


def _end(number: int, where: FrameType | None) -> None:
    raise SystemExit(128 + number)

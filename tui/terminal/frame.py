"""What a terminal shows, as plain values: the language between the emulator, the keeper and the pane."""

from __future__ import annotations

from typing import Final

import msgspec

DEFAULT_COLOUR: Final = -1
"""The terminal's own foreground or background."""
RGB_FLAG: Final = 1 << 24
"""Set in a colour that is 0xRRGGBB; without it a colour is a palette index of 0 to 255."""

BOLD: Final = 1
FAINT: Final = 2
ITALIC: Final = 4
BLINK: Final = 8
INVERSE: Final = 16
INVISIBLE: Final = 32
STRIKE: Final = 64
OVERLINE: Final = 128


class CellStyle(msgspec.Struct, frozen=True, array_like=True):
    """How a cell is drawn; `underline` is 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed."""

    foreground: int = DEFAULT_COLOUR
    background: int = DEFAULT_COLOUR
    flags: int = 0
    underline: int = 0
    underline_colour: int = DEFAULT_COLOUR
    link: int = 0
    """The number of a link, or 0."""


PLAIN: Final = CellStyle()


class Run(msgspec.Struct, frozen=True, array_like=True):
    """Neighbouring cells of one style and one width.

    `text` is either `columns / width` characters of one code point each, or a single grapheme of several code points.
    """

    text: str
    columns: int
    style: CellStyle = PLAIN


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One row as displayed, `y` counted from the top of the screen."""

    y: int
    runs: list[Run]


class CursorState(msgspec.Struct, frozen=True, array_like=True):
    """Where the cursor is; `shape` is 0 bar, 1 block, 2 underline, 3 hollow block."""

    column: int = 0
    row: int = 0
    visible: bool = True
    shape: int = 1


class ModeState(msgspec.Struct, frozen=True):
    """The modes of the program that change what its keys and mouse send."""

    application_cursor: bool = False
    application_keypad: bool = False
    bracketed_paste: bool = False
    focus_events: bool = False
    mouse_tracking: int = 0
    """0 none, 9 presses only (X10), 1000 presses and releases, 1002 with drags, 1003 with all motion."""
    mouse_format: int = 0
    """0 the classic bytes, 1005 UTF-8, 1006 SGR, 1015 urxvt."""
    alternate_scroll: bool = False
    """On the alternate screen the wheel is to send cursor keys."""
    alternate_screen: bool = False
    kitty_flags: int = 0


class View(msgspec.Struct, frozen=True, array_like=True):
    """What is looked at of all rows that are kept: `height` rows from the `top`th of `total`, the oldest is 0."""

    top: int = 0
    height: int = 0
    total: int = 0

    @property
    def above_end(self) -> int:
        """How many rows it is above the program's own screen."""
        return max(0, self.total - self.height - self.top)


class Frame(msgspec.Struct, frozen=True, tag="frame"):
    """The rows that changed since the frame before it, and everything else as it is now."""

    columns: int
    rows: int
    changed: list[Row]
    cursor: CursorState
    modes: ModeState
    title: str
    bells: int
    """How often the bell has rung since the keeper started."""
    view: View
    found: int = -1
    """The row of the last text that was found, counted as in `view`; -1 for none."""
    links: dict[int, str] = {}
    """The targets of the links in the rows that changed."""

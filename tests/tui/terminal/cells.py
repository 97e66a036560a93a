"""A screen as cells that can be compared, from the emulator's rows and from tmux's capture-pane."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rich.cells import cell_len

from tui.terminal.frame import (
    BLINK,
    BOLD,
    DEFAULT_COLOUR,
    FAINT,
    INVERSE,
    INVISIBLE,
    ITALIC,
    OVERLINE,
    RGB_FLAG,
    STRIKE,
    CellStyle,
    Row,
)


class Cell(NamedTuple):
    """What is seen in one column; the second half of a wide character has an empty text."""

    text: str
    style: CellStyle


_FLAGS: Final = {1: BOLD, 2: FAINT, 3: ITALIC, 5: BLINK, 7: INVERSE, 8: INVISIBLE, 9: STRIKE, 53: OVERLINE}
_DEC_GRAPHICS: Final = dict(zip("`afgjklmnopqrstuvwxyz{|}~", "◆▒°±┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·", strict=True))
_PIECE: Final = re.compile(r"\x1b\[([\d;:]*)m|([\x0e\x0f])|(.)", re.DOTALL)


def emulated(rows: list[Row], columns: int) -> list[list[Cell]]:
    """The cells of rows that the emulator gave."""
    return [_padded(_of_row(row), columns) for row in rows]


def _of_row(row: Row) -> list[Cell]:
    cells: list[Cell] = []
    for run in row.runs:
        width = run.columns // len(run.text)
        texts = list(run.text) if len(run.text) * width == run.columns and width else [run.text]
        for text in texts:
            cells.append(_seen(text, run.style))
            cells += [_seen("", run.style)] * (run.columns // len(texts) - 1)
    return cells


def captured(text: str, columns: int, rows: int) -> list[list[Cell]]:
    """The cells of what `capture-pane -epN` printed."""
    lines = text.split("\n")[:rows]
    style, graphics = CellStyle(), False
    screen: list[list[Cell]] = []
    for line in lines:
        cells: list[Cell] = []
        for sgr, shift, character in _PIECE.findall(line):
            if shift:
                graphics = shift == "\x0e"
            elif character and cell_len(character) == 0 and cells:
                place = len(cells) - 1 - (cells[-1].text == "")
                cells[place] = Cell(cells[place].text + character, cells[place].style)
            elif character:
                shown = _DEC_GRAPHICS.get(character, character) if graphics else character
                cells.append(_seen(shown, style))
                cells += [_seen("", style)] * (cell_len(character) - 1)
            else:
                style = _applied(style, sgr)
        screen.append(_padded(cells, columns))
    return screen + [_padded([], columns)] * (rows - len(screen))


def _applied(style: CellStyle, sgr: str) -> CellStyle:
    """The style after one SGR sequence as tmux writes them."""
    foreground, background, flags = style.foreground, style.background, style.flags
    underline, underline_colour = style.underline, style.underline_colour
    values = iter(sgr.split(";"))
    for value in values:
        number, *more = [int(part or 0) for part in value.split(":")]
        if number == 0:
            foreground = background = underline_colour = DEFAULT_COLOUR
            flags = underline = 0
        elif number == 4:
            underline = more[0] if more else 1
        elif number in _FLAGS:
            flags |= OVERLINE if more else _FLAGS[number]  # tmux 3.3 writes 53 as 5:3
        elif number in (38, 48, 58):
            parts = more or [int(next(values))]
            while not more and len(parts) < (2 if parts[0] == 5 else 4):
                parts.append(int(next(values)))
            colour = parts[1] if parts[0] == 5 else RGB_FLAG | parts[-3] << 16 | parts[-2] << 8 | parts[-1]
            foreground, background, underline_colour = (
                colour if number == at else old
                for at, old in ((38, foreground), (48, background), (58, underline_colour))
            )
        elif 30 <= number <= 39:
            foreground = number - 30 if number < 38 else DEFAULT_COLOUR
        elif 40 <= number <= 49:
            background = number - 40 if number < 48 else DEFAULT_COLOUR
        elif 90 <= number <= 97:
            foreground = number - 82
        elif 100 <= number <= 107:
            background = number - 92
        else:
            raise ValueError(f"an SGR that this does not know: {sgr}")
    return CellStyle(foreground, background, flags, underline, underline_colour)


def _seen(text: str, style: CellStyle) -> Cell:
    """A cell without what can't be seen of it: most of a blank's style, and the colour of no underline."""
    if not style.underline:
        style = CellStyle(style.foreground, style.background, style.flags)
    if text in (" ", "") and not style.underline and not style.flags & (INVERSE | STRIKE | OVERLINE):
        style = CellStyle(background=style.background)
    return Cell(text, style)


def _padded(cells: list[Cell], columns: int) -> list[Cell]:
    return cells + [Cell(" ", CellStyle())] * (columns - len(cells))

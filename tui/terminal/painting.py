"""Rows of a frame as Textual strips. Whatever the keeper says, no control character and no wrong width gets through."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

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
    Run,
)

_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_TOGGLE_REVERSE: Final = {False: Style(reverse=True), True: Style(reverse=False)}
_UNDERLINE_CURSOR: Final = Style(underline=True)
BLOCK_SHAPES: Final = (1, 3)
NO_LINKS: Final[Mapping[int, str]] = {}


_LINK: Final = re.compile(r"(?:https?://|mailto:)[\x21-\x7e]{1,2000}")
_SHAPED_UNDERLINES: Final = {2: "4:2", 3: "4:3", 4: "4:4", 5: "4:5"}
_KNOWING_TERMINALS: Final = ("xterm-kitty", "kitty", "foot", "ghostty", "xterm-ghostty", "alacritty", "wezterm", "tmux")


def terminal_shapes_underlines(environment: Mapping[str, str]) -> bool:
    """Whether the operator's terminal is one that knows underlines of other shapes and colours, by what it says."""
    named = environment.get("TERM", "").startswith(_KNOWING_TERMINALS)
    return named or environment.get("COLORTERM", "") in ("truecolor", "24bit")


SHAPES_UNDERLINES: Final = terminal_shapes_underlines(os.environ)


@lru_cache(maxsize=4096)
def rich_style(style: CellStyle, base: Style, link: str = "") -> Style:
    """Rich's style for a cell's; `base` gives the colours where the program chose none, `link` is a link's target."""
    flags = style.flags
    painted = base + Style(
        color=_colour(style.foreground),
        bgcolor=_colour(style.background),
        bold=bool(flags & BOLD),
        dim=bool(flags & FAINT),
        italic=bool(flags & ITALIC),
        blink=bool(flags & BLINK),
        reverse=bool(flags & INVERSE),
        strike=bool(flags & STRIKE),
        overline=bool(flags & OVERLINE),
        underline=style.underline in (1, 3, 4, 5),
        underline2=style.underline == 2,
        link=link if _LINK.fullmatch(link) else None,
    )
    if SHAPES_UNDERLINES and (style.underline > 2 or (style.underline and style.underline_colour != DEFAULT_COLOUR)):
        return _with_underline(painted, style)
    return painted


def _with_underline(painted: Style, style: CellStyle) -> Style:
    """The style with what Rich has no word for, put into the sequence that it keeps ready for the terminal."""
    plain = painted + Style(underline=False, underline2=False)
    codes = [Strip.render_ansi(plain, ColorSystem.TRUECOLOR), _SHAPED_UNDERLINES.get(style.underline, "4")]
    colour = style.underline_colour
    if colour > DEFAULT_COLOUR:
        red, green, blue = colour >> 16 & 0xFF, colour >> 8 & 0xFF, colour & 0xFF
        codes.append(f"58:2::{red}:{green}:{blue}" if colour & RGB_FLAG else f"58:5:{colour & 0xFF}")
    shaped = painted.copy()
    shaped._ansi = ";".join(filter(None, codes))
    return shaped


def _colour(colour: int) -> Color | None:
    if colour <= DEFAULT_COLOUR:
        return None
    if colour & RGB_FLAG:
        return Color.from_rgb(colour >> 16 & 0xFF, colour >> 8 & 0xFF, colour & 0xFF)
    return Color.from_ansi(colour & 0xFF)


def safe_text(run: Run) -> str:
    """The run's text, printable and exactly as wide as it says."""
    if run.style.flags & INVISIBLE:
        return " " * run.columns
    text = run.text
    if text.isascii() and text.isprintable() and len(text) == run.columns:
        return text
    text = _UNPRINTABLE.sub(" ", text)
    if cell_len(text) == run.columns:
        return text
    if text and run.columns == len(text) * (width := run.columns // len(text)):
        return "".join(_fit(character, width) for character in text)
    return _fit(text[:1], run.columns)


def _fit(character: str, width: int) -> str:
    """One character in so many columns, or a placeholder where Rich and the emulator differ about it."""
    actual = cell_len(character)
    if actual == width:
        return character
    if 0 < actual < width:
        return character + " " * (width - actual)
    return "\N{REPLACEMENT CHARACTER}".ljust(width)


def paint_row(row: Row, base: Style, links: Mapping[int, str] = NO_LINKS) -> Strip:
    """One row; `links` has the targets of the links by their numbers."""
    return Strip(
        [
            Segment(safe_text(run), rich_style(run.style, base, links.get(run.style.link, "")))
            for run in row.runs
            if run.columns > 0
        ],
        sum(run.columns for run in row.runs if run.columns > 0),
    )


def paint_cursor(strip: Strip, row: Row, column: int, shape: int) -> Strip:
    """The strip with the cursor on it: a block, or a line under the cell."""
    start, width = cell_at(row, column)
    if start >= strip.cell_length:
        return strip
    before, cell, after = strip.divide([start, start + width, strip.cell_length])
    segments = []
    for text, style, _ in cell:
        style = style or Style.null()
        mark = _TOGGLE_REVERSE[bool(style.reverse)] if shape in BLOCK_SHAPES else _UNDERLINE_CURSOR
        segments.append(Segment(text, style + mark))
    return Strip.join([before, Strip(segments, cell.cell_length), after])


def cell_at(row: Row, column: int) -> tuple[int, int]:
    """The first column and the width of the character that covers a column."""
    start = 0
    for run in row.runs:
        if start <= column < start + run.columns:
            count = len(run.text)
            width = run.columns // count if count and run.columns % count == 0 else run.columns
            return start + (column - start) // width * width, width
        start += run.columns
    return column, 1


def paint_menu(entries: Mapping[str, str], width: int, base: Style) -> list[Strip]:
    """Keys and their words in as few rows as they need."""
    style, bold = base + Style(reverse=True), base + Style(reverse=True, bold=True)
    rows: list[list[Segment]] = [[]]
    used = 0
    for key, words in entries.items():
        length = len(key) + cell_len(words) + 4
        if used and used + length > width:
            rows.append([])
            used = 0
        rows[-1] += [Segment(f" {key} ", bold), Segment(f"{words}  "[: max(0, width - used)], style)]
        used += length
    return [Strip(row).adjust_cell_length(width, style) for row in rows]

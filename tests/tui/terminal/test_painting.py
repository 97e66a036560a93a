from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from pytest import MonkeyPatch
from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from textual.strip import Strip

from tui.terminal.frame import BOLD, INVISIBLE, RGB_FLAG, CellStyle, Row, Run
from tui.terminal.painting import (
    cell_at,
    paint_cursor,
    paint_row,
    rich_style,
    safe_text,
    terminal_shapes_underlines,
)

BASE = Style.parse("#d0d0d0 on #101010")
RUNS = st.builds(Run, st.text(max_size=12), st.integers(1, 24), st.builds(CellStyle, flags=st.integers(0, 255)))


@given(RUNS)
def test_a_run_is_printable_and_as_wide_as_it_says(run: Run) -> None:
    text = safe_text(run)
    assert cell_len(text) == run.columns
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u2029\u202e" for c in text)


@given(st.lists(RUNS, max_size=6), st.integers(0, 60))
def test_the_cursor_keeps_the_width(runs: list[Run], column: int) -> None:
    row = Row(0, runs)
    strip = paint_row(row, BASE)
    painted = paint_cursor(strip, row, column, 1)
    assert painted.cell_length == strip.cell_length == sum(run.columns for run in runs)


def test_escape_sequences_in_cells_are_blanks() -> None:
    strip = paint_row(Row(0, [Run("\x1b]52;c;\x07", 8)]), BASE)
    assert "\x1b" not in strip.text and "\x07" not in strip.text


def test_styles() -> None:
    strip = paint_row(Row(0, [Run("ab", 2, CellStyle(RGB_FLAG | 0xFF0000, 4, BOLD, 2)), Run("c", 1)]), BASE)
    first, second = list(strip)
    assert first.style is not None and second.style is not None
    assert first.style.color is not None and first.style.color.get_truecolor().hex == "#ff0000"
    assert first.style.bgcolor is not None and first.style.bgcolor.number == 4
    assert first.style.bold and first.style.underline2
    assert second.style.color == BASE.color


def test_a_link_reaches_the_terminal_only_if_it_is_one_of_the_web() -> None:
    row = Row(0, [Run("ab", 2, CellStyle(link=7))])
    [segment] = paint_row(row, BASE, {7: "https://x.org/"})
    assert segment.style is not None and segment.style.link == "https://x.org/"
    for target in ("file:///etc", "https://x\x1b\\", "https://x\n"):
        [segment] = paint_row(row, BASE, {7: target})
        assert segment.style is not None and segment.style.link is None


def test_underlines_of_other_shapes_are_written_for_terminals_that_know_them(monkeypatch: MonkeyPatch) -> None:
    assert terminal_shapes_underlines({"TERM": "xterm-kitty"})
    assert terminal_shapes_underlines({"TERM": "xterm-256color", "COLORTERM": "truecolor"})
    assert not terminal_shapes_underlines({"TERM": "linux"})
    curly = CellStyle(underline=3, underline_colour=RGB_FLAG | 0xFF0102)
    for knows, written in ((True, "4:3;58:2::255:1:2"), (False, "4")):
        monkeypatch.setattr("tui.terminal.painting.SHAPES_UNDERLINES", knows)
        rich_style.cache_clear()
        [segment] = paint_row(Row(0, [Run("x", 1, curly)]), BASE)
        rendered = Strip([segment]).render(Console(color_system="truecolor"))
        assert re.search(rf"[\[;]{written}[;m]", rendered), rendered
    rich_style.cache_clear()


def test_what_is_invisible_is_not_drawn() -> None:
    assert safe_text(Run("secret", 6, CellStyle(flags=INVISIBLE))) == "      "


def test_the_cursor_covers_a_wide_character() -> None:
    row = Row(0, [Run("a", 1), Run("中文", 4)])
    assert cell_at(row, 0) == (0, 1)
    assert cell_at(row, 2) == (1, 2)
    assert cell_at(row, 4) == (3, 2)
    painted = paint_cursor(paint_row(row, BASE), row, 2, 1)
    reversed_text = [segment.text for segment in painted if segment.style is not None and segment.style.reverse]
    assert reversed_text == ["中"]

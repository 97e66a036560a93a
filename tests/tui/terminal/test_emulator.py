"""The emulator, as the rest of the program sees it."""

from __future__ import annotations

import pytest

from tui.terminal.emulator import MAXIMUM_COLUMNS, MINIMUM_COLUMNS, MINIMUM_ROWS, REPLIES_LIMIT, TITLE_LIMIT, Emulator
from tui.terminal.frame import BOLD, INVERSE, RGB_FLAG, CellStyle, Run


@pytest.fixture
def emulator() -> Emulator:
    return Emulator(20, 5)


def test_text_is_one_string_a_row(emulator: Emulator) -> None:
    emulator.feed(b"one\r\ntwo")
    assert emulator.text() == ["one", "two", "", "", ""]
    assert emulator.cursor == (3, 1)


def test_a_character_may_come_in_pieces(emulator: Emulator) -> None:
    for byte in "é中".encode():
        emulator.feed(bytes([byte]))
    assert emulator.text()[0] == "é中"
    assert emulator.cursor == (3, 0)


def test_only_changed_rows_are_given(emulator: Emulator) -> None:
    assert [row.y for row in emulator.changed_rows()] == [0, 1, 2, 3, 4]
    emulator.feed(b"\x1b[3;1Hthree")
    assert 2 in [row.y for row in emulator.changed_rows()]
    assert emulator.changed_rows() == []
    emulator.feed(b"!")
    assert [row.y for row in emulator.changed_rows()] == [2]


def test_all_rows_are_given_when_none_changed(emulator: Emulator) -> None:
    emulator.feed(b"x")
    emulator.changed_rows()
    assert [row.y for row in emulator.all_rows()] == [0, 1, 2, 3, 4]
    emulator.resize(20, 3)
    assert [row.y for row in emulator.all_rows()] == [0, 1, 2]


def test_text_does_not_clean_rows(emulator: Emulator) -> None:
    emulator.changed_rows()
    emulator.feed(b"x")
    emulator.text()
    assert [row.y for row in emulator.changed_rows()] == [0]


def test_styles(emulator: Emulator) -> None:
    emulator.feed(b"\x1b[1;31mred\x1b[0;7;48;2;1;2;3;4:3mon\x1b[0m")
    first, second, *_ = emulator.changed_rows()[0].runs
    assert first == Run("red", 3, CellStyle(foreground=1, flags=BOLD))
    assert second == Run("on", 2, CellStyle(background=RGB_FLAG | 0x010203, flags=INVERSE, underline=3))


def test_erased_cells_keep_their_background(emulator: Emulator) -> None:
    emulator.feed(b"\x1b[44m\x1b[K")
    assert emulator.changed_rows()[0].runs == [Run(" " * 20, 20, CellStyle(background=4))]


def test_wide_and_combining_characters(emulator: Emulator) -> None:
    emulator.feed("中文e\u0301a".encode())
    runs = emulator.changed_rows()[0].runs
    assert runs[0] == Run("中文", 4)
    assert runs[1] == Run("e\u0301", 1)
    assert sum(run.columns for run in runs) == 20


def test_every_row_is_as_wide_as_the_screen() -> None:
    emulator = Emulator(7, 4)
    emulator.feed("aaaaaa中b👩\u200d💻zzz".encode())
    assert [sum(run.columns for run in row.runs) for row in emulator.changed_rows()] == [7, 7, 7, 7]


def test_many_combining_marks_are_bounded(emulator: Emulator) -> None:
    emulator.feed(b"a" + "\u0301".encode() * 5000)
    assert len(emulator.text()[0]) <= 16


def test_a_joiner_never_ends_a_cell(emulator: Emulator) -> None:
    emulator.feed("👩\u200d💻".encode())
    assert not any(run.text.endswith("\u200d") for row in emulator.changed_rows() for run in row.runs)


def test_control_characters_never_reach_cells() -> None:
    emulator = Emulator(80, 24)
    emulator.feed(bytes(range(256)) * 4 + "\u0085\u009b31m\u2028".encode())
    assert all(c.isprintable() or c == " " for line in emulator.text() for c in line)


def test_queries_are_answered_once(emulator: Emulator) -> None:
    emulator.feed(b"ab\x1b[6n")
    assert emulator.replies == b"\x1b[1;3R"
    assert emulator.take_replies() == b"\x1b[1;3R"
    assert emulator.take_replies() == b""


def test_a_replay_is_not_answered(emulator: Emulator) -> None:
    emulator.answering = False
    emulator.feed(b"\x1b[6n\x07")
    assert (emulator.replies, emulator.bells) == (b"", 0)


def test_a_flood_of_queries_is_bounded(emulator: Emulator) -> None:
    emulator.feed(b"\x1b[6n" * 50_000)
    assert len(emulator.replies) <= REPLIES_LIMIT


def test_a_title_cannot_be_read_back(emulator: Emulator) -> None:
    emulator.feed(b"\x1b]2;rm -rf /\x07\x1b[21t\x05")
    assert b"rm" not in emulator.replies


def test_a_title_is_printable_and_short(emulator: Emulator) -> None:
    emulator.feed(b"\x1b]2;caf\xc3\xa9\x07")
    assert emulator.title == "café"
    emulator.feed(b"\x1b]2;" + b"x" * 5000 + b"\x07")
    assert len(emulator.title) <= TITLE_LIMIT


def test_bells_are_counted(emulator: Emulator) -> None:
    emulator.feed(b"\x07\x07")
    assert emulator.bells == 2


def test_modes(emulator: Emulator) -> None:
    emulator.feed(b"\x1b[?1h\x1b=\x1b[?2004h\x1b[?1004h\x1b[?1002h\x1b[?1006h\x1b[?1049h\x1b[>5u\x1b[?2026h")
    modes = emulator.modes
    assert modes.application_cursor and modes.application_keypad and modes.bracketed_paste and modes.focus_events
    assert (modes.mouse_tracking, modes.mouse_format) == (1002, 1006)
    assert modes.alternate_screen and modes.kitty_flags == 5 and emulator.synchronized
    emulator.feed(b"\x1bc")
    assert not emulator.modes.application_cursor and emulator.modes.mouse_tracking == 0


def test_cursor_shape_and_visibility(emulator: Emulator) -> None:
    emulator.feed(b"\x1b[4 q\x1b[?25l")
    emulator.changed_rows()
    assert (emulator.cursor_state.shape, emulator.cursor_state.visible) == (2, False)


def test_scrollback(emulator: Emulator) -> None:
    emulator.feed(b"".join(b"line %d\r\n" % number for number in range(30)))
    assert emulator.scrollback_rows == 26
    assert emulator.scrollback()[0] == "line 0"
    emulator.scroll_view(-10)
    assert emulator.text()[0] == "line 16"
    emulator.scroll_view(0)
    assert emulator.text()[0] == "line 26"


def test_resize_reflows(emulator: Emulator) -> None:
    emulator.feed(b"a" * 25)
    emulator.resize(30, 5)
    assert emulator.text()[0] == "a" * 25


def test_resize_lifts_the_scrolling_region(emulator: Emulator) -> None:
    emulator.feed(b"\x1b[1;2r")
    emulator.resize(20, 5)
    emulator.feed(b"\x1b[Ha\r\nb\r\nc\r\nd")
    assert emulator.text() == ["a", "b", "c", "d", ""]


@pytest.mark.parametrize("size", [(0, 0), (-5, 3), (1, 1), (10**6, 10**6)])
def test_sizes_are_kept_sane(size: tuple[int, int]) -> None:
    emulator = Emulator(*size)
    emulator.resize(*size)
    columns, rows = emulator.size
    assert MINIMUM_COLUMNS <= columns <= MAXIMUM_COLUMNS and rows >= MINIMUM_ROWS


def test_links_are_held_back_and_their_text_is_not(emulator: Emulator) -> None:
    for byte in b"\x1b]8;;http://example\x1b\\link\x1b]8;;\x1b\\.":
        emulator.feed(bytes([byte]))
    assert emulator.text()[0] == "link."

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from core.console.log_pages import LogEntry
from tui.logs.matching import Matcher
from tui.logs.painting import LogLook, coloured, rows_of
from tui.logs.times import zone_of

LOOK = LogLook(width=20)


def entry(data: bytes, stream: str = "stdout", source: int = 0) -> LogEntry:
    return LogEntry(b"2026-11-24T10:00:00.500000000+00:00", stream, data, True, source, (0, 0), (9, 0))


def texts(data: bytes, look: LogLook = LOOK, sought: Matcher | None = None) -> list[str]:
    return [row.plain for row in rows_of(entry(data), look, sought)]


@given(data=st.binary(max_size=200), wrap=st.booleans(), colours=st.booleans())
def test_no_byte_of_a_program_reaches_the_terminal_as_a_command(data: bytes, wrap: bool, colours: bool) -> None:
    rows = rows_of(entry(data), LogLook(width=20, wrap=wrap, colours=colours), None)
    assert rows
    assert all(row.plain.isprintable() for row in rows)
    if wrap:
        assert all(cell_len(row.plain) <= 20 for row in rows)


def test_colours_stay_and_other_sequences_go() -> None:
    line = coloured(b"\x1b]0;title\x07\x1b[2J\x1b[31mred\x1b[0m plain\x1b[5A")
    assert line.plain == "red plain"
    assert str(line.spans[0].style) == "color(1)"


def test_what_was_written_over_is_gone() -> None:
    assert texts(b"10 %\r50 %\r100 %\r") == ["100 %"]


def test_a_long_line_is_wrapped_by_columns() -> None:
    assert texts("漢字".encode() * 11) == ["漢字" * 5, "漢字" * 5, "漢字"]
    assert texts(b"x" * 45) == ["x" * 20, "x" * 20, "x" * 5]
    assert texts(b"x" * 45, LogLook(width=20, wrap=False)) == ["x" * 45]


def test_json_is_folded_opened_or_left() -> None:
    data = b'{"ts": 1, "level": "error", "msg": "lost", "to": {"a": [1, 2]}}'
    wide = LogLook(width=100)
    assert texts(data, wide) == ['ERROR lost to={"a":[1,2]}']
    assert texts(data, LogLook(width=100, json="raw")) == [data.decode()]
    assert '  "msg": "lost",' in texts(data, LogLook(width=100, json="open"))
    assert texts(b"{no json", wide) == ["{no json"]


def test_time_stream_and_name_stand_before_it() -> None:
    look = LogLook(width=80, names=("web", "db"), timestamps=True)
    row = rows_of(entry(b"hello", "stderr", 1), look, None)[0].plain
    assert row.startswith("db 20") and row.endswith(".500 ! hello")


def test_times_have_the_format_and_the_zone_that_were_wanted() -> None:
    look = LogLook(
        width=80, timestamps=True, time_format="%d.%m. %H:%M:%S,%3f %Z %%3f", zone=zone_of("America/St_Johns")
    )
    assert rows_of(entry(b"hello"), look, None)[0].plain == "24.11. 06:30:00,500 NST %3f hello"


def test_what_is_sought_is_lit() -> None:
    row = rows_of(entry(b"a needle"), LOOK, Matcher("needle"))[0]
    assert [(span.start, span.end) for span in row.spans if span.style == "reverse"] == [(2, 8)]

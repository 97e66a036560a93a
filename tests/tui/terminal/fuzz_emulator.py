"""Feeds the emulator with hostile bytes. A program of its own, because native code may take its process with it."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.terminal.emulator import Emulator

FRAGMENTS = st.sampled_from(
    [
        b"\x1b[%dA", b"\x1b[%dB", b"\x1b[%dC", b"\x1b[%dL", b"\x1b[%dM", b"\x1b[%dP", b"\x1b[%d@", b"\x1b[%dX",
        b"\x1b[%dS", b"\x1b[%dT", b"\x1b[%d;5H", b"\x1b[2;%dr", b"\x1b[?%dh", b"\x1b[?%dl", b"\x1b[%dJ", b"\x1b[%dK",
        b"\x1b[38;5;%dm", b"\x1b[%d;1;4m", b"\x1b[%db", b"\x1b[%dI", b"\x1b[%dZ", b"\x1b[%d q", b"\x1b[>%du",
    ]
)  # fmt: skip
NUMBERS = st.sampled_from([0, 1, 2, 3, 6, 25, 69, 80, 999, 1049, 2004, 65535, 99999])
PIECES = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace")),
    st.builds(lambda fragment, number: fragment % number, FRAGMENTS, NUMBERS),
    st.sampled_from([b"\x1b]8;;h\x1b\\", b"\x1b]8;;\x1b\\", b"\x1b]133;A\x07", b"\r\n", b"\t", b"\x1bM", b"\x1bD"]),
    st.sampled_from(["中".encode() * 40, "👩\u200d💻".encode(), b"e\xcc\x81", b"x" * 110, b"\x1bc", b"\x1b(0qqq"]),
)
STEPS = st.lists(
    st.one_of(PIECES, st.tuples(st.integers(-1, 600), st.integers(-1, 400)), st.integers(-20, 20)), max_size=25
)


@settings(max_examples=400, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def whatever_comes_the_screen_is_whole(steps: list[bytes | tuple[int, int] | int]) -> None:
    emulator = Emulator(40, 10, scrollback=50)
    for step in steps:
        match step:
            case bytes():
                emulator.feed(step)
            case (columns, rows):
                emulator.resize(columns, rows)
            case int():
                emulator.scroll_view(step)
        emulator.changed_rows()
    columns, count = emulator.size
    rows = emulator.all_rows()
    assert [row.y for row in rows] == list(range(count))
    assert all(sum(run.columns for run in row.runs) == columns for row in rows)
    assert all(c.isprintable() or not (ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0) for t in emulator.text() for c in t)
    assert emulator.title.isprintable() or not emulator.title
    emulator.close()


if __name__ == "__main__":
    whatever_comes_the_screen_is_whole()

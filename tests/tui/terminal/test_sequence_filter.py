from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.terminal.sequence_filter import HELD_LIMIT, SequenceFilter

PIECES = st.lists(
    st.sampled_from([b"\x1b", b"]", b"8", b"1", b"33", b";", b"x", b"\x07", b"\\", b"\x1b]8;;u\x07", b"\x1b]2;t\x07"])
)


@given(PIECES)
def test_pieces_give_what_the_whole_gives(pieces: list[bytes]) -> None:
    whole, cut = SequenceFilter(), SequenceFilter()
    expected = whole.feed(b"".join(pieces) + b"end")
    assert b"".join(cut.feed(piece) for piece in [*pieces, b"end"]) == expected


def test_what_is_harmless_passes_whole() -> None:
    data = b"\x1b[31m\x1b]2;title\x07\x1b]52;c;eA==\x07\x1b]81;x\x07\x1bP+q\x1b\\ text"
    assert SequenceFilter().feed(data) == data


def test_links_and_marks_are_taken_out() -> None:
    data = b"a\x1b]8;;http://x\x1b\\b\x1b]8;;\x07c\x1b]133;A\x07d"
    assert SequenceFilter().feed(data) == b"abcd"


def test_an_endless_sequence_is_not_kept() -> None:
    sequences = SequenceFilter()
    passed = sequences.feed(b"\x1b]8;;") + b"".join(sequences.feed(b"x" * 1000) for _ in range(50))
    assert len(passed) > 50_000 - 2 * HELD_LIMIT

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.terminal.sequence_filter import HELD_LIMIT, LINKS_LIMIT, SequenceFilter

PIECES = st.lists(
    st.sampled_from(
        [
            b"\x1b",
            b"]",
            b"8",
            b"1",
            b"33",
            b";",
            b"x",
            b"\x07",
            b"\\",
            b"\x1b]8;;u\x07",
            b"\x1b]8;;http://x\x07",
            b"\x1b]2;t\x07",
            b"\x1b[1",
            b"m",
        ]
    )
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
    data = b"a\x1b]8;;file:///x\x1b\\b\x1b]8;;\x07c\x1b]133;A\x07d"
    assert SequenceFilter().feed(data) == b"abcd"


def test_a_link_is_marked_in_every_style_until_its_end() -> None:
    sequences = SequenceFilter()
    passed = sequences.feed(b"a\x1b]8;;https://x.org/\x1b\\b\x1b[0;1") + sequences.feed(b"mc\x1b]8;;\x07d\x1b[0me")
    marker = b"\x1b[58:2::1:0:1m"
    assert passed == b"a" + marker + b"b\x1b[0;1m" + marker + b"c\x1b[59md\x1b[0me"
    assert sequences.links == {1: "https://x.org/"}


def test_only_links_of_the_web_and_of_mail_are_kept() -> None:
    sequences = SequenceFilter()
    for target in (b"file:///etc/passwd", b"javascript:alert(1)", b"https://" + b"x" * 3000, b"http://a b"):
        assert sequences.feed(b"\x1b]8;;" + target + b"\x07x\x1b]8;;\x07") == b"x"
    assert sequences.links == {}


def test_the_number_of_links_is_bounded() -> None:
    sequences = SequenceFilter()
    for number in range(3 * LINKS_LIMIT):
        sequences.feed(b"\x1b]8;;http://x/%d\x07x\x1b]8;;\x07" % number)
    assert len(sequences.links) == LINKS_LIMIT


def test_an_endless_sequence_is_not_kept() -> None:
    sequences = SequenceFilter()
    passed = sequences.feed(b"\x1b]8;;") + b"".join(sequences.feed(b"x" * 1000) for _ in range(50))
    assert len(passed) > 50_000 - 2 * HELD_LIMIT

from __future__ import annotations

import pytest

from tui.logs.matching import Matcher


@pytest.mark.parametrize(
    ("typed", "line", "fits"),
    [
        ("error", "an ERROR here", True),
        ("Error", "an ERROR here", False),
        ("!error", "an ERROR here", False),
        ("!error", "all is well", True),
        ("/9[0-9]+ ms/", "took 93 ms", True),
        ("/^took/", "it took", False),
        ("a.c", "abc", False),
        ("漢", "some 漢字", True),
        ("/", "a/b", True),
    ],
)
def test_what_fits(typed: str, line: str, fits: bool) -> None:
    assert Matcher(typed).fits(line) is fits


def test_a_wrong_expression_is_said() -> None:
    with pytest.raises(ValueError, match="no regular expression"):
        Matcher("/(/")


def test_where_it_is() -> None:
    assert Matcher("ab").spans("xabyAB") == [(1, 3), (4, 6)]
    assert Matcher("!ab").spans("xaby") == []


@pytest.mark.parametrize(
    ("typed", "block", "skipped"),
    [
        ("needle", b"T stdout F hay\n", True),
        ("needle", b"T stdout F a NEEDLE\n", False),
        ("Needle", b"T stdout F a NEEDLE\n", True),
        ("needle", b"T stdout F nee\x1b[31mdle\x1b[0m\n", False),
        ("needle", b"T stdout F \x1b[31mhay\x1b[0m\n", True),
        ("needle", b"T stdout P nee\nT stdout F dle\n", False),
        ("/needle/", b"T stdout F hay\n", False),
        ("!needle", b"T stdout F hay\n", False),
    ],
)
def test_a_block_is_skipped_only_where_nothing_in_it_can_fit(typed: str, block: bytes, skipped: bool) -> None:
    assert Matcher(typed).skips(block) is skipped

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.terminal.overlap import overlap_length


@pytest.mark.parametrize(
    ("log", "live", "length"),
    [
        (b"hello world", b"world and more", 5),
        (b"hello", b"", 0),
        (b"", b"hello", 0),
        (b"abc", b"xyz", 0),
        (b"abc", b"abc", 3),
        (b"x" * 50 + b"y", b"x" * 40 + b"y" + b"z", 41),
    ],
)
def test_overlap(log: bytes, live: bytes, length: int) -> None:
    assert overlap_length(log, live) == length


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
def test_an_overlap_is_found(before: bytes, common: bytes, after: bytes) -> None:
    log, live = before + common, common + after
    length = overlap_length(log, live)
    assert length >= len(common)
    assert log.endswith(live[:length])

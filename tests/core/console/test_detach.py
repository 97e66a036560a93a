"""Detach keys: how they are written, and how they are found in what is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.console.detach import DetachFilter, parse_detach_keys
from core.errors import InvalidArgument


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("ctrl-p,ctrl-q", b"\x10\x11"),
        ("", b""),
        ("a", b"a"),
        ("ctrl-],x", b"\x1dx"),
        ("ctrl-@", b"\0"),
        ("z,ctrl-A", b"z\x01"),
    ],
)
def test_keys_as_podman_writes_them(text: str, keys: bytes) -> None:
    assert parse_detach_keys(text) == keys


@pytest.mark.parametrize("text", ["ctrl-", "ctrl-pq", "ab", ",", "ctrl-1", "ctrl+p", "ä", "a,,b"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument):
        parse_detach_keys(text)


def test_what_is_before_the_keys_goes_through_and_what_is_behind_does_not() -> None:
    assert DetachFilter(b"\x10\x11").feed(b"ls\x10\x11rm") == (b"ls", True)


def test_a_beginning_is_held_until_it_is_clear() -> None:
    keys = DetachFilter(b"\x10\x11")
    assert keys.feed(b"a\x10") == (b"a", False)
    assert keys.held == b"\x10"
    assert keys.feed(b"b") == (b"\x10b", False)
    assert keys.feed(b"\x10\x10") == (b"\x10", False)
    assert keys.feed(b"\x11") == (b"", True)


def test_what_is_held_can_be_given_up() -> None:
    keys = DetachFilter(b"\x10\x11")
    keys.feed(b"\x10")
    assert keys.flush() == b"\x10"
    assert keys.feed(b"\x11") == (b"\x11", False)


def test_without_keys_all_goes_through() -> None:
    assert DetachFilter(b"").feed(b"\x10\x11") == (b"\x10\x11", False)


@given(st.lists(st.binary(max_size=6).map(lambda data: bytes(byte % 4 for byte in data)), max_size=20))
def test_nothing_is_lost_and_nothing_twice_in_pieces_of_any_size(pieces: list[bytes]) -> None:
    keys = b"\x01\x02\x01\x03"
    whole = b"".join(pieces)
    filter_, sent = DetachFilter(keys), b""
    for piece in pieces:
        passed, detached = filter_.feed(piece)
        sent += passed
        if detached:
            assert sent == whole[: whole.index(keys)]
            return
    assert keys not in whole
    assert sent + filter_.flush() == whole

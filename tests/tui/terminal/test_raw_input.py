from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.terminal.raw_input import InputKind, InputToken, RawInput

KEYS, HOST, PASTE = InputKind.KEYS, InputKind.HOST, InputKind.PASTE
BEGIN, END = InputToken(InputKind.PASTE_BEGIN), InputToken(InputKind.PASTE_END)


@pytest.mark.parametrize(
    "data",
    b"a|\x1b|\x1b\x1b|\x1bf|\x1b.|\x1b\x7f|\x03|\x00|\xff|\xc3\xa9|\x1b[A|\x1bOP|\x1b[1;5C|\x1b[15~|\x1b[3;5~".split(
        b"|"
    )
    + b"\x1b[97;5u|\x1b[Z|\x1b\r|\x1b\t|\x1b]".split(b"|"),
)
def test_what_is_typed_passes_byte_for_byte(data: bytes) -> None:
    raw = RawInput()
    assert b"".join(token.data for token in raw.feed(data) + raw.flush() if token.kind is KEYS) == data


@pytest.mark.parametrize("data", [b"a", b"\x1b", b"\x1b[A", b"\x1bf", b"\x1b[1;5C"])
def test_what_is_whole_is_not_held(data: bytes) -> None:
    raw = RawInput()
    raw.feed(data)
    assert not raw.is_holding


@pytest.mark.parametrize(
    "data",
    [
        b"\x1b[<0;10;20M",
        b"\x1b[<35;1;1m",
        b"\x1b[I",
        b"\x1b[O",
        b"\x1b[?2026;2$y",
        b"\x1b[?62;22c",
        b"\x1b[>1;10;0c",
        b"\x1b[?0u",
        b"\x1b[48;24;80;384;640t",
        b"\x1b]11;rgb:0000/0000/0000\x07",
        b"\x1b]11;rgb:0000/0000/0000\x1b\\",
        b"\x1bP>|tmux 3.3a\x1b\\",
    ],
)
def test_what_the_terminal_says_is_for_the_host(data: bytes) -> None:
    raw = RawInput()
    assert raw.feed(b"a" + data + b"b") == [InputToken(KEYS, b"a"), InputToken(HOST, data), InputToken(KEYS, b"b")]
    pieces = RawInput()
    tokens = [token for byte in data for token in pieces.feed(bytes([byte]))]
    if len(data) > 3:
        assert not any(token.kind is KEYS and len(token.data) > 1 for token in tokens)


def test_a_paste_is_a_paste_whatever_is_in_it() -> None:
    inside = b"rm\r\x1b[A\x1d\x03\x1b[200~\x1b[<0;1;1M\x1b[I\xff"
    assert RawInput().feed(b"a\x1b[200~" + inside + b"\x1b[201~b") == [
        InputToken(KEYS, b"a"),
        BEGIN,
        InputToken(PASTE, inside),
        END,
        InputToken(KEYS, b"b"),
    ]


@given(st.binary(max_size=60), st.integers(1, 5))
def test_a_paste_in_pieces(content: bytes, size: int) -> None:
    content = content.replace(b"\x1b[201~", b"")
    data = b"\x1b[200~" + content + b"\x1b[201~"
    if data.find(b"\x1b[201~") != len(data) - 6:
        return
    raw = RawInput()
    tokens = [token for start in range(0, len(data), size) for token in raw.feed(data[start : start + size])]
    pasted = b"".join(token.data for token in tokens if token.kind is PASTE)
    if BEGIN in tokens:
        assert pasted == content
        assert tokens[-1] == END


@given(st.binary(max_size=200))
def test_nothing_is_lost(data: bytes) -> None:
    raw = RawInput()
    marks = {InputKind.PASTE_BEGIN: b"\x1b[200~", InputKind.PASTE_END: b"\x1b[201~"}
    tokens = raw.feed(data) + raw.flush()
    joined = b"".join(marks.get(token.kind, token.data) for token in tokens)
    assert data.startswith(joined) and len(data) - len(joined) < 6


def test_a_lone_bracket_is_typed_in_the_end() -> None:
    raw = RawInput()
    assert raw.feed(b"\x1b[") == []
    assert raw.is_holding
    assert raw.flush() == [InputToken(KEYS, b"\x1b[")]

from __future__ import annotations

import pytest

from tui.terminal.replies import TerminalReplies


@pytest.mark.parametrize(
    ("reply", "is_dark"),
    [
        (b"\x1b]11;rgb:0000/0000/0000\x1b\\", True),
        (b"\x1b]11;rgb:ffff/ffff/ffff\x07", False),
        (b"\x1b]11;rgb:fd/f6/e3\x07", False),
        (b"\x1b]11;rgba:1e1e/1e1e/2e2e/ffff\x1b\\", True),
        (b"\x1b[?997;1n", True),
        (b"\x1b[?997;2n", False),
    ],
)
def test_an_answer_is_taken_out_of_what_is_typed(reply: bytes, is_dark: bool) -> None:
    replies = TerminalReplies()
    assert replies.feed(b"ab" + reply + b"cd") == b"abcd"
    assert replies.is_dark is is_dark


def test_an_answer_in_pieces_is_waited_for() -> None:
    replies = TerminalReplies()
    typed = b"".join(replies.feed(bytes([byte])) for byte in b"x\x1b]11;rgb:ffff/ffff/ffff\x07y")
    # A lone ESC is a key: it is not held back, so the first byte of an answer that comes byte by byte gets through.
    assert typed in (b"xy", b"x\x1b]11;rgb:ffff/ffff/ffff\x07y")
    replies = TerminalReplies()
    assert replies.feed(b"x\x1b]11;rgb:ff") == b"x"
    assert replies.is_holding
    assert replies.feed(b"ff/ffff/ffff\x07y") == b"y"
    assert replies.is_dark is False


def test_what_is_no_answer_stays() -> None:
    replies = TerminalReplies()
    assert replies.feed(b"\x1b[A\x1b[200~paste\x1b[201~") == b"\x1b[A\x1b[200~paste\x1b[201~"
    assert replies.feed(b"\x1b]11;rgb:") == b""
    assert replies.flush() == b"\x1b]11;rgb:"
    long = b"\x1b]11;" + b"x" * 100
    assert replies.feed(long) == long

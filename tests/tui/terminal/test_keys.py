"""What the operator types, and what the program reads."""

from __future__ import annotations

import pytest

from tui.terminal.frame import ModeState
from tui.terminal.keys import (
    Action,
    Command,
    KeyTranslator,
    Send,
    Waiting,
    focus_report,
    parse_escape_key,
    paste_tokens,
)
from tui.terminal.raw_input import RawInput
from tui.terminal.textual_keys import bytes_of_key

NORMAL = ModeState()
APPLICATION = ModeState(application_cursor=True)
BRACKETED = ModeState(bracketed_paste=True)


def translate(data: bytes, modes: ModeState = NORMAL, escape: str = "ctrl+]") -> list[Action]:
    translator, raw = KeyTranslator(parse_escape_key(escape)), RawInput()
    return [action for token in raw.feed(data) + raw.flush() for action in translator.translate(token, modes)]


def sent(data: bytes, modes: ModeState = NORMAL) -> bytes:
    return b"".join(action.data for action in translate(data, modes) if isinstance(action, Send))


@pytest.mark.parametrize(
    "key",
    [bytes([byte]) for byte in range(256) if byte != 0x1D]
    + [b"\x1b" + bytes([byte]) for byte in range(0x20, 0x7F)]
    + [b"\x1b[%d;%d~" % (number, modifier) for number in (2, 3, 5, 6, 15, 24) for modifier in range(2, 9)]
    + [b"\x1b[1;%d%c" % (modifier, letter) for letter in b"ABCDHFPQRS" for modifier in range(2, 9)],
)
@pytest.mark.parametrize("modes", [NORMAL, APPLICATION, BRACKETED], ids=["normal", "application", "bracketed"])
def test_keys_pass_byte_for_byte(key: bytes, modes: ModeState) -> None:
    assert sent(key, modes) == key


@pytest.mark.parametrize("letter", [b"A", b"B", b"C", b"D", b"H", b"F"])
def test_cursor_keys_follow_the_program(letter: bytes) -> None:
    assert sent(b"\x1b[" + letter) == b"\x1b[" + letter
    assert sent(b"x\x1b[" + letter + b"y", APPLICATION) == b"x\x1bO" + letter + b"y"


def test_the_escape_key_and_its_second_key() -> None:
    assert translate(b"ab\x1dd") == [Send(b"ab"), Waiting(), Command("d")]
    assert translate(b"\x1d\x1d") == [Waiting(), Send(b"\x1d")]
    assert translate(b"\x1df") == [Waiting(), Command("f")]
    assert translate(b"\x1d\x1b[Ax") == [Waiting(), Command(""), Send(b"x")]
    assert translate("\x1dé".encode()) == [Waiting(), Command("é")]


def test_the_second_key_may_come_later() -> None:
    translator, raw = KeyTranslator(b"\x1d"), RawInput()
    (token,) = raw.feed(b"\x1d")
    assert translator.translate(token, NORMAL) == [Waiting()]
    assert translator.is_waiting
    (token,) = raw.feed(b"dq")
    assert translator.translate(token, NORMAL) == [Command("d"), Send(b"q")]
    assert not translator.is_waiting


def test_the_escape_key_in_the_kitty_protocol() -> None:
    modes = ModeState(kitty_flags=3)
    assert translate(b"\x1b[93;5u\x1b[93;5:3ud", modes) == [Waiting(), Command("d")]
    assert translate(b"\x1b[93;5u\x1b[100u", modes) == [Waiting(), Command("d")]
    assert translate(b"\x1b[93;69u\x1b[93;5u", modes) == [Waiting(), Send(b"\x1b[93;5u")]
    assert sent(b"\x1b[97;5u\x1b[97;1:3u", modes) == b"\x1b[97;5u\x1b[97;1:3u"


def test_another_escape_key() -> None:
    assert translate(b"\x1d\x01d", escape="ctrl+a") == [Send(b"\x1d"), Waiting(), Command("d")]


@pytest.mark.parametrize("text", ["", "]", "alt+x", "ctrl+", "ctrl+1", "ctrl+f1"])
def test_wrong_escape_keys(text: str) -> None:
    with pytest.raises(ValueError, match="escape key"):
        parse_escape_key(text)


def test_a_paste_is_bracketed_if_the_program_asked() -> None:
    data = b"\x1b[200~a\x1d\x1b[A\rd\x1b[201~"
    assert sent(data, BRACKETED) == data


def test_a_paste_never_turns_into_keys() -> None:
    assert sent(b"\x1b[200~a\x1dd\x1b[A\x03\tb\rc\x7f\x1b[201~") == b"a d [A \tb\rc "
    assert not any(isinstance(action, Command) for action in translate(b"\x1b[200~\x1dd\x1b[201~\x1b[200~"))


def test_a_paste_as_text_cannot_end_itself() -> None:
    translator = KeyTranslator(b"\x1d")
    tokens = paste_tokens("a\x1b[201~\x1b[2\x1b[201~01~rm\n")
    data = b"".join(a.data for t in tokens for a in translator.translate(t, BRACKETED) if isinstance(a, Send))
    assert data == b"\x1b[200~arm\r\x1b[201~"


def test_focus_is_reported_if_the_program_asked() -> None:
    assert focus_report(True, NORMAL) == b""
    assert focus_report(True, ModeState(focus_events=True)) == b"\x1b[I"
    assert focus_report(False, ModeState(focus_events=True)) == b"\x1b[O"


@pytest.mark.parametrize(
    ("key", "character", "expected"),
    [
        ("a", "a", b"a"),
        ("A", "A", b"A"),
        ("ctrl+c", None, b"\x03"),
        ("ctrl+right_square_bracket", None, b"\x1d"),
        ("ctrl+at", None, b"\x00"),
        ("enter", "\r", b"\r"),
        ("tab", "\t", b"\t"),
        ("shift+tab", None, b"\x1b[Z"),
        ("escape", "\x1b", b"\x1b"),
        ("backspace", "\x7f", b"\x7f"),
        ("up", None, b"\x1b[A"),
        ("ctrl+right", None, b"\x1b[1;5C"),
        ("shift+home", None, b"\x1b[1;2H"),
        ("delete", None, b"\x1b[3~"),
        ("ctrl+pageup", None, b"\x1b[5;5~"),
        ("f1", None, b"\x1bOP"),
        ("f5", None, b"\x1b[15~"),
        ("shift+f2", None, b"\x1b[1;2Q"),
        ("question_mark", "?", b"?"),
        ("space", " ", b" "),
        ("é", "é", "é".encode()),
        ("nonsense", None, b""),
    ],
)
def test_textual_keys(key: str, character: str | None, expected: bytes) -> None:
    assert bytes_of_key(key, character) == expected

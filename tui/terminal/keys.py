"""What the operator types, turned into what the program in the container is to read. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tui.terminal.frame import ModeState
from tui.terminal.raw_input import PASTE_BEGIN, PASTE_END, InputKind, InputToken

_CURSOR_KEY: Final = re.compile(rb"\x1b\[([ABCDHF])")
_KITTY_KEY: Final = re.compile(rb"\x1b\[(?P<code>\d+)(?::\d*)*(?:;(?P<modifiers>\d*)(?::(?P<event>\d))?)?(?:;[\d:]*)?u")
_ONE_KEY: Final = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1bO[ -~]|\x1b[^\x1b]|[\xc2-\xf4][\x80-\xbf]+|[\x00-\xff]", re.DOTALL
)
_KITTY_RELEASE: Final = b"3"
_KITTY_LOCKS: Final = 64 + 128
"""Caps lock and num lock, which change nothing about a key that is looked for."""
_PASTE_FORBIDS: Final = bytes(set(range(0x20)) - set(b"\t\r\n")) + b"\x7f"
_PASTE_SPACES: Final = bytes.maketrans(_PASTE_FORBIDS, b" " * len(_PASTE_FORBIDS))


def parse_escape_key(text: str) -> bytes:
    """The byte that `ctrl+x` sends; ValueError when it is no such key or one that a program cannot do without."""
    prefix, _, letter = text.lower().rpartition("+")
    is_free = len(letter) == 1 and ("a" <= letter <= "z" or letter in "\\]^_@") and letter not in "hijm"
    if prefix not in ("ctrl", "control") or not is_free:
        raise ValueError(
            f"the escape key must be ctrl and one of \\ ] ^ _ @ or a letter but h, i, j and m, not {text!r}"
        )
    return bytes([ord(letter.upper()) & 0x1F])


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes for the program."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Command:
    """The escape key, and then this key: one character, or `` for a key that is none (escape, an arrow)."""

    key: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The escape key was typed; the next key says what is to be done."""


Action = Send | Command | Waiting


class KeyTranslator:
    """Keeps what must be known from key to key: a waiting escape key, a paste under way."""

    def __init__(self, escape: bytes) -> None:
        self._escape = escape
        self._waiting = False
        self._paste_is_bracketed = False

    @property
    def is_waiting(self) -> bool:
        """Whether the escape key was typed and its second key was not."""
        return self._waiting

    def forget(self) -> None:
        """The pane lost the keyboard: nothing is waited for any more."""
        self._waiting = False

    def translate(self, token: InputToken, modes: ModeState) -> list[Action]:
        """What to do about a token, given the program's modes now."""
        match token.kind:
            case InputKind.KEYS:
                return self._typed(token.data, modes)
            case InputKind.PASTE_BEGIN:
                self._paste_is_bracketed = modes.bracketed_paste
                return [Send(PASTE_BEGIN)] if self._paste_is_bracketed else []
            case InputKind.PASTE:
                return [Send(token.data if self._paste_is_bracketed else token.data.translate(_PASTE_SPACES))]
            case InputKind.PASTE_END:
                return [Send(PASTE_END)] if self._paste_is_bracketed else []
            case InputKind.HOST:
                return []

    def _typed(self, data: bytes, modes: ModeState) -> list[Action]:
        if not self._waiting and self._escape not in data and not modes.kitty_flags:
            return [Send(for_modes(data, modes))]
        actions: list[Action] = []
        plain = bytearray()

        def send_plain() -> None:
            if plain:
                actions.append(Send(for_modes(bytes(plain), modes)))
                plain.clear()

        for match in _ONE_KEY.finditer(data):
            key = match.group()
            kitty = _KITTY_KEY.fullmatch(key)
            if kitty is not None and kitty["event"] == _KITTY_RELEASE:
                if not self._waiting:
                    plain += key
            elif self._waiting:
                self._waiting = False
                send_plain()
                if self._is_escape(key, kitty):
                    actions.append(Send(key))
                else:
                    actions.append(Command(_character(key, kitty)))
            elif self._is_escape(key, kitty):
                send_plain()
                self._waiting = True
                actions.append(Waiting())
            else:
                plain += key
        send_plain()
        return actions

    def _is_escape(self, key: bytes, kitty: re.Match[bytes] | None) -> bool:
        if kitty is None:
            return key == self._escape
        modifiers = (int(kitty["modifiers"] or 1) - 1) & ~_KITTY_LOCKS
        return modifiers == 4 and int(kitty["code"]) & 0x1F == self._escape[0] and 0x40 <= int(kitty["code"]) < 0x80


def _character(key: bytes, kitty: re.Match[bytes] | None) -> str:
    """The printable character of a key, or nothing."""
    if kitty is not None:
        code = int(kitty["code"])
        text = chr(code) if code < 0xE000 else ""
    else:
        text = key.decode("utf-8", "replace")
    return text if len(text) == 1 and text.isprintable() else ""


_NAMES: Final = {
    b"\r": "enter",
    b"\n": "enter",
    b"\x1b": "escape",
    b"\x7f": "backspace",
    b"\x08": "backspace",
    b" ": "space",
    b"/": "slash",
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"\x1b[B": "down",
    b"\x1bOB": "down",
    b"\x1b[5~": "pageup",
    b"\x1b[6~": "pagedown",
    b"\x1b[H": "home",
    b"\x1bOH": "home",
    b"\x1b[1~": "home",
    b"\x1b[F": "end",
    b"\x1bOF": "end",
    b"\x1b[4~": "end",
}


def key_names(data: bytes) -> list[str]:
    """Typed bytes as names of keys: the character itself, `ctrl+x`, or a word as up; unknown ones are left out."""
    names = []
    for match in _ONE_KEY.finditer(data):
        key = match.group()
        kitty = _KITTY_KEY.fullmatch(key)
        if kitty is not None:
            code = int(kitty["code"])
            key = b"" if kitty["event"] == _KITTY_RELEASE or code > 0x10FFFF else chr(code).encode("utf-8", "replace")
        text = key.decode("utf-8", "replace")
        if key in _NAMES:
            names.append(_NAMES[key])
        elif len(key) == 1 and key < b" ":
            names.append(f"ctrl+{chr(key[0] | 0x60)}")
        elif len(text) == 1 and text.isprintable():
            names.append(text)
    return names


def for_modes(data: bytes, modes: ModeState) -> bytes:
    """Typed bytes with the cursor keys in the form that the program asked for."""
    return _CURSOR_KEY.sub(b"\x1bO\\1", data) if modes.application_cursor else data


def paste_tokens(text: str) -> list[InputToken]:
    """A paste that came as text, as the tokens it would have been; it cannot end itself."""
    data = text.replace("\r\n", "\r").replace("\n", "\r").encode("utf-8", "replace")
    while PASTE_END in data:
        data = data.replace(PASTE_END, b"")
    return [InputToken(InputKind.PASTE_BEGIN), InputToken(InputKind.PASTE, data), InputToken(InputKind.PASTE_END)]


def focus_report(focused: bool, modes: ModeState) -> bytes:
    """What tells the program that it has the keyboard or lost it, if it asked."""
    if not modes.focus_events:
        return b""
    return b"\x1b[I" if focused else b"\x1b[O"

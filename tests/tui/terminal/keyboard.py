"""A keyboard of 104 keys and what xterm sends for each of them (invisible-island.net/xterm/ctlseqs, "PC-Style")."""

from __future__ import annotations

from itertools import product
from typing import Final, NamedTuple

from tui.terminal.frame import ModeState


class Press(NamedTuple):
    """A key held down together with modifiers."""

    key: str
    shift: bool = False
    alt: bool = False
    control: bool = False

    def __str__(self) -> str:
        held = [name for name, on in (("shift", self.shift), ("alt", self.alt), ("ctrl", self.control)) if on]
        return "+".join([*held, self.key])


SHIFTED: Final = dict(zip("`1234567890-=[]\\;',./", '~!@#$%^&*()_+{}|:"<>?', strict=True))
CHARACTERS: Final = [*SHIFTED, *"abcdefghijklmnopqrstuvwxyz"]
CURSOR: Final = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}
TILDE: Final = {"insert": 2, "delete": 3, "page up": 5, "page down": 6}
FIRST_FUNCTION: Final = {"f1": "P", "f2": "Q", "f3": "R", "f4": "S"}
FUNCTION: Final = {"f5": 15, "f6": 17, "f7": 18, "f8": 19, "f9": 20, "f10": 21, "f11": 23, "f12": 24}
KEYPAD: Final = {f"keypad {c}": (c, code) for c, code in zip("0123456789.+-*/", "pqrstuvwxynkmjo", strict=True)}
PLAIN: Final = {"enter": "\r", "tab": "\t", "escape": "\x1b", "backspace": "\x7f", "space": " ", "keypad enter": "\r"}
SILENT: Final = (
    *("left shift", "right shift", "left ctrl", "right ctrl", "left alt", "right alt", "left super", "right super"),
    *("menu", "caps lock", "num lock", "scroll lock", "print screen", "pause"),
)
"""A terminal sends nothing for these."""
KEYS: Final = [*CHARACTERS, *CURSOR, *TILDE, *FIRST_FUNCTION, *FUNCTION, *KEYPAD, *PLAIN, *SILENT]
CONTROLS: Final = {"2": 0x00, "3": 0x1B, "4": 0x1C, "5": 0x1D, "6": 0x1E, "7": 0x1F, "8": 0x7F, "/": 0x1F, "`": 0x00}


def presses() -> list[Press]:
    """Every key with every set of modifiers."""
    return [Press(key, *held) for key in KEYS for held in product((False, True), repeat=3)]


def sent(press: Press, modes: ModeState) -> bytes:
    """What a terminal in these modes sends."""
    key, shift, alt, control = press
    if key in SILENT:
        return b""
    number = 1 + shift + 2 * alt + 4 * control
    modified = f"1;{number}" if number > 1 else ""
    if key in CURSOR:
        return f"\x1b{'O' if modes.application_cursor and not modified else '['}{modified}{CURSOR[key]}".encode()
    if key in TILDE:
        return f"\x1b[{TILDE[key]}{f';{number}' if modified else ''}~".encode()
    if key in FIRST_FUNCTION:
        return f"\x1b{f'[{modified}' if modified else 'O'}{FIRST_FUNCTION[key]}".encode()
    if key in FUNCTION:
        return f"\x1b[{FUNCTION[key]}{f';{number}' if modified else ''}~".encode()
    if key in KEYPAD and modes.application_keypad and not modified:
        return f"\x1bO{KEYPAD[key][1]}".encode()
    if key == "tab" and shift:
        return b"\x1b[Z"
    text = KEYPAD[key][0] if key in KEYPAD else PLAIN.get(key, key)
    return (b"\x1b" if alt else b"") + _character(text, shift=shift, control=control)


def _character(text: str, *, shift: bool, control: bool) -> bytes:
    if control and text.isalpha():
        return bytes([ord(text) & 0x1F])
    if control and text in "[]\\":
        return bytes([ord(text) & 0x1F])
    if control and text in CONTROLS:
        return bytes([CONTROLS[text]])
    if control and text == " ":
        return b"\x00"
    if control and text == "\x7f":
        return b"\x08"
    if control and shift and text == "-":
        return b"\x1f"
    return (SHIFTED.get(text, text.upper()) if shift else text).encode()

"""Bytes for Textual's key events: for tests and for terminals whose bytes cannot be had raw. Pure."""

from __future__ import annotations

from typing import Final

_CURSOR: Final = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}
_TILDE: Final = {"insert": 2, "delete": 3, "pageup": 5, "pagedown": 6}
_FUNCTION: Final = {1: "P", 2: "Q", 3: "R", 4: "S"}
_FUNCTION_TILDE: Final = {5: 15, 6: 17, 7: 18, 8: 19, 9: 20, 10: 21, 11: 23, 12: 24}
_SIMPLE: Final = {"enter": "\r", "tab": "\t", "escape": "\x1b", "backspace": "\x7f", "space": " "}
_CONTROL: Final = {
    "at": "\x00",
    "backslash": "\x1c",
    "right_square_bracket": "\x1d",
    "circumflex_accent": "\x1e",
    "underscore": "\x1f",
    "space": "\x00",
    "slash": "\x1f",
    "left_square_bracket": "\x1b",
}
_MODIFIER_BITS: Final = {"shift": 1, "alt": 2, "ctrl": 4}


def bytes_of_key(key: str, character: str | None) -> bytes:
    """What a terminal sends for a key of Textual's, in normal cursor mode; nothing for one it does not know."""
    *modifiers, name = key.split("+")
    bits = sum(_MODIFIER_BITS.get(modifier, 0) for modifier in modifiers)
    sequence = _special(name, bits)
    if sequence is not None:
        return sequence.encode()
    escape = "\x1b" if bits & 2 else ""
    if bits & 4:
        if len(name) == 1 and name.isascii() and name.isalpha():
            return (escape + chr(ord(name.upper()) & 0x1F)).encode()
        if name in _CONTROL:
            return (escape + _CONTROL[name]).encode()
    if name in _SIMPLE:
        return (escape + _SIMPLE[name]).encode()
    if character:
        return (escape + character).encode()
    return (escape + name).encode() if len(name) == 1 else b""


def _special(name: str, bits: int) -> str | None:
    modified = f"1;{bits + 1}" if bits else ""
    if name in _CURSOR:
        return f"\x1b[{modified}{_CURSOR[name]}"
    if name == "tab" and bits == 1:
        return "\x1b[Z"
    if name in _TILDE:
        return f"\x1b[{_TILDE[name]}{f';{bits + 1}' if bits else ''}~"
    if name.startswith("f") and name[1:].isdigit():
        number = int(name[1:])
        if number in _FUNCTION:
            return f"\x1b[{modified}{_FUNCTION[number]}" if bits else f"\x1bO{_FUNCTION[number]}"
        if number in _FUNCTION_TILDE:
            return f"\x1b[{_FUNCTION_TILDE[number]}{f';{bits + 1}' if bits else ''}~"
    return None

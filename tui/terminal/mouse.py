"""Mouse events in the form that a program asked for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from tui.terminal.frame import ModeState

_CLASSIC_LIMIT: Final = 223
_UTF8_LIMIT: Final = 2015
_NO_BUTTON: Final = 3
_MOTION: Final = 32
_WHEEL: Final = 64


class MouseKind(Enum):
    PRESS = "press"
    RELEASE = "release"
    MOTION = "motion"
    WHEEL_UP = "wheel up"
    WHEEL_DOWN = "wheel down"
    WHEEL_LEFT = "wheel left"
    WHEEL_RIGHT = "wheel right"


_WHEELS: Final = (MouseKind.WHEEL_UP, MouseKind.WHEEL_DOWN, MouseKind.WHEEL_LEFT, MouseKind.WHEEL_RIGHT)
_WHEEL_KEYS: Final = {MouseKind.WHEEL_UP: b"A", MouseKind.WHEEL_DOWN: b"B"}
WHEEL_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class MouseInput:
    """What the mouse did; column and row count from 0 at the pane's corner, `button` is 0 for none, 1 for the left."""

    kind: MouseKind
    column: int
    row: int
    button: int = 0
    shift: bool = False
    meta: bool = False
    control: bool = False


def mouse_report(event: MouseInput, modes: ModeState) -> bytes:
    """What the program is to read; nothing when it did not ask for this."""
    if modes.mouse_tracking == 0:
        return _wheel_as_keys(event, modes)
    if not _is_asked_for(event, modes.mouse_tracking):
        return b""
    if event.kind in _WHEELS:
        code = _WHEEL + _WHEELS.index(event.kind)
    else:
        code = event.button - 1 if event.button else _NO_BUTTON
        if event.kind is MouseKind.MOTION:
            code += _MOTION
    if modes.mouse_tracking != 9:
        code += 4 * event.shift + 8 * event.meta + 16 * event.control
    released = event.kind is MouseKind.RELEASE
    column, row = event.column + 1, event.row + 1
    if modes.mouse_format == 1006:
        return b"\x1b[<%d;%d;%d%c" % (code, column, row, b"m" if released else b"M")
    if released:
        code |= _NO_BUTTON
    if modes.mouse_format == 1015:
        return b"\x1b[%d;%d;%dM" % (code + 32, column, row)
    if modes.mouse_format == 1005:
        if max(column, row) > _UTF8_LIMIT:
            return b""
        return b"\x1b[M" + "".join(chr(value + 32) for value in (code, column, row)).encode()
    if max(column, row) > _CLASSIC_LIMIT:
        return b""
    return b"\x1b[M" + bytes(value + 32 for value in (code, column, row))


def _is_asked_for(event: MouseInput, tracking: int) -> bool:
    if tracking == 9:
        return event.kind is MouseKind.PRESS
    if event.kind is MouseKind.MOTION:
        return tracking == 1003 or (tracking == 1002 and event.button != 0)
    return True


def _wheel_as_keys(event: MouseInput, modes: ModeState) -> bytes:
    """On the alternate screen a wheel moves the cursor, as in every terminal."""
    letter = _WHEEL_KEYS.get(event.kind)
    if letter is None or not (modes.alternate_screen and modes.alternate_scroll):
        return b""
    return ((b"\x1bO" if modes.application_cursor else b"\x1b[") + letter) * WHEEL_LINES

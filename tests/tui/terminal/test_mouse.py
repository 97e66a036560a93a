from __future__ import annotations

import pytest

from tui.terminal.frame import ModeState
from tui.terminal.mouse import MouseInput, MouseKind, mouse_report

PRESS = MouseInput(MouseKind.PRESS, 4, 9, 1)
RELEASE = MouseInput(MouseKind.RELEASE, 4, 9, 1)
DRAG = MouseInput(MouseKind.MOTION, 4, 9, 1)
MOVE = MouseInput(MouseKind.MOTION, 4, 9)
WHEEL = MouseInput(MouseKind.WHEEL_DOWN, 4, 9)


@pytest.mark.parametrize(
    ("event", "tracking", "expected"),
    [
        (PRESS, 0, b""),
        (WHEEL, 0, b""),
        (PRESS, 9, b"\x1b[<0;5;10M"),
        (RELEASE, 9, b""),
        (PRESS, 1000, b"\x1b[<0;5;10M"),
        (RELEASE, 1000, b"\x1b[<0;5;10m"),
        (DRAG, 1000, b""),
        (DRAG, 1002, b"\x1b[<32;5;10M"),
        (MOVE, 1002, b""),
        (MOVE, 1003, b"\x1b[<35;5;10M"),
        (WHEEL, 1000, b"\x1b[<65;5;10M"),
        (MouseInput(MouseKind.PRESS, 0, 0, 3, control=True, meta=True), 1000, b"\x1b[<26;1;1M"),
    ],
)
def test_only_what_was_asked_for(event: MouseInput, tracking: int, expected: bytes) -> None:
    assert mouse_report(event, ModeState(mouse_tracking=tracking, mouse_format=1006)) == expected


@pytest.mark.parametrize(
    ("mouse_format", "press", "release"),
    [
        (0, b"\x1b[M %*", b"\x1b[M#%*"),
        (1005, b"\x1b[M %*", b"\x1b[M#%*"),
        (1015, b"\x1b[32;5;10M", b"\x1b[35;5;10M"),
        (1006, b"\x1b[<0;5;10M", b"\x1b[<0;5;10m"),
    ],
)
def test_formats(mouse_format: int, press: bytes, release: bytes) -> None:
    modes = ModeState(mouse_tracking=1000, mouse_format=mouse_format)
    assert (mouse_report(PRESS, modes), mouse_report(RELEASE, modes)) == (press, release)


def test_far_cells_in_narrow_formats() -> None:
    far = MouseInput(MouseKind.PRESS, 300, 0, 1)
    assert mouse_report(far, ModeState(mouse_tracking=1000)) == b""
    assert mouse_report(far, ModeState(mouse_tracking=1000, mouse_format=1005)) == b"\x1b[M " + "\u014d!".encode()


def test_the_wheel_moves_the_cursor_on_the_alternate_screen() -> None:
    modes = ModeState(alternate_screen=True, alternate_scroll=True)
    assert mouse_report(WHEEL, modes) == b"\x1b[B" * 3
    assert mouse_report(PRESS, modes) == b""

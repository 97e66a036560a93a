"""The operator's own terminal."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

LEAVE_FULL_SCREEN: Final = (
    b"\x1b[?1000;1002;1003;1004;1006;1015;2004;2031;2048l"  # mouse, focus, paste, notices
    b"\x1b[<1u\x1b[?1047l\x1b[m\x1b[?7h\x1b[?25h\x1b>"  # keys, alternate screen, colours, wrapping, cursor, keypad
)
"""What a terminal is told in place of a full-screen program that could not: it does nothing where there was none."""
_ENDING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


@contextmanager
def raw_terminal(descriptor: int) -> Iterator[None]:
    """The terminal raw, and as it was before at the end: by an exception, a signal that ends the process, or exit."""
    before = termios.tcgetattr(descriptor)

    def restore() -> None:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    in_main = threading.current_thread() is threading.main_thread()
    former = {number: signal.signal(number, end) for number in _ENDING} if in_main else {}
    atexit.register(restore)
    try:
        tty.setraw(descriptor, termios.TCSADRAIN)
        yield
    finally:
        restore()
        atexit.unregister(restore)
        for number, handler in former.items():
            signal.signal(number, handler or signal.SIG_DFL)


def terminal_size(descriptor: int) -> tuple[int, int]:
    """Columns and rows; 80 × 24 where it is no terminal or does not tell."""
    try:
        size = os.get_terminal_size(descriptor)
    except OSError:
        return 80, 24
    return size.columns or 80, size.lines or 24

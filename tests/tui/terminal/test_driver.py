"""The driver under a terminal of ours: a pty that an emulator shows."""

from __future__ import annotations

import signal
import termios
import time
from collections.abc import Iterator

import pytest

from tests.tui.terminal.operator_terminal import Terminal

SHOW = ("sh", "-c", "stty raw -echo; echo go; exec cat -v")
LEFT_ALTERNATE_SCREEN = b"\x1b[?1049l"


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    started = Terminal(*SHOW)
    started.wait(lambda text: "│go" in text)
    time.sleep(0.2)
    yield started
    started.close()


def test_keys_arrive_byte_for_byte(terminal: Terminal) -> None:
    terminal.type(b"\x1bf\x1bb\x1b.\x1b1\x1b\x7f\x03\x11\x10\x1a\x1b[1;5C\x1bOP")
    terminal.wait(lambda text: "^[f^[b^[.^[1^[^?^C^Q^P^Z^[[1;5C^[OP" in text)


def test_what_the_terminal_says_does_not_arrive(terminal: Terminal) -> None:
    terminal.type(b"<\x1b[?62;22c\x1b]11;rgb:0000/0000/0000\x07\x1b[<35;5;5M\x1b[?2026;2$y>")
    terminal.wait(lambda text: "<>" in text)


def test_a_paste_with_an_escape_key_in_it_leaves_the_pane_open(terminal: Terminal) -> None:
    terminal.type(b"\x1b[200~a\x1dd\x1b[201~b")
    terminal.wait(lambda text: "a db" in text)
    assert terminal.process.poll() is None


def test_a_notice_in_the_border_goes_by_itself(terminal: Terminal) -> None:
    terminal.type(b"\x1d?")
    terminal.wait(lambda text: "ctrl+] ? does nothing" in text)
    terminal.wait(lambda text: "does nothing" not in text and "ctrl+] d detach" in text)


def test_invalid_utf8_is_passed_on(terminal: Terminal) -> None:
    terminal.type(b"\xff\xfe!")
    terminal.wait(lambda text: "M-^?M-~!" in text)


def test_a_dialog_has_the_keyboard_while_it_is_open(terminal: Terminal) -> None:
    terminal.type(b"\x1df")
    time.sleep(0.5)
    terminal.look()
    terminal.type(b"yes\xff\r")
    terminal.wait(lambda text: "answered 'yes" in text)
    terminal.type(b"back")
    terminal.wait(lambda text: "│goback" in text or "back" in text.splitlines()[2])


def test_leaving_gives_the_terminal_back(terminal: Terminal) -> None:
    terminal.type(b"\x1dd")
    assert terminal.wait_end() == 0
    assert termios.tcgetattr(terminal.slave) == terminal.attributes
    assert LEFT_ALTERNATE_SCREEN in terminal.written


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back(terminal: Terminal, number: signal.Signals) -> None:
    terminal.process.send_signal(number)
    assert terminal.wait_end() == 128 + number
    assert termios.tcgetattr(terminal.slave) == terminal.attributes
    assert LEFT_ALTERNATE_SCREEN in terminal.written


def test_a_terminal_that_goes_away_ends_the_program(terminal: Terminal) -> None:
    terminal.hang_up()
    terminal.process.wait(10)


def test_idle_costs_nothing(terminal: Terminal) -> None:
    def ticks() -> int:
        with open(f"/proc/{terminal.process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    time.sleep(0.5)
    terminal.look()
    before = ticks()
    time.sleep(2)
    assert ticks() - before <= 4

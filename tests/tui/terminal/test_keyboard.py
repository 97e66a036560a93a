"""What a program reads for every key of a keyboard is what it reads in tmux."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.terminal import keyboard
from tests.tui.terminal.keyboard import Press, presses, sent
from tests.tui.terminal.operator_terminal import Terminal

DELIMITER = "§".encode()
READER = """\
import os, sys, tty
tty.setraw(0)
os.write(1, sys.argv[2].encode().decode("unicode_escape").encode() + b"ready")
log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
while data := os.read(0, 65536):
    os.write(log, data)
"""
MODES = {"as it starts": "", "application keys": r"\x1b[?1h\x1b="}
SCREEN_KEYS = {b"\x1b[H": b"\x1b[1~", b"\x1bOH": b"\x1b[1~", b"\x1b[F": b"\x1b[4~", b"\x1bOF": b"\x1b[4~"}
"""Home and end in a container are xterm's, as its TERM says; in tmux they are those of `screen`."""


class Reader:
    """A program under a terminal that writes down what it reads."""

    def __init__(self, log: Path, terminal: Terminal, escape_key: bytes = b"") -> None:
        self._log = log
        self._escape_key = escape_key
        self._terminal = terminal
        self._taken = 0

    def start(self) -> None:
        self._terminal.wait(lambda text: "ready" in text)
        # What is typed before all listen is lost; from the first that is read on nothing is.
        for turn in range(400):
            self._terminal.type(f"<{turn}>".encode())
            if read := self._wait_for(0.1):
                break
        else:
            raise AssertionError("nothing is read")
        deadline = time.monotonic() + 40
        while not read.endswith(f"<{turn}>".encode()):
            assert time.monotonic() < deadline, read
            read += self._wait_for(1)

    def sent(self, press: Press) -> bytes:
        """What the operator's terminal sends, as it is now."""
        return sent(press, self._terminal.emulator.modes)

    def press(self, press: Press) -> bytes:
        """What the program reads for one press; of the escape key, for two."""
        data = self.sent(press)
        self._terminal.type(data * 2 if data == self._escape_key else data)
        read = self._wait_for(2) if data else b""
        self._terminal.type(DELIMITER)
        deadline = time.monotonic() + 40
        while not read.endswith(DELIMITER):
            assert time.monotonic() < deadline, (str(press), read)
            read += self._wait_for(1)
        return read.removesuffix(DELIMITER)

    def _wait_for(self, seconds: float) -> bytes:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._terminal.look()
            with contextlib.suppress(FileNotFoundError), self._log.open("rb") as file:
                file.seek(self._taken)
                if data := file.read():
                    self._taken += len(data)
                    return data
        return b""


@pytest.fixture(params=MODES)
def readers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Reader, Reader]]:
    """A reader in the pane and one in tmux."""
    modes = MODES[request.param]
    program = [sys.executable, "-c", READER]
    pane = Terminal(*program, str(tmp_path / "pane"), modes)
    (tmp_path / "conf").write_text("set -g status off\nset -g prefix None\nunbind -a -T root\nset -s escape-time 5\n")
    tmux = ["tmux", "-u", "-S", str(tmp_path / "socket"), "-f", str(tmp_path / "conf")]
    other = Terminal(argv=[*tmux, "new-session", *program, str(tmp_path / "tmux"), modes])
    try:
        pair = Reader(tmp_path / "pane", pane, escape_key=b"\x1d"), Reader(tmp_path / "tmux", other)
        for reader in pair:
            reader.start()
        yield pair
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, capture_output=True, timeout=20)
        pane.close()
        other.close()


def test_the_keyboard_has_104_keys() -> None:
    assert len(set(keyboard.KEYS)) == len(keyboard.KEYS) == 104


def test_every_key_with_every_modifier(readers: tuple[Reader, Reader]) -> None:
    pane, tmux = readers
    differing = []
    done: set[tuple[bytes, bytes]] = set()
    for press in presses():
        both = pane.sent(press), tmux.sent(press)
        if both in done or both == (b"", b""):
            continue
        done.add(both)
        ours, theirs = pane.press(press), tmux.press(press)
        if ours != theirs and SCREEN_KEYS.get(ours) != theirs:
            differing.append(f"{press}: {ours!r}, in tmux {theirs!r}")
    assert len(done) > 350
    assert not differing, "\n".join(differing)

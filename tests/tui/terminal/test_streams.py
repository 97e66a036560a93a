"""What recorded programs printed looks in the emulator as it does in tmux, cell for cell."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.terminal.cells import Cell, captured, emulated
from tests.tui.terminal.conftest import wait_for
from tui.terminal.emulator import Emulator

STREAMS = Path(__file__).parent / "streams"
DRAWING_TRIES = 40
PIECES = (1, 7, 4096)
"""Sizes in which a stream is handed to the emulator, in turn: nothing may depend on how it is cut."""


class TmuxScreen:
    """A pane of a private tmux which shows what is written to it.

    Its client is drawn in a second tmux, and that one is looked at: tmux 3.3 captures no cell that was only erased,
    with whatever colour; its client, told that erasing does not colour, draws such cells as blanks.
    """

    def __init__(self, folder: Path, columns: int, rows: int) -> None:
        self._folder = folder
        self._pipe = folder / "output"
        self._marks = 0
        os.mkfifo(self._pipe)
        (folder / "outer.conf").write_text("set -g status off\nset -s default-terminal screen-256color\n")
        (folder / "inner.conf").write_text(
            "set -g status off\n"
            "set -g terminal-features '*:RGB:256:usstyle:overline:strikethrough:title'\n"
            "set -g terminal-overrides '*:invis=\\E[8m'\n"
            f"set -g default-command \"stty raw -echo; exec cat '{self._pipe}'\"\n"
        )
        inner = f"exec tmux -u -S '{folder}/inner' -f '{folder}/inner.conf' new-session"
        size = ("-x", str(columns), "-y", str(rows))
        self._tmux("outer", "-f", str(folder / "outer.conf"), "new-session", "-d", *size, inner)
        self._file = open(self._pipe, "wb", buffering=0)  # noqa: SIM115

    def _tmux(self, server: str, *arguments: str) -> str:
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "SHELL": "/bin/sh"}
        argv = ["tmux", "-u", "-S", str(self._folder / server), *arguments]
        return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=20, env=environment).stdout

    def feed(self, data: bytes) -> None:
        """Show these bytes, which end outside of a sequence; back when they are taken."""
        self._marks += 1
        self._file.write(data + b"\x1b]2;mark %d\x07" % self._marks)
        wait_for(lambda: self._tmux("inner", "display", "-p", "#{pane_title}").strip() == f"mark {self._marks}")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size; back when the pane has it."""
        self._tmux("outer", "resize-window", "-x", str(columns), "-y", str(rows))
        size = f"{columns} {rows}"
        wait_for(lambda: self._tmux("inner", "display", "-p", "#{pane_width} #{pane_height}").strip() == size)

    def cells(self, columns: int, rows: int) -> list[list[Cell]]:
        """What is drawn by now."""
        return captured(self._tmux("outer", "capture-pane", "-epN"), columns, rows)

    def cursor(self) -> tuple[int, int]:
        column, row = self._tmux("inner", "display", "-p", "#{cursor_x} #{cursor_y}").split()
        return int(column), int(row)

    def close(self) -> None:
        self._file.close()
        for server in ("inner", "outer"):
            with contextlib.suppress(subprocess.CalledProcessError):  # it ended with its last pane
                self._tmux(server, "kill-server")


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[TmuxScreen]:
    made = TmuxScreen(tmp_path, 80, 24)
    yield made
    made.close()


def differences(ours: list[list[Cell]], theirs: list[list[Cell]]) -> list[str]:
    return [
        f"row {y} column {x}: {mine} but in tmux {other}"
        for y, (my_row, other_row) in enumerate(zip(ours, theirs, strict=True))
        for x, (mine, other) in enumerate(zip(my_row, other_row, strict=True))
        if mine != other
    ]


def differences_when_drawn(mine: list[list[Cell]], screen: TmuxScreen, columns: int, rows: int) -> list[str]:
    """What differs still when tmux has had its time to draw."""
    found: list[str] = []
    for _ in range(DRAWING_TRIES):
        found = differences(mine, screen.cells(columns, rows))
        if not found:
            break
        time.sleep(0.05)
    return found


def test_every_program_is_recorded() -> None:
    assert {stream.stem for stream in STREAMS.iterdir()} == {
        "vim",
        "htop",
        "less",
        "tmux",
        "mc",
        "nano",
        "fzf",
        "dialog",
        "btop",
        "shell",
        "styles",
    }


@pytest.mark.parametrize("stream", sorted(STREAMS.iterdir()), ids=lambda stream: stream.stem)
def test_no_cell_differs_from_tmux(stream: Path, screen: TmuxScreen) -> None:
    header, *events = [json.loads(line) for line in stream.read_text().splitlines()]
    columns, rows = header["width"], header["height"]
    emulator = Emulator(columns, rows)
    pending = b""
    marks = 0

    def show() -> None:
        nonlocal pending
        size = PIECES[marks % len(PIECES)]
        for start in range(0, len(pending), size):
            emulator.feed(pending[start : start + size])
        screen.feed(pending)
        pending = b""

    for _, kind, text in events:
        if kind == "o":
            pending += text.encode()
        elif kind == "r":
            show()
            columns, rows = (int(number) for number in text.split("x"))
            emulator.resize(columns, rows)
            screen.resize(columns, rows)
        else:
            show()
            marks += 1
            mine = emulated(emulator.all_rows(), columns)
            found = differences_when_drawn(mine, screen, columns, rows)
            assert not found, f"mark {marks}, {len(found)} cells:\n" + "\n".join(found[:20])
            assert emulator.cursor == screen.cursor(), f"mark {marks}"
    assert marks

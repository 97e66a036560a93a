"""What is on the screen before Textual is: the same rows in the same places, and a terminal that is given back."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import termios
from pathlib import Path
from typing import cast

import pytest
from rich.cells import cell_len

from core.engine import Engine
from core.model.state import Status
from tests.core.cli.fake_engine import picture
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import SIZE, lines, until_shown
from tui.app import WharfApp
from tui.bridge import Bridge
from tui.configuration.loading import parse
from tui.configuration.schema import DEFAULT
from tui.first_frame import FirstRead, table

PROJECT = Path(__file__).resolve().parents[2]
PROGRAM = """
import os, signal, sys
from core.model.state import Status
from tui.configuration.loading import parse
from tui.configuration.schema import DEFAULT
from tui.first_frame import FirstFrame
before = {name.partition(".")[0] for name in sys.modules}
from tests.core.cli.fake_engine import picture
with FirstFrame(DEFAULT, ascii_only=True) as frame:
    frame.draw([picture("web")])
    if sys.argv[1] == "hand over":
        frame.hand_over()
    elif sys.argv[1] == "end":
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()
    elif sys.argv[1] == "type":
        print(b"".join(os.read(0, 1) for _ in range(3)))
    print("loaded" if "textual" in before else "not loaded")
"""
MOST = 1 << 16
PATIENCE = 60.0


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


async def test_the_rows_stand_where_the_screen_has_them(fake: FakeEngine, app: WharfApp) -> None:
    for number in range(40):
        fake.add(f"box-{number}", Status.EXITED, exit_code=number, finished_at=1.0)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "box-5", "(5)")
        shown = lines(app)[2:]
    first = [plain(line) for line in table(fake.containers(), DEFAULT, SIZE[0], 10)]
    assert len(first) == 10
    # The screen has a scrollbar behind them.
    assert first == [line[: cell_len(first[0])] for line in shown[:10]]


def test_columns_of_ones_own_have_their_room() -> None:
    configuration, _ = parse('[[columns]]\ntitle = "TEAM"\npath = ".Config.Labels.team"')
    head, row = map(plain, table([picture("web")], configuration, 160, 5))
    assert "TEAM" in head and row[head.index("TEAM")] == "…"


def test_what_a_container_says_draws_nothing_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    hostile = picture("web", command=("\x1b[2J\r\n\x9b1m", "漢字" * 80))
    for line in table([hostile], DEFAULT, 80, 5):
        assert "\x1b" not in line and line.isprintable()
        assert cell_len(line) <= 80


async def test_rows_that_were_read_before_are_shown_and_old_ones_read_again(fake: FakeEngine) -> None:
    fake.add("web")
    bridge = Bridge(cast(Engine, fake), first=FirstRead(fake.last_sequence(), [picture("early")]))
    async with WharfApp(bridge).run_test(size=SIZE) as pilot:
        await until_shown(pilot, "early")
    bridge.close()
    bridge = Bridge(cast(Engine, fake), first=FirstRead(fake.last_sequence() - 1, [picture("early")]))
    async with WharfApp(bridge).run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
    bridge.close()


@pytest.mark.parametrize(
    ("what", "code", "is_left", "said"),
    [
        ("end", 128 + signal.SIGTERM, False, ""),
        ("leave", 0, False, "not loaded\n"),
        ("hand over", 0, True, "not loaded\n"),
        # What is typed ahead is not edited by the terminal, nor does it stop the program.
        ("type", 0, False, "b'\\x7f\\r\\x1a'\nnot loaded\n"),
    ],
)
def test_the_terminal_is_given_back(what: str, code: int, said: str, *, is_left: bool) -> None:
    master, slave = os.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    modes = termios.tcgetattr(slave)
    argv = ["setsid", "--ctty", sys.executable, "-c", PROGRAM, what]
    with subprocess.Popen(argv, stdin=slave, stderr=slave, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as program:
        written = b""
        while b"web" not in written and select.select([master], [], [], PATIENCE)[0]:
            written += os.read(master, MOST)
        if what == "type":
            os.write(master, b"\x7f\r\x1a")
        output, _ = program.communicate(timeout=PATIENCE)
    after = termios.tcgetattr(slave)
    os.set_blocking(master, False)
    with contextlib.suppress(BlockingIOError):
        written += os.read(master, MOST)
    os.close(slave)
    os.close(master)
    assert after == modes
    assert (program.returncode, output) == (code, said)
    assert written.startswith(b"\x1b[?1049h")
    assert written.endswith(b"\x1b[?1049l\x1b[?25h") is not is_left


def test_a_terminal_that_has_gone_is_no_failure() -> None:
    master, slave = os.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    program_of_hangup = PROGRAM.replace("os.kill(os.getpid(), signal.SIGTERM)", "pass")
    argv = ["setsid", "--ctty", sys.executable, "-c", program_of_hangup, "end"]
    with subprocess.Popen(argv, stdin=slave, stderr=slave, stdout=subprocess.PIPE, cwd=PROJECT) as program:
        os.close(slave)
        written = b""
        while b"web" not in written and select.select([master], [], [], PATIENCE)[0]:
            written += os.read(master, MOST)
        os.close(master)
        program.communicate(timeout=PATIENCE)
    assert program.returncode == 128 + signal.SIGHUP

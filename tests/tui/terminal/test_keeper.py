"""The keeper with real processes behind it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.terminal.conftest import MakeAttach, SpawnShell, wait_for
from tui.terminal.frame import Frame
from tui.terminal.keeper_client import take_snapshot
from tui.terminal.keeper_process import KeeperProcess, start_keeper
from tui.terminal.keeper_protocol import (
    HELLO,
    Ended,
    Input,
    Open,
    Resize,
    ScreenInbox,
    ToKeeper,
    ToScreen,
    WantFrame,
    encode,
)
from tui.terminal.source import ConsoleSource


class Screen:
    """The screen's side, in blocking calls."""

    def __init__(self, source: ConsoleSource, columns: int = 80, rows: int = 24) -> None:
        self.keeper: KeeperProcess = start_keeper()
        self.keeper.socket.settimeout(10)
        self._inbox = ScreenInbox()
        self.rows: dict[int, str] = {}
        self.ended = False
        self.frame: Frame | None = None
        socket.send_fds(self.keeper.socket, [HELLO], [source.fileno])
        self.say(Open(source.kind, columns, rows, source.terminal, *take_snapshot(source)), WantFrame(True))

    def say(self, *messages: ToKeeper) -> None:
        self.keeper.socket.sendall(b"".join(encode(message) for message in messages))

    def hear(self) -> list[ToScreen]:
        while True:
            data = self.keeper.socket.recv(1 << 20)
            assert data, "the keeper ended"
            if messages := self._inbox.feed(data):
                return messages

    def wait(self, condition: Callable[[], bool]) -> None:
        """Take frames until something holds."""
        end = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < end, self.text
            for message in self.hear():
                match message:
                    case Frame():
                        self.frame = message
                        self.rows |= {row.y: "".join(run.text for run in row.runs) for row in message.changed}
                        self.say(WantFrame())
                    case Ended():
                        self.ended = True

    @property
    def text(self) -> str:
        return "\n".join(self.rows[y].rstrip() for y in sorted(self.rows))


@pytest.fixture
def watch(request: pytest.FixtureRequest) -> Callable[..., Screen]:
    def make(source: ConsoleSource, *size: int) -> Screen:
        screen = Screen(source, *size)
        request.addfinalizer(screen.keeper.end)
        return screen

    return make


Watch = Callable[..., Screen]


def test_a_shell_is_shown_and_typed_to(spawn: SpawnShell, watch: Watch) -> None:
    screen = watch(spawn("sh"))
    screen.wait(lambda: "ready>" in screen.text)
    screen.say(Input(b"echo $((40 + 2))\r"))
    screen.wait(lambda: "\n42" in screen.text)


def test_it_has_no_privileges(spawn: SpawnShell, watch: Watch) -> None:
    screen = watch(spawn("sh"))
    screen.wait(lambda: "ready>" in screen.text)
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{screen.keeper.pid}/status").read_text().splitlines() if ":" in line
    )
    assert "0" not in status["Uid"].split() and "0" not in status["Gid"].split()
    assert status["Groups"].split() == []
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
    assert status["NoNewPrivs"].strip() == "1"
    limits = Path(f"/proc/{screen.keeper.pid}/limits").read_text()
    rows = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert (rows["Max processes"], rows["Max core file size"], rows["Max file size"]) == ("0", "0", "0")
    assert int(rows["Max address space"]) <= 1 << 30
    assert os.getsid(screen.keeper.pid) == screen.keeper.pid


def test_it_loads_no_textual_and_no_engine() -> None:
    ask = "import sys, tui.terminal.keeper; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    assert "pyghostty" in loaded
    assert not {"textual", "rich", "core", "sqlite3", "asyncio"} & set(loaded)


def test_queries_of_the_program_are_answered(spawn: SpawnShell, watch: Watch) -> None:
    screen = watch(spawn("bash", "-c", r"stty raw -echo; printf 'ab\033[6n'; IFS= read -rd R x; printf '%q' \"$x\""))
    screen.wait(lambda: "[1\\;3" in screen.text or "[1;3" in screen.text)


def test_the_container_is_drained_while_the_screen_is_away(make_attach: MakeAttach, watch: Watch) -> None:
    source, monitor = make_attach()
    screen = watch(source)
    monitor.settimeout(10)
    packet = b"\x02" + b"0123456789abcde\n" * 512
    started = time.monotonic()
    for _ in range(5000):
        monitor.send(packet)
    assert time.monotonic() - started < 9
    monitor.send(b"\x02\r\nlast line")
    screen.wait(lambda: "last line" in screen.text)


def test_what_is_in_the_log_is_not_shown_twice(make_attach: MakeAttach, watch: Watch) -> None:
    log = bytearray(b"one\r\ntwo\r\n")
    source, monitor = make_attach(log)
    for piece in (b"three\r\n", b"\x1b[6nfour\r\n"):
        log += piece
        monitor.send(b"\x02" + piece)
    screen = watch(source)
    monitor.send(b"\x02five\r\n")
    screen.wait(lambda: "five" in screen.text)
    assert screen.text.split() == ["one", "two", "three", "four", "five"]
    monitor.settimeout(0.2)
    with pytest.raises(TimeoutError):
        monitor.recv(100)


def test_input_goes_in_small_packets(make_attach: MakeAttach, watch: Watch) -> None:
    source, monitor = make_attach()
    screen = watch(source)
    screen.say(Input(b"x" * 100_000))
    received = b""
    monitor.settimeout(10)
    while len(received) < 100_000:
        packet = monitor.recv(1 << 20)
        assert 0 < len(packet) <= 8192
        received += packet


def test_the_size_follows(spawn: SpawnShell, watch: Watch) -> None:
    source = spawn("sh")
    screen = watch(source)
    screen.wait(lambda: "ready>" in screen.text)
    screen.say(Resize(100, 30))
    source.resize(100, 30)
    screen.say(Input(b"stty size\r"))
    screen.wait(lambda: "30 100" in screen.text)
    assert screen.frame is not None and (screen.frame.columns, screen.frame.rows) == (100, 30)


def test_the_end_comes_after_the_last_frame(spawn: SpawnShell, watch: Watch) -> None:
    screen = watch(spawn("sh", "-c", "echo farewell; exit 3"))
    screen.wait(lambda: screen.ended)
    assert "farewell" in screen.text


def test_it_ends_with_the_screen(spawn: SpawnShell, watch: Watch) -> None:
    screen = watch(spawn("sh"))
    screen.wait(lambda: "ready>" in screen.text)
    screen.keeper.socket.close()
    wait_for(lambda: screen.keeper.process.poll() is not None, seconds=5)


def test_synchronized_output_is_shown_whole(make_attach: MakeAttach, watch: Watch) -> None:
    source, monitor = make_attach()
    screen = watch(source)
    screen.wait(lambda: len(screen.rows) == 24)
    monitor.send(b"\x02\x1b[?2026hhalf")
    time.sleep(0.03)
    monitor.send(b"\x02 whole\x1b[?2026l")
    screen.wait(lambda: "half" in screen.text)
    assert "half whole" in screen.text
    monitor.send(b"\x02\x1b[?2026h stuck")
    screen.wait(lambda: "stuck" in screen.text)

"""The console of a real container while what shows it is stopped, killed, or comes late."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.console.log import ReplayBegin
from core.container import Container
from core.engine import Engine
from core.model.state import Status
from tests.terminal import Terminal
from tests.worksite import Worksite, eventually, installed_command, make
from tui.bridge.console_sources import attached

pytestmark = pytest.mark.usefixtures("demo_image")

Open = Callable[..., tuple[Terminal, int]]
MEGABYTES = 500


@pytest.fixture
def console(worksite: Worksite) -> Iterator[Open]:
    """Opens the screen on the console of the only container; the terminal, and the PID of the screen."""
    terminals: list[Terminal] = []

    def open_one(*options: str) -> tuple[Terminal, int]:
        folder = worksite.folder / f"terminal{len(terminals)}"
        folder.mkdir()
        terminals.append(Terminal(folder, [*installed_command(), *worksite.global_options, *options]))
        terminals[-1].wait_for("STATE", "it")
        terminals[-1].type("a")
        terminals[-1].wait_for(" d detach")
        # A child of it has its command line, too, until it executes what it is for; the screen is the oldest.
        pid = min((pid for pid in worksite.processes() if is_screen(pid)), key=started_at)
        return terminals[-1], pid

    yield open_one
    for terminal in terminals:
        terminal.close()


def is_screen(pid: int) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return words[1:3] == [b"-m", b"tui"] and b"cleanup" not in words


def started_at(pid: int) -> int:
    """Clock ticks since boot."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def keepers(screen: int) -> list[int]:
    """The keepers of a screen, the one in stock among them."""
    found: list[int] = []
    for thread in Path(f"/proc/{screen}/task").iterdir():
        with suppress(OSError):
            for child in map(int, (thread / "children").read_text().split()):
                with suppress(OSError):
                    if b"tui.terminal.keeper" in Path(f"/proc/{child}/cmdline").read_bytes():
                        found.append(child)
    return found


def begin(engine: Engine, script: str, **options: object) -> Container:
    container = make(engine, "sh", "-c", script, name="it", terminal=True, stdin_open=True, **options)
    container.start()
    return container


def test_a_container_prints_500_mb_while_the_screen_is_stopped(engine: Engine, console: Open) -> None:
    print_all = f"head -c {MEGABYTES}000000 /dev/zero | tr '\\0' x; echo; echo all-of-it-is-printed"
    container = begin(engine, f"echo ready; until [ -e /go ]; do sleep 0.1; done; {print_all}; touch /done; sleep 1000")
    terminal, screen = console()
    terminal.wait_for("ready")
    os.kill(screen, signal.SIGSTOP)
    root = Path(container.snapshot().mount_point)
    (root / "go").touch()
    for _ in eventually(120):
        if (root / "done").exists():
            break
    state = Path(f"/proc/{screen}/stat").read_text().rpartition(")")[2].split()[0]
    assert state == "T", "the screen must have been stopped all the time"
    os.kill(screen, signal.SIGCONT)
    terminal.wait_for("all-of-it-is-printed")


def counted(file: Path) -> int:
    """The number in a file that a shell empties before it writes."""
    for _ in eventually(pause=0.001):
        if file.exists() and (word := file.read_text().strip()):
            return int(word)
    raise AssertionError


def lines_shown(terminal: Terminal) -> list[int]:
    """The numbers of the lines in the pane."""
    return [int(line.split("line ")[1].split()[0]) for line in terminal.screen().splitlines() if "│line " in line]


def test_a_killed_keeper_costs_the_container_nothing(engine: Engine, console: Open) -> None:
    count = "n=$((n+1)); echo line $n; echo $n >/count; sleep 0.01"
    script = f"n=0; until [ -e /limit ] && read limit </limit && [ $n -ge $limit ]; do {count}; done; sleep 1000"
    container = begin(engine, script)
    terminal, screen = console()
    root = Path(container.snapshot().mount_point)
    terminal.wait_for("line ")
    for pid in keepers(screen):
        os.kill(pid, signal.SIGKILL)
    at_the_kill = counted(root / "count")
    last = at_the_kill + 25
    (root / "limit.new").write_text(f"{last}\n")
    (root / "limit.new").rename(root / "limit")
    for _ in eventually():
        if (number := counted(root / "count")) >= last and f"line {number}\r\n".encode() in container.replay():
            break
    terminal.wait_for(f"│line {number} ")
    printed = [int(line.split()[1]) for line in container.replay().decode().split("\r\n") if line.startswith("line ")]
    assert printed == list(range(printed[0], printed[-1] + 1))
    shown = lines_shown(terminal)
    assert shown and shown == list(range(shown[0], shown[0] + len(shown)))
    assert container.snapshot().status is Status.RUNNING


def test_a_replay_says_what_is_missing_above_it(engine: Engine) -> None:
    lines = "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo a line that fills the log $i; done"
    container = begin(engine, f"{lines}; sleep 0.1; echo the last; sleep 1000", log_size_max=65536)
    for _ in eventually():
        if b"the last" in container.replay():
            break
    assert container.replay_begin() is ReplayBegin.ROTATED
    assert container.replay_begin(limit=10) is ReplayBegin.CUT
    source = attached(container)
    try:
        assert "begun anew" in source.replay().decode().splitlines()[0]
    finally:
        source.close()
    container.restart(0)
    assert container.replay_begin() in (ReplayBegin.WHOLE, ReplayBegin.ROTATED)


def test_a_short_log_is_replayed_whole(engine: Engine) -> None:
    container = begin(engine, "echo hello; sleep 1000")
    for _ in eventually():
        if b"hello" in container.replay():
            break
    assert container.replay_begin() is ReplayBegin.WHOLE
    assert attached(container).replay() == b"hello\r\n"


def test_other_keys_may_lead_out_of_a_console(engine: Engine, console: Open) -> None:
    begin(engine, "stty raw echo echoctl; echo here; sleep 1000")
    terminal, _ = console("--escape-key", "ctrl+a", "--detach-keys", "ctrl-x,x")
    terminal.wait_for("here", "ctrl+a d")
    terminal.press("C-]", "C-p", "C-q")
    terminal.wait_for("^]^P^Q")
    terminal.press("C-a", "C-a")
    terminal.wait_for("^]^P^Q^A")
    terminal.press("C-x", "x")
    terminal.wait_for("STATE", without=["^]^P^Q"])


def test_a_wrong_escape_key_is_refused(worksite: Worksite) -> None:
    argv = [*installed_command(), *worksite.global_options, "--escape-key", "ctrl+m"]
    with Terminal(worksite.folder, argv) as terminal:
        terminal.wait_for("the escape key must be", "[ended 125]")

"""`wharf attach`, `run -it`, `exec -it` and `start -ai` in a real terminal, which is as before when they are over."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.engine import Engine
from core.model.state import Status
from tests.terminal import Terminal
from tests.worksite import DEMO, Worksite, installed_command, run, status_of

pytestmark = pytest.mark.usefixtures("demo_image")

Open = Callable[..., Terminal]


@pytest.fixture
def terminal(worksite: Worksite) -> Iterator[Open]:
    """Opens a terminal with a `wharf` subcommand in it."""
    opened: list[Terminal] = []

    def open_one(*arguments: str, columns: int = 100, rows: int = 30) -> Terminal:
        folder = worksite.folder / f"terminal{len(opened)}"
        folder.mkdir()
        argv = [*installed_command(), *worksite.global_options, *arguments]
        opened.append(Terminal(folder, argv, columns=columns, rows=rows))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def process_of(worksite: Worksite, *words: str) -> int:
    """The `wharf` process with these words in its command line."""
    for pid in worksite.processes():
        with contextlib.suppress(OSError):
            line = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if line[0] == os.fsencode(sys.executable) and all(word.encode() in line for word in words):
                return pid
    raise AssertionError(f"no process with {words}")


def test_run_with_a_terminal(engine: Engine, terminal: Open) -> None:
    shell = terminal("run", "-it", "--name", "it", DEMO, "sh")
    shell.wait_for("#")
    shell.type("stty size; tty; echo sum-$((40+2))\n")
    shell.wait_for("30 100", "/dev/pts", "sum-42")
    shell.resize(90, 25)
    shell.type("stty size\n")
    shell.wait_for("25 90")
    shell.type("exit 7\n")
    shell.wait_for_end(7)
    assert engine.lookup("it").snapshot().exit_code == 7


def test_the_first_instruction_sees_the_size(terminal: Open) -> None:
    sizes = terminal("run", "-it", "--rm", DEMO, "stty", "size", columns=77, rows=22)
    sizes.wait_for("22 77")
    sizes.wait_for_end(0)


def test_detach_and_attach_again(engine: Engine, terminal: Open) -> None:
    first = terminal("run", "-it", "--name", "it", DEMO, "sh")
    first.wait_for("#")
    first.type("marker=kept\n")
    first.press("C-p", "C-q")
    first.wait_for_end(0)
    assert status_of(engine, "it") is Status.RUNNING
    second = terminal("attach", "it")
    second.type("\necho $marker-again\n")
    second.wait_for("kept-again")
    second.press("C-p")
    second.type("echo not-swallowed\n")
    second.wait_for("not-swallowed")
    second.type("exit 3\n")
    second.wait_for_end(3)


def test_detach_keys_of_ones_own(engine: Engine, terminal: Open) -> None:
    run(engine, "sh", name="it", terminal=True, stdin_open=True)
    session = terminal("attach", "--detach-keys", "ctrl-x,x", "it")
    session.type("\n")
    session.wait_for("#")
    session.press("C-x", "x")
    session.wait_for_end(0)
    assert status_of(engine, "it") is Status.RUNNING


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was(
    engine: Engine, terminal: Open, worksite: Worksite, signum: signal.Signals
) -> None:
    run(engine, "sh", name="it", terminal=True, stdin_open=True)
    session = terminal("attach", "it")
    session.type("\n")
    session.wait_for("#")
    os.kill(process_of(worksite, "attach", "it"), signum)
    shown = session.wait_for("[ended ")
    assert "[ended 0]" not in shown
    session.assert_terminal_is_restored()
    assert status_of(engine, "it") is Status.RUNNING


def test_the_end_of_the_container_ends_the_session(engine: Engine, terminal: Open) -> None:
    container = run(engine, "sh", name="it", terminal=True, stdin_open=True)
    session = terminal("attach", "it")
    session.type("\n")
    session.wait_for("#")
    container.kill("KILL")
    session.wait_for_end(137)


def test_exec_with_a_terminal(engine: Engine, terminal: Open) -> None:
    run(engine, "sleep", "1000", name="host")
    session = terminal("exec", "-it", "host", "sh")
    session.wait_for("#")
    session.type("stty size; echo in-$HOSTNAME; exit 6\n")
    session.wait_for("30 100")
    session.wait_for_end(6)
    assert status_of(engine, "host") is Status.RUNNING


def test_a_program_for_a_whole_screen(engine: Engine, terminal: Open) -> None:
    session = terminal("run", "-it", "--rm", DEMO, "vi", "/etc/passwd")
    session.wait_for("root:x:0:0")
    session.type("ityped ")
    session.wait_for("typed root:x:0:0")
    session.press("Escape")
    session.wait_for("- /etc/passwd")
    session.type(":q!\n")
    session.wait_for_end(0)


def test_start_and_attach(engine: Engine, terminal: Open) -> None:
    container = run(engine, "sh", "-c", "echo begun; read x; exit 5", name="it", terminal=True, stdin_open=True)
    container.kill("KILL")
    container.wait(60)
    session = terminal("start", "-ai", "it")
    session.wait_for("begun")
    session.type("\n")
    session.wait_for_end(5)

"""run, start, attach and exec with real containers, from an operator's terminal and from a script."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import ptyprocess
import pytest

from core.engine import Engine
from core.errors import NoSuchContainer
from core.model.state import Status
from tests.worksite import DEMO, Worksite, environment, eventually, installed_command, run, status_of

pytestmark = pytest.mark.usefixtures("demo_image")

Wharf = Callable[..., "subprocess.CompletedProcess[str]"]
PATIENCE = 60.0
COUNTS_INTERRUPTS = "trap 'echo got; exit 4' INT; echo up; while :; do sleep 0.05; done"
HOLDER = """
import os, subprocess, sys, termios
before = termios.tcgetattr(0)
child = subprocess.Popen(sys.argv[1:])
print("pid", child.pid, flush=True)
code = child.wait()
print("same" if termios.tcgetattr(0) == before else "changed", code, flush=True)
"""
"""Runs a program in its own terminal, and tells whether that is as before."""


class Terminal:
    """A program on a terminal of 33 rows and 101 columns."""

    def __init__(self, argv: list[str]) -> None:
        self.process = ptyprocess.PtyProcess.spawn(argv, dimensions=(33, 101), env=environment())
        self.text = ""

    def expect(self, pattern: str) -> re.Match[str]:
        """Read until `pattern` comes; what is before it is forgotten."""
        deadline = time.monotonic() + PATIENCE
        while (found := re.search(pattern, self.text)) is None:
            assert time.monotonic() < deadline, f"{pattern!r} is not in {self.text!r}"
            if select.select([self.process.fd], [], [], 0.2)[0]:
                try:
                    data = os.read(self.process.fd, 65536)
                except OSError:
                    data = b""
                assert data, f"{pattern!r} is not in {self.text!r}"
                self.text += data.decode(errors="replace")
        self.text = self.text[found.end() :]
        return found

    def type(self, text: str) -> None:
        self.process.write(text.encode())

    def end(self) -> int:
        """The exit code, once it has ended."""
        deadline = time.monotonic() + PATIENCE
        while self.process.isalive():
            assert time.monotonic() < deadline, self.text
            if select.select([self.process.fd], [], [], 0.05)[0]:
                try:
                    self.text += os.read(self.process.fd, 65536).decode(errors="replace")
                except OSError:
                    time.sleep(0.02)
        return int(self.process.exitstatus)


@pytest.fixture
def on_terminal(worksite: Worksite) -> Iterator[Callable[..., Terminal]]:
    """Starts the real command on a terminal: `on_terminal("attach", "x")`."""
    opened: list[Terminal] = []

    def start(*arguments: str, holder: bool = False) -> Terminal:
        argv = [*installed_command(), *worksite.global_options, *arguments]
        opened.append(Terminal([sys.executable, "-c", HOLDER, *argv] if holder else argv))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.process.close(force=True)


OnTerminal = Callable[..., Terminal]


def test_run_on_a_terminal(on_terminal: OnTerminal, engine: Engine) -> None:
    terminal = on_terminal("run", "-it", "--name", "x", DEMO, "sh", holder=True)
    terminal.expect("# ")
    terminal.type("stty size\n")
    terminal.expect("33 101")
    terminal.process.setwinsize(20, 70)
    for _ in eventually():
        terminal.type("stty size\n")
        time.sleep(0.2)
        if select.select([terminal.process.fd], [], [], 0.2)[0]:
            terminal.text += os.read(terminal.process.fd, 65536).decode(errors="replace")
        if "20 70" in terminal.text:
            break
    terminal.type("exit 5\n")
    terminal.expect("same 5")
    assert terminal.end() == 0
    assert status_of(engine, "x") is Status.EXITED


def test_the_size_is_there_before_the_start(on_terminal: OnTerminal) -> None:
    terminal = on_terminal("run", "-it", "--rm", DEMO, "stty", "size")
    terminal.expect("33 101")
    assert terminal.end() == 0
    watched = on_terminal("run", "-t", "--rm", DEMO, "stty", "size")
    watched.expect("33 101")
    assert watched.end() == 0


def test_detach_and_attach(on_terminal: OnTerminal, engine: Engine) -> None:
    terminal = on_terminal("run", "-it", "--name", "x", DEMO, "sh", holder=True)
    terminal.expect("# ")
    terminal.type("\x10\x11")
    terminal.expect("same 0")
    assert status_of(engine, "x") is Status.RUNNING
    again = on_terminal("attach", "--detach-keys", "ctrl-x", "x")
    again.type("echo $((6 * 7))\n")
    again.expect(r"\b42\b")
    again.type("\x18")
    assert again.end() == 0
    last = on_terminal("attach", "x")
    last.type("exit 6\n")
    assert last.end() == 6


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_killed_session_leaves_the_terminal_as_it_was(
    on_terminal: OnTerminal, engine: Engine, number: signal.Signals
) -> None:
    run(engine, "cat", name="x", terminal=True, stdin_open=True)
    terminal = on_terminal("attach", "x", holder=True)
    pid = int(terminal.expect(r"pid (\d+)")[1])
    # Typed before the session has the terminal, it is echoed once; the container's answer comes behind.
    terminal.type("hello\n")
    terminal.expect(r"hello\r+\nhello")
    os.kill(pid, number)
    terminal.expect(f"same {128 + number}")
    assert status_of(engine, "x") is Status.RUNNING


def test_start_with_the_console_here(on_terminal: OnTerminal, wharf: Wharf, engine: Engine) -> None:
    assert wharf("create", "-it", "--name", "x", DEMO, "sh", "-c", 'read line; echo "<$line>"; exit 3').returncode == 0
    terminal = on_terminal("start", "-ai", "x")
    terminal.type("word\n")
    terminal.expect("<word>")
    assert terminal.end() == 3
    again = on_terminal("start", "--attach", "-i", "x")
    again.type("more\n")
    again.expect("<more>")
    assert again.end() == 3


def test_interrupts_go_to_the_container(on_terminal: OnTerminal) -> None:
    terminal = on_terminal("run", "--rm", DEMO, "sh", "-c", COUNTS_INTERRUPTS)
    terminal.expect("up")
    terminal.type("\x03")
    terminal.expect("got")
    assert terminal.end() == 4


def test_interrupts_go_to_the_exec(on_terminal: OnTerminal, engine: Engine) -> None:
    run(engine, "sleep", "1000", name="x")
    terminal = on_terminal("exec", "x", "sh", "-c", COUNTS_INTERRUPTS)
    terminal.expect("up")
    terminal.type("\x03")
    terminal.expect("got")
    assert terminal.end() == 4


def test_exec_on_a_terminal(on_terminal: OnTerminal, engine: Engine) -> None:
    run(engine, "sleep", "1000", name="x")
    terminal = on_terminal("exec", "-it", "-e", "A=b", "-w", "/etc", "x", "sh", holder=True)
    terminal.expect("# ")
    terminal.type('stty size; echo "$A $PWD"; exit 6\n')
    terminal.expect("33 101")
    terminal.expect("b /etc")
    terminal.expect("same 6")


def test_exec_from_a_script(wharf: Wharf, engine: Engine) -> None:
    run(engine, "sleep", "1000", name="x")
    finished = wharf("exec", "-i", "x", "sh", "-c", "cat; echo err >&2; exit 7", stdin="in\n")
    assert (finished.returncode, finished.stdout, finished.stderr) == (7, "in\n", "err\n")
    missing = wharf("exec", "x", "no-such-program")
    assert missing.returncode == 127
    assert missing.stderr.startswith("Error: ")
    assert wharf("exec", "x", "/etc/passwd").returncode == 126
    assert wharf("exec", "-d", "x", "touch", "/made").returncode == 0
    for _ in eventually():
        if wharf("exec", "x", "test", "-e", "/made").returncode == 0:
            break


def test_run_from_a_script(wharf: Wharf, engine: Engine) -> None:
    finished = wharf("run", "--rm", "-i", DEMO, "sh", "-c", "cat; echo err >&2; exit 9", stdin="a\x10\x11b\n")
    assert (finished.returncode, finished.stdout, finished.stderr) == (9, "a\x10\x11b\n", "err\n")
    assert wharf("run", "--rm", DEMO, "no-such-program").returncode == 127
    assert wharf("run", "--rm", DEMO, "/etc/passwd").returncode == 126
    assert engine.containers() == []


def test_the_clean_up_of_the_monitor_removes(wharf: Wharf, engine: Engine) -> None:
    started = wharf("run", "-d", "--rm", DEMO, "true")
    assert started.returncode == 0
    for _ in eventually():
        try:
            engine.lookup(started.stdout.strip())
        except NoSuchContainer:
            break

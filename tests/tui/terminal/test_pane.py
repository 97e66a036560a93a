"""The pane in a running application, without a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.content import Content
from textual.events import Paste
from textual.message import Message

from tests.tui.terminal.conftest import MakeAttach, SpawnShell
from tui.terminal.keeper_process import STOCK, start_keeper
from tui.terminal.pane import TerminalPane
from tui.terminal.source import ConsoleSource


class PaneApp(App[None]):
    """Nothing but a pane; keeps what it says."""

    def __init__(self, source: ConsoleSource) -> None:
        super().__init__()
        self._source = source
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield TerminalPane(self._source)

    def on_mount(self) -> None:
        self.pane.focus()

    @property
    def pane(self) -> TerminalPane:
        return self.query_one(TerminalPane)

    @on(TerminalPane.Detached)
    def note_detached(self, message: TerminalPane.Detached) -> None:
        self.said.append(message)

    @on(TerminalPane.FullScreenRequested)
    def note_full_screen(self, message: TerminalPane.FullScreenRequested) -> None:
        self.said.append(message)

    @on(TerminalPane.Bell)
    def note_bell(self, message: TerminalPane.Bell) -> None:
        self.said.append(message)

    @on(TerminalPane.Ended)
    def note_ended(self, message: TerminalPane.Ended) -> None:
        self.said.append(message)

    async def until(self, condition: Callable[[], object]) -> None:
        for _ in range(1000):
            if condition():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("\n".join(self.pane.screen_text()))

    async def until_shown(self, text: str) -> None:
        await self.until(lambda: text in "\n".join(self.pane.screen_text()))


def keepers() -> set[int]:
    """The keepers that this process has started and that are there."""
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(stat[1]) == os.getpid() and b"tui.terminal.keeper" in (entry / "cmdline").read_bytes():
                    found.add(int(entry.name))
    return found


async def test_a_shell_in_the_pane(spawn: SpawnShell) -> None:
    app = PaneApp(spawn("sh"))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.until_shown("ready>")
        await pilot.press(*"stty size", "enter")
        await app.until_shown("22 78")
        await pilot.press(*"exit 7", "enter")
        await app.until(lambda: app.said)
        ended = app.said[0]
        assert isinstance(ended, TerminalPane.Ended)
        assert ended.exit_code == 7
        assert "ready> exit 7" in "\n".join(app.pane.screen_text())


async def test_every_key_but_one_is_the_programs(spawn: SpawnShell) -> None:
    app = PaneApp(spawn("sh", "-c", "stty raw -echo; echo on; cat -v"))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.until_shown("on")
        await pilot.press("ctrl+c", "escape", "tab", "up", "ctrl+z")
        await app.until_shown("^C^[")
        await app.until_shown("^[[A^Z")
        await pilot.press("ctrl+right_square_bracket", "ctrl+right_square_bracket")
        await app.until_shown("^]")
        assert app.said == []


async def test_detach_and_full_screen(spawn: SpawnShell) -> None:
    app = PaneApp(spawn("sh"))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.until_shown("ready>")
        await pilot.press("ctrl+right_square_bracket")
        menu = "".join(
            app.pane.render_line(y).text for y in range(app.pane.content_size.height - 3, app.pane.content_size.height)
        )
        assert " d detach " in menu
        assert " f full screen " in menu
        assert "ctrl+] to send it" in str(app.pane.border_subtitle)
        await pilot.press("f")
        await pilot.press("ctrl+right_square_bracket", "d")
        await app.until(lambda: len(app.said) == 2)
        assert type(app.said[0]) is TerminalPane.FullScreenRequested
        assert type(app.said[1]) is TerminalPane.Detached
        assert "ctrl+] d detach" in str(app.pane.border_subtitle)


async def test_the_program_follows_the_size(spawn: SpawnShell) -> None:
    app = PaneApp(spawn("sh"))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.until_shown("ready>")
        await pilot.resize_terminal(120, 36)
        await pilot.resize_terminal(100, 30)
        await asyncio.sleep(0.2)
        await pilot.press(*"stty size", "enter")
        await app.until_shown("28 98")


async def test_a_killed_keeper_is_replaced_and_the_log_replayed(make_attach: MakeAttach) -> None:
    log = bytearray()
    source, monitor = make_attach(log)
    app = PaneApp(source)

    def print_out(text: bytes) -> None:
        log.extend(text)
        monitor.send(b"\x02" + text)

    async with app.run_test(size=(80, 24)) as pilot:
        print_out(b"before\r\n")
        await app.until_shown("before")
        first = app.pane.keeper_pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        print_out(b"meanwhile\r\n")
        await app.until(lambda: app.pane.keeper_pid not in (None, first))
        print_out(b"after\r\n")
        await app.until_shown("after")
        assert [line for line in app.pane.screen_text() if line] == ["before", "meanwhile", "after"]
        assert "console restored" in str(app.pane.border_subtitle)
        await pilot.press("x")
        monitor.settimeout(5)
        assert await asyncio.to_thread(monitor.recv, 100) == b"x"
        assert app.said == []


async def test_a_keeper_lost_again_and_again_is_the_end(spawn: SpawnShell) -> None:
    app = PaneApp(spawn("sh"))
    async with app.run_test(size=(80, 24)):
        for _ in range(5):
            await app.until(lambda: app.pane.keeper_pid is not None)
            os.kill(app.pane.keeper_pid or 0, signal.SIGKILL)
            await asyncio.sleep(0.1)
        await app.until(lambda: app.said)
        assert isinstance(app.said[0], TerminalPane.Ended)
        assert app.said[0].exit_code is None and "lost" in app.said[0].message


async def test_a_keeper_that_dies_before_it_has_the_console_is_replaced(
    spawn: SpawnShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = start_keeper()
    dead.process.kill()
    dead.process.wait()
    stock = iter([dead])
    monkeypatch.setattr(STOCK, "take", lambda: next(stock, None) or start_keeper())
    app = PaneApp(spawn("sh", "-c", "echo here; sleep 100"))
    async with app.run_test(size=(80, 24)):
        await app.until_shown("here")
        assert app.said == []


async def test_what_is_typed_before_the_console_is_open_is_the_programs(
    spawn: SpawnShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    take = STOCK.take
    monkeypatch.setattr(STOCK, "take", lambda: go.wait(10) and take())
    app = PaneApp(spawn("sh"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"echo early", "enter")
        assert app.pane.keeper_pid is None
        go.set()
        await app.until_shown("early")


async def test_titles_and_bells(make_attach: MakeAttach) -> None:
    source, monitor = make_attach()
    app = PaneApp(source)
    async with app.run_test(size=(80, 24)):
        monitor.send(b"\x02start")
        await app.until_shown("start")
        monitor.send(b"\x02\x1b]2;[red]my title[/red]\x07\x07")
        await app.until(lambda: app.said)
        assert isinstance(app.said[0], TerminalPane.Bell)
        title = Content.from_markup(app.pane.border_title or "").plain
        assert title == "container · [red]my title[/red]"


async def test_a_flood_leaves_the_interface_free(spawn: SpawnShell) -> None:
    app = PaneApp(spawn("sh", "-c", "yes 0123456789 | head -c 20000000; echo; echo finished; sleep 100"))
    async with app.run_test(size=(80, 24)):
        longest = 0.0
        loop = asyncio.get_running_loop()
        while "finished" not in "\n".join(app.pane.screen_text()):
            before = loop.time()
            await asyncio.sleep(0.005)
            longest = max(longest, loop.time() - before)
        assert longest < 0.5


async def test_a_paste_is_the_programs(spawn: SpawnShell) -> None:
    app = PaneApp(spawn("sh", "-c", "stty raw -echo; printf 'on\\033[?2004h'; cat -v"))
    async with app.run_test(size=(80, 24)):
        await app.until(lambda: app.pane.modes.bracketed_paste)
        app.pane.post_message(Paste("a\x1b[201~b"))
        await app.until_shown("^[[200~ab^[[201~")


async def test_the_console_is_closed_with_the_pane(make_attach: MakeAttach) -> None:
    source, monitor = make_attach()
    app = PaneApp(source)
    async with app.run_test(size=(80, 24)):
        monitor.send(b"\x02here")
        await app.until_shown("here")
    monitor.settimeout(5)
    assert await asyncio.to_thread(monitor.recv, 10) == b""


async def test_a_program_without_a_terminal(make_attach: MakeAttach) -> None:
    source, monitor = make_attach(terminal=False)
    app = PaneApp(source)
    async with app.run_test(size=(80, 24)) as pilot:
        monitor.send(b"\x02one\ntwo\n")
        monitor.send(b"\x03three\n")
        await app.until_shown("three")
        assert app.pane.screen_text()[:3] == ["one", "two", "three"]
        await pilot.press("enter")
        monitor.settimeout(5)
        assert await asyncio.to_thread(monitor.recv, 10) == b"\n"


async def test_a_pane_that_goes_at_once_leaves_no_keeper(spawn: SpawnShell) -> None:
    app = PaneApp(spawn("sh"))
    before = keepers()
    async with app.run_test(size=(80, 24)):
        pass
    assert keepers() <= before

"""Beside keys and pictures: detach keys, watching, recordings, the clipboard, and whose size holds."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events, on
from textual.app import App, ComposeResult

from tests.tui.terminal.conftest import MakeAttach, SpawnShell
from tui.terminal import recorder
from tui.terminal.clipboard_watcher import TEXT_LIMIT, ClipboardWatcher
from tui.terminal.pane import TerminalPane
from tui.terminal.pane_messages import PaneMessage
from tui.terminal.recorder import Recorder


class ExtrasApp(App[None], inherit_bindings=False):
    """A pane, and what it said. ctrl+p and ctrl+q are nobody else's."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, pane: TerminalPane) -> None:
        super().__init__()
        self.pane = pane
        self.said: list[PaneMessage] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.focus()

    @on(TerminalPane.Detached)
    @on(TerminalPane.ClipboardOffered)
    @on(TerminalPane.SignalRequested)
    @on(TerminalPane.TextCopied)
    def note(self, message: PaneMessage) -> None:
        self.said.append(message)

    async def until(self, condition: Callable[[], object]) -> None:
        for _ in range(1000):
            if condition():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("\n".join(self.pane.screen_text()))


async def test_the_detach_keys_leave_and_never_arrive(make_attach: MakeAttach) -> None:
    source, monitor = make_attach()
    monitor.setblocking(False)
    app = ExtrasApp(TerminalPane(source))
    async with app.run_test(size=(80, 24)) as pilot:
        monitor.send(b"\x02ready")
        await app.until(lambda: "ready" in app.pane.screen_text())
        await pilot.press("a", "ctrl+p", "ctrl+q")
        await app.until(lambda: app.said)
        assert type(app.said[0]) is TerminalPane.Detached
        assert monitor.recv(100) == b"a"
        with pytest.raises(BlockingIOError):
            monitor.recv(100)


async def test_a_lone_ctrl_p_arrives_a_moment_later(make_attach: MakeAttach) -> None:
    source, monitor = make_attach()
    monitor.setblocking(False)
    app = ExtrasApp(TerminalPane(source))
    got = bytearray()

    def take() -> None:
        with contextlib.suppress(BlockingIOError):
            got.extend(monitor.recv(100))

    async with app.run_test(size=(80, 24)) as pilot:
        monitor.send(b"\x02ready")
        await app.until(lambda: "ready" in app.pane.screen_text())
        await pilot.press("ctrl+p")
        for _ in range(200):
            take()
            if got:
                break
            await asyncio.sleep(0.01)
        assert got == b"\x10"
        await pilot.press("ctrl+p", "x")
        for _ in range(200):
            take()
            if len(got) == 3:
                break
            await asyncio.sleep(0.01)
        assert got == b"\x10\x10x"
        assert app.said == []


async def test_a_shell_gets_its_ctrl_p_at_once(spawn: SpawnShell) -> None:
    app = ExtrasApp(TerminalPane(spawn("sh", "-c", "stty raw -echo; echo on; cat -v")))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.until(lambda: "on" in app.pane.screen_text())
        await pilot.press("ctrl+p", "ctrl+q")
        await app.until(lambda: "^P^Q" in "".join(app.pane.screen_text()))
        assert app.said == []


async def test_who_watches_can_not_type_until_they_say_so(spawn: SpawnShell) -> None:
    app = ExtrasApp(TerminalPane(spawn("cat"), watch_only=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.until(lambda: app.pane.screen_text())
        assert "watching" in str(app.pane.border_title)
        await pilot.press(*"hidden", "enter")
        await pilot.press("ctrl+right_square_bracket", "w", *"shown", "enter")
        await app.until(lambda: "shown" in app.pane.screen_text())
        assert "hidden" not in "".join(app.pane.screen_text())


async def test_a_recording_is_an_asciicast(spawn: SpawnShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "recordings_folder", lambda: tmp_path / "recordings")
    app = ExtrasApp(TerminalPane(spawn("cat", title="a/b: shell")))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.until(lambda: app.pane.screen_text())
        await pilot.press(*"before", "enter")
        await app.until(lambda: app.pane.screen_text().count("before") == 2)
        await pilot.press("ctrl+right_square_bracket", "R")
        assert "recording" in str(app.pane.border_title)
        await pilot.press(*"during", "enter")
        await app.until(lambda: app.pane.screen_text().count("during") == 2)
        await pilot.press("ctrl+right_square_bracket", "R")
        await pilot.press(*"after", "enter")
        await app.until(lambda: app.pane.screen_text().count("after") == 2)
    (file,) = (tmp_path / "recordings").iterdir()
    assert file.name.startswith("a-b-shell-")
    assert file.suffix == ".cast"
    header, *events = [json.loads(line) for line in file.read_text().splitlines()]
    assert (header["version"], header["width"], header["height"]) == (2, 78, 22)
    printed = "".join(text for _, kind, text in events if kind == "o")
    assert printed == "during\r\nduring\r\n"
    times = [time for time, _, _ in events]
    assert times == sorted(times)


def test_a_character_cut_in_two_is_recorded_whole(tmp_path: Path) -> None:
    recording = Recorder("x", 80, 24, tmp_path)
    recording.printed("ä€".encode()[:3])
    recording.printed("ä€".encode()[3:] + b"\xff")
    recording.resized(100, 30)
    recording.close()
    events = [json.loads(line) for line in recording.path.read_text().splitlines()[1:]]
    assert "".join(text for _, kind, text in events if kind == "o") == "ä€\ufffd"
    assert [text for _, kind, text in events if kind == "r"] == ["100x30"]
    assert recording.path.stat().st_mode & 0o777 == 0o600


def osc52(text: str, end: bytes = b"\x07") -> bytes:
    return b"\x1b]52;c;" + base64.b64encode(text.encode()) + end


def test_a_clipboard_text_is_found_in_pieces_of_any_size() -> None:
    stream = b"a" + osc52("first") + b"b\x1b[1m" + osc52("zweitens ä", b"\x1b\\") + b"\x1b]52;c;?\x07c"
    for size in (1, 2, 3, 7, len(stream)):
        watcher = ClipboardWatcher()
        found = [text for start in range(0, len(stream), size) for text in watcher.feed(stream[start : start + size])]
        assert found == ["first", "zweitens ä"], size


def test_a_clipboard_flood_is_kept_by_nobody() -> None:
    watcher = ClipboardWatcher()
    watcher.feed(b"\x1b]52;c;")
    for _ in range(100):
        assert watcher.feed(b"A" * TEXT_LIMIT) == []
    assert len(watcher._held) <= TEXT_LIMIT * 2
    assert watcher.feed(osc52("well")) == ["well"]


async def test_a_program_offers_a_text_and_the_screen_is_asked(spawn: SpawnShell) -> None:
    encoded = base64.b64encode(b"secret").decode()
    app = ExtrasApp(TerminalPane(spawn("sh", "-c", f"printf '\\033]52;c;{encoded}\\007'; cat")))
    async with app.run_test(size=(80, 24)):
        await app.until(lambda: app.said)
        offered = app.said[0]
        assert isinstance(offered, TerminalPane.ClipboardOffered)
        assert offered.text == "secret"
        assert app.clipboard == ""


async def test_it_says_whose_size_holds_and_takes_it(spawn: SpawnShell) -> None:
    seen = [(100, 40)]
    sizes: list[tuple[int, int]] = []
    source = spawn("cat")

    def resize(columns: int, rows: int) -> None:
        sizes.append((columns, rows))
        source.resize(columns, rows)

    app = ExtrasApp(TerminalPane(dataclasses.replace(source, resize=resize, size=lambda: seen[0])))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.until(lambda: "another client set 100×40" in str(app.pane.border_subtitle))
        count = len(sizes)
        seen[0] = (78, 22)
        await pilot.press("ctrl+right_square_bracket", "r")
        await app.until(lambda: len(sizes) > count)
        assert sizes[-1] == (78, 22)
        await app.until(lambda: "d detach" in str(app.pane.border_subtitle))


async def test_the_mouse_marks_text_and_copies_it(make_attach: MakeAttach) -> None:
    source, monitor = make_attach()
    app = ExtrasApp(TerminalPane(source))
    async with app.run_test(size=(80, 24)) as pilot:
        monitor.send(b"\x02first line   \r\nsecond \xe6\xbc\xa2 line\r\nthird")
        await app.until(lambda: "third" in app.pane.screen_text())
        await pilot.mouse_down(app.pane, offset=(7, 1))
        await pilot.hover(app.pane, offset=(9, 2))
        assert app.pane.selection is not None
        marked = [segment.text for segment in app.pane.render_line(1) if segment.style and segment.style.reverse]
        assert "".join(marked) == "second \u6f22"
        await pilot.mouse_up(app.pane, offset=(9, 2))
        await app.until(lambda: app.said)
        [copied] = app.said
        assert isinstance(copied, TerminalPane.TextCopied) and copied.text == "line\nsecond \u6f22"
        await pilot.press("x")
        assert app.pane.selection is None


async def test_a_click_marks_nothing_and_alt_keeps_the_mouse_from_the_program(make_attach: MakeAttach) -> None:
    source, monitor = make_attach()
    monitor.setblocking(False)
    app = ExtrasApp(TerminalPane(source))
    async with app.run_test(size=(80, 24)) as pilot:
        monitor.send(b"\x02\x1b[?1000h\x1b[?1006hwith a mouse")
        await app.until(lambda: app.pane.modes.mouse_tracking)
        await pilot.mouse_down(app.pane, offset=(1, 1), meta=True)
        await pilot.hover(app.pane, offset=(4, 1))
        await pilot.mouse_up(app.pane, offset=(4, 1))
        await app.until(lambda: app.said)
        with pytest.raises(BlockingIOError):
            monitor.recv(100)
        await pilot.click(app.pane, offset=(1, 1))
        read = b""
        while b"m" not in read:
            await asyncio.sleep(0.01)
            with contextlib.suppress(BlockingIOError):
                read += monitor.recv(100)
        assert read == b"\x1b[<0;1;1M\x1b[<0;1;1m"
        assert app.pane.selection is None and len(app.said) == 1


async def test_the_wheel_looks_back(make_attach: MakeAttach) -> None:
    source, monitor = make_attach()
    app = ExtrasApp(TerminalPane(source))
    async with app.run_test(size=(80, 24)) as pilot:
        monitor.send(b"\x02" + b"".join(b"line %d\r\n" % number for number in range(100)))
        await app.until(lambda: "line 99" in app.pane.screen_text())
        await pilot._post_mouse_events([events.MouseScrollUp], app.pane, offset=(5, 5))
        await app.until(lambda: "line 99" not in app.pane.screen_text())

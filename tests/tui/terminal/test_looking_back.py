"""Looking back in a console: scroll, find, copy; and the rows behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from textual import on
from textual.app import App, ComposeResult

from tests.tui.terminal.conftest import SpawnShell
from tui.terminal.emulator import Emulator
from tui.terminal.frame import View
from tui.terminal.keys import key_names
from tui.terminal.look_back import LookBack
from tui.terminal.pane import TerminalPane
from tui.terminal.searching import Searcher


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    terminal = Emulator(20, 5)
    terminal.feed(b"".join(b"line %d\r\n" % number for number in range(100)) + b"end")
    yield terminal
    terminal.close()


def test_the_view_counts_rows_from_the_oldest(emulator: Emulator) -> None:
    assert emulator.view == View(96, 5, 101)
    assert emulator.view.above_end == 0
    emulator.scroll_view(-10)
    assert emulator.view == View(86, 5, 101)
    assert emulator.text() == ["line 86", "line 87", "line 88", "line 89", "line 90"]
    emulator.view_at(-5)
    assert emulator.view.top == 0
    emulator.view_at(1000)
    assert emulator.view.top == 96


def test_what_is_found_comes_into_view(emulator: Emulator) -> None:
    searcher = Searcher(emulator)
    assert searcher.find("line 4", older=True)
    assert searcher.found == 49
    assert "line 49" in emulator.text()
    assert searcher.find("line 4", older=True)
    assert searcher.found == 48
    assert searcher.find("line 4", older=False)
    assert searcher.found == 49
    assert not searcher.find("line 4", older=False)
    assert "line 49" in emulator.text()


def test_every_match_is_found_once_from_the_newest_to_the_oldest(emulator: Emulator) -> None:
    searcher = Searcher(emulator)
    found = []
    while searcher.find("7", older=True):
        found.append(searcher.found)
    assert found == [number for number in range(99, -1, -1) if "7" in str(number)]


def test_capitals_count_where_the_text_has_some(emulator: Emulator) -> None:
    emulator.feed(b"\r\nError here")
    assert Searcher(emulator).find("error", older=True)
    assert Searcher(emulator).find("Error", older=True)
    assert not Searcher(emulator).find("ERROR", older=True)


def test_the_text_of_rows_far_away_leaves_the_view_alone(emulator: Emulator) -> None:
    emulator.view_at(30)
    text = Searcher(emulator).text_between(3, 14)
    assert text.split("\n") == [f"line {number}" for number in range(3, 15)]
    assert emulator.view.top == 30


class Rows:
    """Notes what was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    def scroll_view(self, rows: int) -> None:
        self.asked.append(("scroll", rows))

    def find(self, query: str, *, older: bool) -> None:
        self.asked.append(("find", query, older))

    def want_text(self, first: int, last: int) -> None:
        self.asked.append(("text", first, last))


def press(look_back: LookBack, *keys: str) -> None:
    for key in keys:
        look_back.take(key)


def test_keys_scroll_and_leave() -> None:
    rows, left = Rows(), []
    look_back = LookBack(rows, View(90, 10, 100), lambda: left.append(True))
    press(look_back, "up", "j", "pageup", "g", "G", "q")
    assert rows.asked == [
        ("scroll", -1),
        ("scroll", 1),
        ("scroll", -9),
        ("scroll", -100),
        ("scroll", 100),
        ("find", "", True),
        ("scroll", 0),
    ]
    assert left == [True]


def test_a_search_is_typed_and_goes_both_ways() -> None:
    rows = Rows()
    look_back = LookBack(rows, View(0, 10, 10), lambda: None)
    press(look_back, "slash", "a", "space", "x", "backspace", "slash", "enter")
    press(look_back, "n", "N")
    assert rows.asked == [("find", "a /", True), ("find", "a /", True), ("find", "a /", False)]


def test_copied_are_the_rows_from_the_mark_to_the_line() -> None:
    rows, left = Rows(), []
    look_back = LookBack(rows, View(90, 10, 100), lambda: left.append(True))
    press(look_back, "c", "up", "c", *["up"] * 12)
    assert rows.asked[-1] == ("scroll", -4)
    press(look_back, "enter")
    assert rows.asked[-1] == ("text", 86, 98)
    assert left == []


def test_keys_have_the_same_names_in_every_encoding() -> None:
    assert key_names(b"\x1b[A\x1bOA\x1b[57;1u") == ["up", "up", "9"]
    assert key_names(b"/\x02\r \x7f\xc3\xa4") == ["slash", "ctrl+b", "enter", "space", "backspace", "ä"]
    assert key_names(b"\x1b") == ["escape"]


class CopyApp(App[None]):
    """A pane, and what was copied of it."""

    def __init__(self, pane: TerminalPane) -> None:
        super().__init__()
        self.pane = pane
        self.copied: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.focus()

    @on(TerminalPane.TextCopied)
    def note(self, message: TerminalPane.TextCopied) -> None:
        self.copied.append(message.text)

    async def until(self, condition: Callable[[], object]) -> None:
        for _ in range(1000):
            if condition():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("\n".join(self.pane.screen_text()))


async def test_a_line_that_scrolled_away_is_found_and_copied(spawn: SpawnShell) -> None:
    app = CopyApp(TerminalPane(spawn("sh", "-c", "seq 1 300; echo Needle here; seq 1 300; cat")))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.until(lambda: "300" in app.pane.screen_text())
        await pilot.press("ctrl+right_square_bracket", "slash")
        await pilot.press(*"needle", "enter")
        await app.until(lambda: "Needle here" in app.pane.screen_text())
        assert "rows back" in str(app.pane.border_subtitle)
        await pilot.press("c")
        y = app.pane.screen_text().index("Needle here")
        await pilot.press(*["up"] * (len(app.pane.screen_text()) - 1 - y), "c", "down", "enter")
        await app.until(lambda: app.copied)
        assert app.copied == ["Needle here\n1"]
        await pilot.press("q")
        await app.until(lambda: "300" in app.pane.screen_text())
        await pilot.press(*"typed")
        await app.until(lambda: "typed" in app.pane.screen_text())

"""The whole screen over an engine in memory, without a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from textual import events
from textual.pilot import Pilot

from core.engine import Engine
from core.paths import EnginePaths
from tests.fakes.engine import FakeEngine
from tests.tui.drawn import rendered
from tui.app import WharfApp
from tui.bridge import Bridge
from tui.screens.deck import DeckScreen
from tui.widgets.bars import KeyBar, StatusLine
from tui.widgets.table import Table

SIZE = (120, 36)
KEY_NAMES = {":": "colon", "/": "slash", "\n": "enter", " ": "space", "-": "minus", "~": "tilde"}


@pytest.fixture(autouse=True)
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test keeps what is kept between runs."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "wharfinger"


@pytest.fixture
def fake(tmp_path: Path) -> FakeEngine:
    """An engine without containers."""
    return FakeEngine(EnginePaths(tmp_path / "root", tmp_path / "run"))


@pytest.fixture
def app(fake: FakeEngine) -> Iterator[WharfApp]:
    """The program over `fake`, not yet running."""
    bridge = Bridge(cast(Engine, fake))
    yield WharfApp(bridge)
    for gate in fake.held.values():
        gate.set()
    bridge.close()


async def until(pilot: Pilot[None], condition: Callable[[], object], *, seconds: float = 40.0) -> None:
    """Let the program run until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time:\n" + "\n".join(lines(pilot.app))
        await pilot.pause(0.01)


async def until_shown(pilot: Pilot[None], *texts: str) -> None:
    """Let the program run until all these texts are on the screen."""
    await until(pilot, lambda: all(text in shown(pilot.app) for text in texts))


async def settled(pilot: Pilot[None], seconds: float = 0.15) -> None:
    """Give what should not happen the time to happen."""
    await pilot.pause(seconds)


def lines(app: object) -> list[str]:
    """What is rendered, a string a row."""
    assert isinstance(app, WharfApp)
    return [strip.text for strip in rendered(app)]


def shown(app: object) -> str:
    """What is rendered, as one text."""
    return "\n".join(lines(app))


def type_at_once(app: WharfApp, text: str) -> None:
    """Type characters as a terminal hands them over that was read once: no key waits for the one before."""
    assert app._driver is not None
    for char in text:
        key = events.Key(KEY_NAMES.get(char, char), None if char == "\n" else char)
        key.set_sender(app)
        app._driver.send_message(key)


def main_screen(app: WharfApp) -> DeckScreen:
    """The one screen, whatever is in front of it."""
    return next(screen for screen in app.screen_stack if isinstance(screen, DeckScreen))


def the_list(app: WharfApp) -> Table:
    """The list of the view that is shown."""
    return main_screen(app).table


def selected_name(app: WharfApp) -> str:
    """The container under the cursor; empty for none."""
    selected = the_list(app).selected
    return selected.name if selected else ""


def status(app: WharfApp) -> str:
    """The line of what happened last."""
    return main_screen(app).query_one(StatusLine).message


def key_bar(app: WharfApp) -> str:
    return str(main_screen(app).query_one(KeyBar).render())


def row_of(app: WharfApp, name: str) -> str:
    """The first rendered row with this text in it; empty where none has."""
    return next((line for line in lines(app) if name in line), "")

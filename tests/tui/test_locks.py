"""Containers that are locked by a label."""

from __future__ import annotations

from typing import cast

from textual.widgets import Button

from core.engine import Engine
from core.model.state import Status
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import main_screen, row_of, until, until_shown
from tui.app import WharfApp
from tui.bridge import Bridge
from tui.configuration.loading import parse
from tui.configuration.schema import Lock
from tui.locks import level_of

LOCKS = '[[locks]]\nlabel = "tier=front"\n[[locks]]\nlabel = "careful"\nlevel = "confirm"\n'


def opened(fake: FakeEngine) -> WharfApp:
    configuration, wrong = parse(LOCKS)
    assert not wrong
    return WharfApp(Bridge(cast(Engine, fake)), configuration=configuration)


def test_the_strictest_lock_holds() -> None:
    locks = (Lock(label="a", level="confirm"), Lock(label="b=1", level="name"), Lock(label="c", level="none"))
    assert level_of({"a": ""}, locks) == "confirm"
    assert level_of({"a": "", "b": "1"}, locks) == "name"
    assert level_of({"b": "2", "c": ""}, locks) == "none"


async def test_the_name_has_to_be_typed(fake: FakeEngine) -> None:
    fake.add("web", labels={"tier": "front"})
    app = opened(fake)
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "web 🔒")
        await pilot.press("p")
        await until_shown(pilot, "Locked: web. Type its name to confirm.")
        await pilot.press("w", "e", "enter")
        assert app.screen is not main_screen(app) and app.screen.query_one("#confirm", Button).disabled
        assert fake.find("web").shown.status is Status.RUNNING
        await pilot.press("b", "enter")
        await until(pilot, lambda: fake.find("web").shown.status is Status.PAUSED)


async def test_the_lowest_level_asks_nothing_but_where_another_lock_is_stricter(fake: FakeEngine) -> None:
    fake.add("both", labels={"free": "", "careful": ""})
    fake.add("toy", labels={"free": ""})
    configuration, _ = parse(f'{LOCKS}[[locks]]\nlabel = "free"\nlevel = "none"\n')
    app = WharfApp(Bridge(cast(Engine, fake)), configuration=configuration)
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "both 🔒", "toy")
        await pilot.press("s")
        await until_shown(pilot, "Stop both?")
        await pilot.press("escape", "down", "s")
        await until(pilot, lambda: fake.find("toy").shown.status is Status.EXITED)


async def test_a_signal_is_asked_about_once_more(fake: FakeEngine) -> None:
    fake.add("web", labels={"tier": "front"})
    app = opened(fake)
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "web 🔒")
        await pilot.press("ctrl+k", "end", "enter")
        await until_shown(pilot, "Kill web?", "Type its name")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is main_screen(app))
        assert fake.find("web").shown.status is Status.RUNNING


async def test_of_several_their_number_is_typed(fake: FakeEngine) -> None:
    fake.add("front", labels={"tier": "front"})
    fake.add("middle", labels={"careful": ""})
    fake.add("other")
    app = opened(fake)
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "front 🔒", "middle 🔒")
        assert "🔒" not in row_of(app, "other")
        await pilot.press("asterisk", "d")
        await until_shown(pilot, "Locked: front, middle. Type how many are locked (2) to confirm.")
        await pilot.press("3", "enter", "backspace", "2", "enter")
        await until(pilot, lambda: not fake.containers())


async def test_the_lower_level_asks_where_nothing_was_asked(fake: FakeEngine) -> None:
    fake.add("middle", labels={"careful": ""})
    app = opened(fake)
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "middle 🔒")
        await pilot.press("r")
        await until_shown(pilot, "Restart middle?")
        assert fake.calls == []
        await pilot.press("y")
        await until(pilot, lambda: fake.find("middle").shown.pid == 4712)

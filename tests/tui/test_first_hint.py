"""What is told at the very first start, and never again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from core.engine import Engine
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import settled, shown, until, until_shown
from tui.app import WharfApp
from tui.bridge import Bridge
from tui.configuration.loading import parse
from tui.first_run import is_first_run
from tui.opening import Opening

TITLE = "The keys to begin with"


@pytest.fixture
def bridge(fake: FakeEngine) -> Iterator[Bridge]:
    made = Bridge(cast(Engine, fake))
    yield made
    made.close()


async def test_it_is_told_once_with_the_keys_as_they_are_and_taken_away(
    bridge: Bridge, fake: FakeEngine, state_folder: Path
) -> None:
    fake.add("web")
    assert is_first_run()
    configuration, _ = parse('[bindings]\nfilter = "F3"\npalette = ""\n')
    app = WharfApp(bridge, configuration=configuration, opening=Opening(is_first=is_first_run()))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "web", TITLE, "F3  show only", "ctrl+] d leaves it", "esc closes this")
        assert "find any action" not in shown(app)
        assert not is_first_run()
        await pilot.press("down", "escape")
        await until(pilot, lambda: TITLE not in shown(app))
        assert "web" in shown(app)


async def test_a_click_takes_it_away(bridge: Bridge, fake: FakeEngine) -> None:
    fake.add("web")
    app = WharfApp(bridge, opening=Opening(is_first=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "web", TITLE)
        await pilot.click("FirstHint > Static")
        await until(pilot, lambda: TITLE not in shown(app))


async def test_nobody_else_sees_it(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "web")
        await settled(pilot)
        assert TITLE not in shown(app)


def test_what_is_kept_of_an_earlier_run_makes_it_a_later_one(state_folder: Path) -> None:
    state_folder.mkdir(parents=True)
    assert is_first_run()
    (state_folder / "lists.json").touch()
    assert not is_first_run()

"""Columns by a path into what inspect says: read for what is seen, sorted, filtered, and read again when it changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from core.engine import Engine
from core.events import EventKind
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import lines, main_screen, row_of, settled, shown, type_at_once, until, until_shown
from tui.app import WharfApp
from tui.bridge import Bridge
from tui.configuration.loading import parse
from tui.filtering import term_of
from tui.inspected_path import path_complaint, value_order, value_text, values_at

FACTS = {
    "Config": {"Labels": {"team": "front", "a.b/c": "x"}, "Tty": True, "User": None},
    "HostConfig": {"Memory": 1024, "Binds": []},
    "Mounts": [{"Source": "/a", "RW": True}, {"Source": "/b", "RW": False}],
}
COLUMNS = """
[[columns]]
title = "TEAM"
path = ".Config.Labels.team"
width = 8
[[columns]]
title = "Mem limit"
path = "$.HostConfig.Memory"
width = 10
right = true
"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".Config.Labels.team", "front"),
        ("$.Config.Labels.team", "front"),
        ("Config.Labels.team", "front"),
        ('.Config.Labels["a.b/c"]', "x"),
        (".HostConfig.Memory", "1024"),
        (".Config.Tty", "true"),
        (".Config.User", "–"),
        (".Config.Nothing.there", "–"),
        (".HostConfig.Binds", "–"),
        (".Mounts[1].Source", "/b"),
        (".Mounts[-1].RW", "false"),
        (".Mounts[*].Source", "/a /b"),
        ("$.Mounts[?@.RW==true].Source", "/a"),
        (".Config.Labels", "team=front a.b/c=x"),
    ],
)
def test_what_stands_at_a_path(path: str, text: str) -> None:
    assert path_complaint(path) == ""
    assert value_text(values_at(path, FACTS)) == text


@pytest.mark.parametrize("path", ["", "  ", "$", ".", ".a[", ".a[b", "$..", '.a["x', ".a b c["])
def test_what_is_no_path(path: str) -> None:
    said = path_complaint(path)
    assert said and "\n" not in said


def test_numbers_are_ordered_by_size_and_nothing_is_last() -> None:
    values: list[list[Any]] = [["b"], [10], [], [9], ["A"], [None]]
    assert sorted(values, key=value_order) == [[9], [10], ["A"], ["b"], [], [None]]


def test_the_term_of_a_title() -> None:
    assert [term_of(title) for title in ("TEAM", "Mem limit", " – 1 –")] == ["team", "mem_limit", "1"]


@pytest.fixture
def app(fake: FakeEngine) -> Iterator[WharfApp]:
    for number in range(60):
        facts = {"Config": {"Labels": {"team": f"t{number:02}"}}, "HostConfig": {"Memory": 1000 - number}}
        fake.add(f"box-{number:02}").facts = facts
    configuration, problems = parse(COLUMNS)
    assert not problems
    bridge = Bridge(cast(Engine, fake))
    yield WharfApp(bridge, configuration=configuration)
    bridge.close()


async def test_they_are_read_for_what_is_seen_alone_and_again_when_it_changes(app: WharfApp, fake: FakeEngine) -> None:
    async with app.run_test(size=(160, 24)) as pilot:
        await until_shown(pilot, "TEAM", "Mem limit", "t00")
        await until(pilot, lambda: row_of(app, "box-01").split()[-2:] == ["t01", "999"])
        assert "box-59" not in fake.inspected
        asked = fake.inspected.count("box-01")
        await settled(pilot)
        assert fake.inspected.count("box-01") == asked
        box = fake.find("box-01")
        box.facts = {"Config": {"Labels": {"team": "moved"}}}
        box.become(EventKind.UPDATE)
        await until(pilot, lambda: row_of(app, "box-01").split()[-2:] == ["moved", "–"])
        await pilot.press("end")
        await until_shown(pilot, "t59")


async def test_all_are_read_to_sort_and_to_filter(app: WharfApp, fake: FakeEngine) -> None:
    async with app.run_test(size=(160, 24)) as pilot:
        await until_shown(pilot, "t00")
        type_at_once(app, "/team:t5\n")
        await until(pilot, lambda: sum("box-" in line for line in lines(app)) >= 10 and "box-50" in shown(app))
        assert "box-00" not in shown(app)
        await pilot.press("escape", "home")
        await until_shown(pilot, "box-00")
        deck = main_screen(app)
        deck.views.sort_by(deck.view.column("path:$.HostConfig.Memory"))
        await pilot.press("home")
        await until(pilot, lambda: "box-59" in lines(app)[3])
        await pilot.press("O", "home")
        await until(pilot, lambda: "box-00" in lines(app)[3])


async def test_another_configuration_has_other_columns(app: WharfApp, fake: FakeEngine) -> None:
    async with app.run_test(size=(160, 24)) as pilot:
        await until_shown(pilot, "TEAM", "t00")
        changed, _ = parse('[[columns]]\ntitle = "CALLED"\npath = ".Name"')
        main_screen(app).take_configuration(changed)
        await until(pilot, lambda: "CALLED" in shown(app) and row_of(app, "box-00").split()[-1] == "box-00")
        assert "TEAM" not in shown(app)
        main_screen(app).take_configuration(parse("")[0])
        await until(pilot, lambda: "CALLED" not in shown(app))

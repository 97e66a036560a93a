"""A screen that is left and opened again is as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot

from core.engine import Engine
from core.model.state import Status
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import main_screen, selected_name, status, the_list, until, until_shown
from tui.app import WharfApp
from tui.bridge import Bridge
from tui.configuration.loading import parse
from tui.opening import Opening
from tui.terminal.pane import TerminalPane
from tui.workspaces.folder import WorkspaceFolder
from tui.workspaces.workspace import KeptConsole, KeptList, Workspace

Open = Callable[..., WharfApp]
SIZE = (120, 36)


@pytest.fixture
def opened(fake: FakeEngine) -> Iterator[Open]:
    """A screen in a workspace, each time over a bridge of its own as at a new start."""
    bridges = []

    def open_one(name: str = "", text: str = "") -> WharfApp:
        bridges.append(Bridge(cast(Engine, fake)))
        configuration, wrong = parse(text)
        assert not wrong
        return WharfApp(bridges[-1], configuration=configuration, opening=Opening(WorkspaceFolder(), name))

    yield open_one
    for bridge in bridges:
        bridge.close()


def panes(app: WharfApp) -> list[TerminalPane]:
    return list(main_screen(app).consoles.panes)


async def leave(pilot: Pilot[None]) -> None:
    """As a signal ends it."""
    pilot.app.exit(return_code=143)
    await pilot.pause()


async def test_lists_layout_and_tabs_are_there_again(opened: Open, fake: FakeEngine) -> None:
    for name in ("web-1", "web-2", "other"):
        fake.add(name)
    fake.add("web-3", Status.EXITED)
    app = opened("night")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web-1", "[night]", "night is a new workspace")
        await pilot.press("slash", *"web", "enter", "full_stop", "o", "o", "O", "end", "space")
        await pilot.press("W", "down", "down", "space", "enter", "plus")
        await until_shown(pilot, "/web", "running only", "1 marked")
        await pilot.press("right_square_bracket", "3", "1", "enter")
        await until(pilot, lambda: main_screen(app).has_class("-detail"))
        wanted = ([row.name for row in the_list(app).rows.shown], [one.name for one in the_list(app).columns])
        await leave(pilot)
    again = opened("night")
    async with again.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "/web", "running only", "1 marked", "[night]")
        table, deck = the_list(again), main_screen(again)
        await until(pilot, lambda: selected_name(again) == "web-1")
        assert ([row.name for row in table.rows.shown], [one.name for one in table.columns]) == wanted
        assert wanted[0] == ["web-2", "web-1"] and "image" not in wanted[1]
        assert [row.name for row in table.rows.marked] == ["web-1"]
        assert deck.share == 3 and deck.has_class("-detail") and deck.detail.tab_name == "logs"
        await pilot.press("escape", "escape", "3")
        await until(pilot, lambda: deck.view.name == "images")


async def test_it_begins_in_the_view_that_was_left_with_its_cursor(opened: Open, fake: FakeEngine) -> None:
    fake.add("web")
    for name in ("localhost/a:1", "localhost/b:1", "localhost/c:1"):
        fake.images.add(name)
    cursor = fake.images.find("localhost/b:1").id
    WorkspaceFolder().write("night", Workspace(view="images", lists={"images": KeptList(cursor=cursor)}))
    app = opened("night")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "localhost/a:1", "localhost/c:1")
        await until(pilot, lambda: the_list(app).selected is not None and the_list(app).selected.id == cursor)
        await pilot.press("escape")
        await until(pilot, lambda: main_screen(app).view.name == "containers" and selected_name(app) == "web")
    WorkspaceFolder().write("night", Workspace(view="no such view"))
    async with opened("night").run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web", "UP / EXIT")


async def test_consoles_are_attached_again_and_those_gone_are_told_once(opened: Open, fake: FakeEngine) -> None:
    for name in ("web", "db", "gone", "ended"):
        fake.add(name)
    ids = [fake.find(name).id for name in ("web", "db", "gone", "ended")]
    kept = tuple(
        KeptConsole(one, name, name == "db") for one, name in zip(ids, ("web", "db", "gone", "ended"), strict=True)
    )
    WorkspaceFolder().write("night", Workspace(consoles=kept, front=1))
    fake.take_away("gone")
    fake.find("ended").stop()
    app = opened("night")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until_shown(pilot, "gone, ended are gone, or do not run: not attached again")
        assert [(pane.container_id, pane.watch_only) for pane in panes(app)] == [(ids[0], False), (ids[1], True)]
        front = main_screen(app).consoles.front
        assert front is panes(app)[1] and app.focused is the_list(app)
        assert len(app._notifications) == 1
        await leave(pilot)
    assert [one.name for one in WorkspaceFolder().read("night").consoles] == ["web", "db"]


async def test_a_console_that_had_the_keyboard_has_it_again(opened: Open, fake: FakeEngine) -> None:
    web = fake.add("web")
    app = opened()
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.focused, TerminalPane))
        await leave(pilot)
    for text, watched in (("restore_workspace = true", False), ("restore_workspace = true\nread_only = true", True)):
        again = opened(text=text)
        async with again.run_test(size=SIZE) as pilot:
            await until(pilot, lambda again=again: isinstance(again.focused, TerminalPane))  # type: ignore[misc]
            assert [(pane.container_id, pane.watch_only) for pane in panes(again)] == [(web.id, watched)]
            await leave(pilot)
    fresh = opened()
    async with fresh.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("space")
        assert panes(fresh) == []


async def test_a_damaged_one_is_told_and_the_screen_opens(opened: Open, fake: FakeEngine, state_folder: Path) -> None:
    fake.add("web")
    WorkspaceFolder().write("night", Workspace())
    (state_folder / "workspaces" / "night.json").write_text("{")
    async with opened("night").run_test(size=SIZE, notifications=True) as pilot:
        await until_shown(pilot, "web", "the workspace night is damaged", "it was set aside as")
    assert (state_folder / "workspaces" / "night.json.damaged").exists()


async def test_one_is_kept_under_a_name_another_opened_and_removed(opened: Open, fake: FakeEngine) -> None:
    for name in ("web", "db"):
        fake.add(name)
    kept = Workspace(
        lists={"containers": KeptList(filter="db")},
        consoles=(KeptConsole(fake.find("db").id, "db"),),
        consoles_split=True,
    )
    WorkspaceFolder().write("night", kept)
    app = opened()
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("slash", *"web", "enter", "a")
        await until(pilot, lambda: isinstance(app.focused, TerminalPane))
        main_screen(app).set_focus(the_list(app))
        await pilot.press("colon", *"keep the", "enter")
        await until_shown(pilot, "Keep as a workspace")
        await pilot.press(*"day", "enter")
        await until_shown(pilot, "[day]")
        assert WorkspaceFolder().read("day").lists["containers"].filter == "web"
        main_screen(app).action_act("open_workspace")
        await until_shown(pilot, "Open a workspace", "night  left")
        await pilot.press("enter")
        await until_shown(pilot, "[night]", "/db")
        await until(pilot, lambda: [pane.container_id for pane in panes(app)] == [fake.find("db").id])
        assert [row.name for row in the_list(app).rows.shown] == ["db"]
        assert [one.name for one in WorkspaceFolder().read("day").consoles] == ["web"]
        main_screen(app).action_act("remove_workspace")
        await until_shown(pilot, "Remove a workspace", "day  left")
        await pilot.press("enter")
        await until_shown(pilot, "Remove the workspace day?")
        await pilot.press("y")
        await until(pilot, lambda: "day is removed" in status(app))
    assert [found.name for found in WorkspaceFolder().all()] == ["night"]

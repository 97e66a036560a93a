"""The frame of all views: tabs, order, columns, filter, marks, the menu, and the mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from core.errors import EngineError
from core.model.state import Status
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import (
    SIZE,
    key_bar,
    lines,
    main_screen,
    row_of,
    selected_name,
    settled,
    shown,
    status,
    the_list,
    type_at_once,
    until,
    until_shown,
)
from tui.app import WharfApp
from tui.screens.dialog import ConfirmDialog
from tui.tabs.logs import LogsTab
from tui.tabs.registry import CONTAINER_TABS
from tui.views import VIEWS


async def click_on(pilot: Pilot[None], text: str, *, below: int = 0, times: int = 1) -> None:
    """Click where a text is on the screen; `below`: in which line at the earliest."""
    rows = lines(pilot.app)
    y = next(number for number, line in enumerate(rows) if number >= below and text in line)
    await pilot.click(offset=(rows[y].index(text), y), times=times)


def order(app: WharfApp) -> list[str]:
    return [row.name for row in the_list(app).rows.shown]


async def test_every_view_is_a_key_and_a_click_away(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    fake.images.add("localhost/kept:1")
    fake.pods.add("front", Status.RUNNING, Status.EXITED)
    fake.volumes.add("data", "1" * 64)
    fake.networks.add("inner")
    expected = {
        "containers": "web",
        "pods": "1 of 2 run",
        "images": "localhost/kept:1",
        "volumes": "/srv/data",
        "networks": "10.87.0.0/24",
        "consoles": "no console is open",
        "events": "create",
        "foreign": "no container of podman",
        "hosts": "● here",
        "everywhere": "demo:latest",
        "journal": "nothing was done from a screen yet",
        "secrets": "token",
    }
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        for entry in VIEWS:
            await pilot.press(entry.key)
            await until_shown(pilot, expected[entry.name])
        for entry in [one for one in VIEWS if one.has_tab]:
            await click_on(pilot, entry.title)
            await until(pilot, lambda name=entry.name: main_screen(app).view.name == name)
            await until_shown(pilot, expected[entry.name])
        assert len(main_screen(app).query("Table")) == len(VIEWS)
        # Those without a tab to click on were left first.
        for _ in [one for one in VIEWS if one.has_tab][1:]:
            await pilot.press("q")
        assert main_screen(app).view.name == "containers"
        await pilot.press("q")
        assert main_screen(app).view.name == "journal"


async def test_a_view_is_made_and_read_when_it_is_first_shown(app: WharfApp, fake: FakeEngine) -> None:
    fake.images.add("localhost/kept:1")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "no containers yet")
        assert len(main_screen(app).query("Table")) == 1
        assert main_screen(app).detail.current is not None
        assert not main_screen(app).query(LogsTab)
        await pilot.press("3")
        await until_shown(pilot, "localhost/kept:1")
        fake.images.add("localhost/newcomer:1")
        await until_shown(pilot, "localhost/newcomer:1")


async def test_the_palette_leads_to_actions_of_other_views(app: WharfApp, fake: FakeEngine) -> None:
    fake.images.add("localhost/kept:1")
    fake.volumes.add("data")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "no containers yet")
        type_at_once(app, ":volumes go\n")
        await until_shown(pilot, "/srv/data")
        await pilot.press("colon", *"remove the image")
        await until_shown(pilot, "Images: remove the image")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: main_screen(app).view.name == "containers")


async def test_tabs_show_the_selected_row(app: WharfApp, fake: FakeEngine) -> None:
    web = fake.add("web")
    fake.add("other")
    web.print(b"said once")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web", "Overview", "said once")
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: main_screen(app).detail.tab_name == "logs" and "said once" in shown(app))
        web.print(b"said later")
        await until_shown(pilot, "said later")
        for tab, text in (
            ("stats", "network in 0/s, out 0/s"),
            ("top", "4711"),
            ("inspect", '"Name": "web"'),
            ("health", "no health"),
        ):
            await pilot.press("right")
            await until(pilot, lambda tab=tab: main_screen(app).detail.tab_name == tab)
            await until_shown(pilot, text)
        for title, text in (("Diff", "A /etc/�[2Jnew"), ("Events", "create"), ("Mounts", "Nothing of the host")):
            await click_on(pilot, title, below=10)
            await until_shown(pilot, text)
        await pilot.press("left_square_bracket", "left")
        assert main_screen(app).detail.tab_name == CONTAINER_TABS[-4].name
        await pilot.press("i", "j")
        await until_shown(pilot, '"Name": "web"')
        assert "STATE" not in shown(app)
        await pilot.press("q", "j")
        await until_shown(pilot, '"Name": "other"', "STATE")


async def test_only_the_tab_that_is_seen_follows(app: WharfApp, fake: FakeEngine) -> None:
    web = fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("right", "right")
        await until(pilot, lambda: main_screen(app).detail.tab_name == "stats")
        web.print(b"nobody looks")
        await settled(pilot)
        assert not main_screen(app).query_one(LogsTab).is_following
        await pilot.press("left")
        await until_shown(pilot, "nobody looks")
        assert main_screen(app).query_one(LogsTab).is_following


async def test_rows_are_sorted_by_key_and_by_click_and_the_cursor_stays(app: WharfApp, fake: FakeEngine) -> None:
    for name in ("middle", "zebra", "ant"):
        fake.add(name, Status.EXITED if name == "zebra" else Status.RUNNING, exit_code=1)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "ant")
        await click_on(pilot, "NAME")
        await until(pilot, lambda: order(app) == ["ant", "middle", "zebra"])
        assert selected_name(app) == "middle"
        assert "NAME▲" in shown(app)
        await click_on(pilot, "NAME▲")
        assert order(app) == ["zebra", "middle", "ant"]
        await pilot.press("O")
        assert order(app) == ["ant", "middle", "zebra"]
        await pilot.press("o", "o", "o")
        assert "sorted by up / exit" in status(app)
        await pilot.press("o")
        assert "CPU %▼" in shown(app)
        await until(pilot, lambda: len(fake.sampled) > 0 and len(fake.sampled[-1]) == 3)
        assert selected_name(app) == "middle"


async def test_columns_and_order_are_there_at_the_next_run(app: WharfApp, fake: FakeEngine, state_folder: Path) -> None:
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web", "COMMAND", "IMAGE")
        await pilot.press("W")
        await until_shown(pilot, "[✓] COMMAND", "[ ] RESTARTS")
        await pilot.press(*["down"] * 3, "space", *["down"] * 7, "space", *["left"] * 11, "enter")
        await until(pilot, lambda: "COMMAND" not in shown(app) and "PORTS" in lines(app)[2])
        assert lines(app)[2].index("PORTS") < lines(app)[2].index("STATE")
        await pilot.press("o", "o", "o", "O")
    assert (state_folder / "lists.json").exists()
    again = WharfApp(app._bridge)
    table = main_screen_table(again)
    assert [column.name for column in table.columns[:4]] == ["ports", "state", "name", "image"]
    assert table.rows.sorted_by is not None
    assert (table.rows.sorted_by.name, table.rows.falling) == ("name", True)


def main_screen_table(app: WharfApp):  # type: ignore[no-untyped-def]
    """The list of a program that does not run."""
    from tui.screens.deck import DeckScreen

    return DeckScreen(app._bridge, app._keys).table


async def test_a_damaged_file_of_lists_is_told(app: WharfApp, fake: FakeEngine, state_folder: Path) -> None:
    state_folder.mkdir(parents=True)
    (state_folder / "lists.json").write_text("{")
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web", "the columns that were chosen are forgotten")


async def test_a_filter_with_terms_as_one_types(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web-1", labels={"tier": "front"})
    fake.add("web-2", Status.EXITED, exit_code=1)
    fake.add("db")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "db")
        type_at_once(app, "/!db state:run")
        await until(pilot, lambda: order(app) == ["web-1"])
        assert "/!db state:run" in lines(app)[0]
        await pilot.press("escape")
        await until(pilot, lambda: len(order(app)) == 3)
        type_at_once(app, "//web-[12]/\n")
        await until(pilot, lambda: order(app) == ["web-1", "web-2"])
        await pilot.press("3", "1")
        assert order(app) == ["web-1", "web-2"]


async def test_a_verb_on_marks_asks_once_and_tells_once(app: WharfApp, fake: FakeEngine) -> None:
    for name in ("one", "two", "three", "four"):
        fake.add(name)
    fake.add("ended", Status.EXITED, exit_code=0)
    fake.failures["restart"] = EngineError("it would not")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until_shown(pilot, "ended")
        await pilot.press("space", "space", "space")
        await until_shown(pilot, "3 marked")
        assert row_of(app, " two ").startswith("✓")
        await pilot.press("d")
        await until_shown(pilot, "Remove 3 containers?", "one  is running, so it is killed first", "three  is running")
        assert sum(isinstance(screen, ConfirmDialog) for screen in app.screen_stack) == 1
        await pilot.press("enter")
        assert fake.calls == []
        await pilot.press("r")
        await until_shown(pilot, "Restart 3 containers?")
        await pilot.press("y")
        await until(pilot, lambda: "2 restarted; 1 failed" in status(app))
        assert sorted(name for verb, name in fake.calls if verb == "restart") == ["one", "three", "two"]
        await until_shown(pilot, ": it would not", "2 restarted: ")
        await pilot.press("asterisk", "s")
        await until_shown(pilot, "Stop and start 5 containers?", "ended  is started")
        await pilot.press("n", "ctrl+backslash", "p")
        await until(pilot, lambda: ("pause", "four") in fake.calls)


async def test_marks_by_range_and_by_mouse_and_rows_that_do_not_allow(app: WharfApp, fake: FakeEngine) -> None:
    for number in range(6):
        fake.add(f"web-{number}", Status.EXITED if number == 2 else Status.RUNNING, exit_code=0)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web-5")
        await pilot.press("space", "j", "j", "ctrl+@")
        assert [row.name for row in the_list(app).rows.marked] == ["web-0", "web-1", "web-2", "web-3"]
        await pilot.press("ctrl+backslash", "shift+down", "shift+up", "shift+up")
        assert [row.name for row in the_list(app).rows.marked] == ["web-2", "web-3", "web-4"]
        y = next(number for number, line in enumerate(lines(app)) if "web-5" in line)
        await pilot.click(offset=(0, y))
        await until_shown(pilot, "4 marked")
        await pilot.press("p")
        await until_shown(pilot, "Pause 3 containers?", "web-2  is left alone: it is exited")
        await pilot.press("escape", "escape")
        assert the_list(app).rows.marked == []


async def test_the_menu_has_letters_and_only_what_can_be_done(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web", Status.EXITED, exit_code=0)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("x")
        await until_shown(pilot, "What to do with web", "start the container, or stop it")
        await pilot.press("p")
        await settled(pilot)
        assert fake.calls == []
        await pilot.press("s")
        await until(pilot, lambda: fake.calls == [("start", "web")])
        await pilot.press("m", "down", "down", "enter")
        await until(pilot, lambda: ("pause", "web") in fake.calls or ("restart", "web") in fake.calls)


async def test_the_mouse_selects_opens_and_presses_keys(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    fake.add("other")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "other")
        await click_on(pilot, "other")
        assert selected_name(app) == "other"
        await click_on(pilot, "p pause")
        await until(pilot, lambda: fake.calls == [("pause", "other")])
        await until(pilot, lambda: "p unpause" in key_bar(app))
        await click_on(pilot, "web", times=2)
        await until(pilot, lambda: "STATE" not in shown(app))
        await pilot.press("enter")
        await until_shown(pilot, "STATE")


async def test_images_pods_and_volumes_are_worked_by_the_same_keys(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web", image_id="1" * 64, pod_name="front")
    fake.add("lonely")
    fake.images.add("localhost/used:1")
    fake.images.add("localhost/free:1")
    fake.pods.add("front", Status.RUNNING)
    fake.volumes.add("data")
    fake.networks.add("inner")
    fake.networks.add("wharfinger")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("3")
        await until_shown(pilot, "localhost/free:1")
        await pilot.press("G", "d", "y")
        await until(pilot, lambda: status(app) == "localhost/free:1 removed" and order(app) == ["localhost/used:1"])
        await pilot.press("d")
        await until_shown(pilot, "Remove localhost/used:1 and its containers?", "They are killed", "web")
        await pilot.press("y")
        await until(pilot, lambda: status(app) == "localhost/used:1 removed, with its containers")
        await pilot.press("4")
        await until_shown(pilot, "/srv/data")
        await pilot.press("d", "y")
        await until_shown(pilot, "no volumes yet")
        await pilot.press("5")
        await until_shown(pilot, "10.87.0.0/24, gateway 10.87.0.1")
        await pilot.press("d", "n", "j", "d")
        await until(pilot, lambda: "can not remove wharfinger: it is the default one" in status(app))
        await pilot.press("2")
        await until_shown(pilot, "1 of 1 run", "ipc, net")
        await pilot.press("s", "y")
        await until(pilot, lambda: ("stop pod", "front") in fake.calls)
        await pilot.press("t")
        await until(pilot, lambda: order(app) == ["web"] and main_screen(app).view.name == "containers")


async def test_open_consoles_are_a_view(app: WharfApp, fake: FakeEngine) -> None:
    web = fake.add("web", terminal=True)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("a")
        await until(pilot, lambda: web.monitor is not None)
        await pilot.press("ctrl+right_square_bracket", "l", "6")
        await until_shown(pilot, "CONSOLE", "● open")
        await pilot.press("enter")
        await until(pilot, lambda: main_screen(app).focused is main_screen(app).consoles.front)
        await pilot.press("ctrl+right_square_bracket", "l", "d")
        await until_shown(pilot, "no console is open")


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_small_windows_show_all_of_it(app: WharfApp, fake: FakeEngine, size: tuple[int, int]) -> None:
    for number in range(30):
        fake.add(f"web-{number}")
    async with app.run_test(size=size) as pilot:
        await until_shown(pilot, "web-4", "Containers", "Overview", "q quit")
        for entry in VIEWS:
            await pilot.press(entry.key)
            await settled(pilot, 0.05)
            assert entry.title in shown(app)
        await pilot.press("1", "left")
        await until_shown(pilot, "Env", "Its environment is empty")


async def test_where_there_is_no_room_the_last_views_are_their_keys_and_a_click_finds_them(app: WharfApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "7 Events 8 9 0")
        place = next(line for line in shown(app).split("\n") if "7 Events" in line).index(" 8 9 0") + 1
        await pilot.click("#views", offset=(place, 0))
        await until_shown(pilot, "7 8 Others 9 0")

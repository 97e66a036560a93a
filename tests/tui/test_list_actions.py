"""What is done to the list itself: sorted, cut down to what failed, given other columns and another share of room."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from core.model.health import Health, HealthStatus
from core.model.state import Status
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import (
    SIZE,
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
from tui.palette_ranking import Chosen, Query
from tui.row_text import fit_columns
from tui.screens.palette import PaletteScreen
from tui.screens.view_stack import pages_of
from tui.views.container_columns import COLUMNS


async def test_the_column_to_sort_by_is_chosen_from_a_list(app: WharfApp, fake: FakeEngine) -> None:
    for name, restarts in (("few", 1), ("none", 0), ("many", 7)):
        fake.add(name, restarts=restarts)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "many")
        await pilot.press("b")
        await until_shown(pilot, "Sort by", "▼ RESTARTS")
        await pilot.press(*["down"] * ([column.name for column in COLUMNS].index("restarts") + 1), "enter")
        await until(pilot, lambda: [row.name for row in the_list(app).rows.shown] == ["many", "few", "none"])
        await pilot.press("b", "space", "enter")
        await until(pilot, lambda: [row.name for row in the_list(app).rows.shown] == ["none", "few", "many"])
        await pilot.press("b", "home", "enter")
        await until(pilot, lambda: [row.name for row in the_list(app).rows.shown] == ["few", "none", "many"])


async def test_only_what_failed(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("well")
    fake.add("done", Status.EXITED, exit_code=0)
    fake.add("stopped", Status.EXITED, exit_code=143, stopped_by_user=True)
    fake.add("broken", Status.EXITED, exit_code=1)
    fake.add("sick", health=Health(status=HealthStatus.UNHEALTHY))
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "sick")
        await pilot.press("ctrl+z")
        await until(pilot, lambda: [row.name for row in the_list(app).rows.shown] == ["broken", "sick"])
        assert "faults only" in shown(app)
        await pilot.press("escape")
        await until_shown(pilot, "well", "stopped")
        await pilot.press("3", "ctrl+z")
        await until(pilot, lambda: "none can fail" in status(app))


async def test_a_label_is_a_column_and_stays_one(app: WharfApp, fake: FakeEngine, state_folder: Path) -> None:
    fake.add("web", labels={"tier": "front"})
    fake.add("db", labels={"tier": "back"})
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("W", "end", "space", "enter")
        await until(pilot, lambda: "TIER" in lines(app)[2] and "front" in row_of(app, "web"))
        await pilot.press("o", "o")
        await until(pilot, lambda: the_list(app).rows.sorted_by is not None)
    assert '"label:tier"' in (state_folder / "lists.json").read_text()


async def test_all_columns_come_page_by_page(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web", restarts=5)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "web")
        titles: set[str] = set()
        for _ in range(20):
            titles.update(column.name for column, _ in the_list(app)._fitted)
            await pilot.press("ctrl+w")
            await settled(pilot, 0.05)
            if status(app).startswith("columns: page 1 "):
                break
        assert titles == {column.name for column in COLUMNS}


@pytest.mark.parametrize("width", [60, 80, 120, 400])
def test_no_column_is_left_out_of_the_pages(width: int) -> None:
    usual = [column for column in COLUMNS if column.chosen]
    pages = pages_of(usual, [column for column in COLUMNS if not column.chosen], width)
    seen = {column.name for page in pages for column, _ in fit_columns(page, width)}
    assert {column.name for column in COLUMNS} - seen == set()


async def test_the_list_gets_more_or_less_room(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        usual = the_list(app).size.height
        await pilot.press("minus")
        await until(pilot, lambda: the_list(app).size.height < usual)
        await pilot.press("plus", "plus", "plus")
        await until(pilot, lambda: not main_screen(app).detail.is_seen)
        await pilot.press("underscore", "underscore")
        await until(pilot, lambda: the_list(app).size.height == usual)


async def test_an_infra_container_goes_by_its_pod(app: WharfApp, fake: FakeEngine) -> None:
    pod = "c" * 64
    fake.add(f"{pod[:12]}-infra", is_infra=True, pod=pod, pod_name="shop", image="/var/lib/infra", image_id="")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "shop-infra", "(infra of")
        assert "/var/lib" not in shown(app) and f"{pod[:12]}-infra" not in shown(app)
        await pilot.press("s")
        await until_shown(pilot, "Stop shop-infra?")


def test_what_is_called_so_comes_first() -> None:
    query = Query("st")
    named = query.rank("start", "start the container; never stops it")
    begun = query.rank("inspect", "what is stored of it")
    found = query.rank("list", "the list")
    fuzzy = query.rank("sort", "sort the other way round")
    assert None not in (named, begun, found, fuzzy)
    assert sorted([fuzzy, found, begun, named]) == [named, begun, found, fuzzy]  # type: ignore[type-var]
    assert query.rank("pull", "an image") is None


async def test_the_palette_has_start_and_stop_first(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        type_at_once(app, ":st")
        await until(pilot, lambda: isinstance(app.screen, PaletteScreen) and app.screen.query_one(Input).value == "st")
        await settled(pilot)
        offered = [line.strip(" │") for line in lines(app) if " the " in line and "│" in line]
        assert offered[0].startswith("s ") and "stop it where it runs" in offered[0]
        type_at_once(app, "\n")
        await until_shown(pilot, "Stop web?")


def test_what_was_chosen_often_comes_before(tmp_path: Path) -> None:
    chosen = Chosen(tmp_path / "state" / "palette.json")
    chosen.note("restart")
    chosen.note("restart")
    assert Chosen(tmp_path / "state" / "palette.json").times("restart") == 2
    (tmp_path / "state" / "palette.json").write_text("[")
    assert Chosen(tmp_path / "state" / "palette.json").times("restart") == 0


async def test_the_cursor_stays_where_columns_turn(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("a")
    fake.add("b")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "b")
        await pilot.press("j", "ctrl+w")
        await until_shown(pilot, "columns: page 2")
        assert selected_name(app) == "b"

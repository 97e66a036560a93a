"""The view of containers: live changes, errors, sizes, and the end of the program."""

from __future__ import annotations

import threading

import pytest
from textual.strip import Strip

from core.errors import EngineError, NoSuchContainer
from core.events import EventKind
from core.model.log_target import LogDriver
from core.model.state import Status
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import (
    SIZE,
    lines,
    main_screen,
    row_of,
    selected_name,
    settled,
    status,
    the_list,
    until,
    until_shown,
)
from tui.app import CRASHED, WharfApp
from tui.screens.deck import DeckScreen
from tui.screens.dialog import ConfirmDialog, ErrorDialog
from tui.step import Step
from tui.widgets.table import Table


async def test_an_empty_engine_tells_how_to_get_containers(app: WharfApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "no containers yet: wharf demo", "Nothing is selected")


async def test_the_title_counts_the_states(app: WharfApp, fake: FakeEngine) -> None:
    for name, state in (("a", Status.RUNNING), ("b", Status.RUNNING), ("c", Status.EXITED)):
        fake.add(name, state)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "2 running", "1 exited")


async def test_where_a_log_goes_that_is_not_kept_here(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web", log_driver=LogDriver.JOURNALD)
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "log: journald")


async def test_a_change_outside_shows_without_a_key(app: WharfApp, fake: FakeEngine) -> None:
    web = fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "running" in row_of(app, "web"))
        web.become(EventKind.DIED, status=Status.EXITED, exit_code=3, finished_at=1.0)
        await until(pilot, lambda: "exited" in row_of(app, "web") and "(3)" in row_of(app, "web"))
        fake.add("newcomer", Status.CONFIGURED)
        await until_shown(pilot, "newcomer")
        fake.take_away("web")
        await until(pilot, lambda: not row_of(app, "web"))


async def test_a_second_draws_those_rows_alone_that_say_something_else(
    app: WharfApp, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second", "third"):
        fake.add(name, Status.CONFIGURED)
    fake.add("web")
    render_line = Table.render_line
    drawn: list[int] = []

    def noted(table: Table, y: int) -> Strip:
        drawn.append(y)
        return render_line(table, y)

    monkeypatch.setattr(Table, "render_line", noted)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "42.0M" in row_of(app, "web"))
        await settled(pilot)
        drawn.clear()
        await until(pilot, lambda: len(drawn) > 1)
        assert set(drawn) == {4}, "the time that web is up, and nothing else"


async def test_the_scrollbar_covers_no_figure(app: WharfApp, fake: FakeEngine) -> None:
    for number in range(50):
        fake.add(f"filler{number}")
    async with app.run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: "42.0M" in row_of(app, "filler3"))


@pytest.mark.parametrize("size", [(20, 5), (20, 4)])
async def test_a_tiny_window_has_the_list(app: WharfApp, fake: FakeEngine, size: tuple[int, int]) -> None:
    fake.add("web")
    async with app.run_test(size=size) as pilot:
        await until_shown(pilot, "● running")
        assert not app.screen.show_vertical_scrollbar
        await pilot.resize_terminal(*SIZE)
        await until_shown(pilot, "● running", "? help")


async def test_a_burst_of_events_ends_in_the_last_state(app: WharfApp, fake: FakeEngine) -> None:
    web = fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        for turn in range(3000):
            web.become(EventKind.PAUSE, status=Status.PAUSED if turn % 2 else Status.RUNNING)
        web.become(EventKind.DIED, status=Status.EXITED, exit_code=0, finished_at=1.0)
        await until(pilot, lambda: "exited" in row_of(app, "web"))


async def test_the_row_tells_how_long_a_stop_has_waited(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    fake.held["stop"] = threading.Event()
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("s", "y")
        await until(pilot, lambda: "stopping 2/10 s" in row_of(app, "web"))
        fake.held["stop"].set()
        await until(pilot, lambda: "exited" in row_of(app, "web"))
        assert "stopping" not in row_of(app, "web")
        assert status(app) == "web stopped"


async def test_keys_are_answered_while_a_verb_is_under_way(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    fake.add("other")
    fake.held["restart"] = threading.Event()
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("r")
        await until(pilot, lambda: "stopping 2/10 s" in row_of(app, "web"))
        await pilot.press("j")
        assert selected_name(app) == "other"
        await pilot.press("p")
        await until(pilot, lambda: "paused" in row_of(app, "other"))


async def test_an_error_ends_in_one_dialog_with_message_and_hint(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    fake.failures["restart"] = EngineError("runc was not amused", hint="ask it again")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("r")
        await until_shown(pilot, "That did not work", "runc was not amused", "→ ask it again")
        await settled(pilot)
        assert [type(screen) for screen in app.screen_stack[1:]] == [DeckScreen, ErrorDialog]
        await pilot.press("enter")
        assert isinstance(app.screen, DeckScreen)
        assert "runc was not amused" in status(app)
        assert "…" not in row_of(app, "web")[:20]


async def test_several_errors_at_once_end_in_one_dialog(app: WharfApp, fake: FakeEngine) -> None:
    web = fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        for _ in range(5):
            app._bridge.run(Step("unpause", web.id, "web"))
        await until(pilot, lambda: isinstance(app.screen, ErrorDialog))
        await settled(pilot)
        assert sum(isinstance(screen, ErrorDialog) for screen in app.screen_stack) == 1
        await pilot.press("escape")
        assert isinstance(app.screen, DeckScreen)


async def test_a_container_that_went_away_meanwhile_is_told(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        fake.take_away("web")
        await pilot.press("y")
        await until_shown(pilot, "no container", "→ look at the list")


async def test_what_nobody_foresaw_points_to_the_log_file(
    app: WharfApp, fake: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    fake.add("web")
    fake.failures["pause"] = ValueError("seven is odd")
    async with app.run_test(size=(200, 36)) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, ErrorDialog))
        await until_shown(pilot, "not foreseen: seven is odd")
        text = " ".join("".join(line for line in lines(app)).split())
        assert fake.paths.log_file.name in text.replace("│", "").replace(" ", "")
        assert any(record.exc_info for record in caplog.records)
        await pilot.press("enter")
        await until(pilot, lambda: "running" in row_of(app, "web"))
    assert app.failure is None


async def test_a_list_that_cannot_be_read_is_told_and_comes_back(app: WharfApp, fake: FakeEngine) -> None:
    fake.failures["containers"] = EngineError("the database is locked", hint="wait a little")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "the database is locked")
        await pilot.press("enter")
        fake.add("web")
        await until_shown(pilot, "web")


async def test_a_crash_ends_with_its_code_and_is_kept(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    trouble = RuntimeError("a defect in the screen")

    def fail() -> None:
        raise trouble

    with pytest.raises(RuntimeError, match="a defect in the screen"):
        async with app.run_test(size=SIZE) as pilot:
            await until_shown(pilot, "web")
            app.call_later(fail)
            await until(pilot, lambda: app.return_code is not None)
    assert app.return_code == CRASHED == 125
    assert app.failure is trouble


async def test_q_quits_with_code_0(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running or app._exit)
    assert (app.return_code or 0) == 0
    assert app.failure is None


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+p", "ctrl+c"])
async def test_keys_of_textual_neither_quit_nor_open_anything(app: WharfApp, fake: FakeEngine, key: str) -> None:
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        before = app.screen
        await pilot.press(key)
        await settled(pilot)
        assert app.screen is before
        assert not app._exit
        assert fake.calls == []
        await pilot.press("p")
        await until(pilot, lambda: fake.calls == [("pause", "web")])


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (20, 5), (10, 3), (1, 1), (300, 90)])
async def test_any_size_of_window_works(app: WharfApp, fake: FakeEngine, size: tuple[int, int]) -> None:
    for number in range(50):
        fake.add(f"web-{number}", labels={"a": "b"}).print(b"some output")
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: the_list(app).selected is not None)
        for keys in (("j", "k", "G", "g", "pagedown"), ("slash", "w", "escape"), ("question_mark", "q"), ("s", "n")):
            await pilot.press(*keys)
        for key in ("l", "X", "colon", "ctrl+k", "x"):
            await pilot.press(key)
            await until(pilot, lambda: app.screen is not main_screen(app))
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is main_screen(app))
        assert len(lines(app)) == size[1]
    assert app.failure is None


async def test_a_window_that_changes_its_size_again_and_again(app: WharfApp, fake: FakeEngine) -> None:
    for number in range(40):
        fake.add(f"web-{number}")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web-0")
        await pilot.press("G")
        for width, height in ((1, 1), (10, 3), (200, 60), (20, 5), (80, 24)):
            await pilot.resize_terminal(width, height)
        assert selected_name(app) == "web-39"
        await until_shown(pilot, "web-39")


async def test_a_verb_under_way_comes_to_its_end_after_the_program(app: WharfApp, fake: FakeEngine) -> None:
    web = fake.add("web")
    gate = fake.held["stop"] = threading.Event()
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("s", "y")
        await until(pilot, lambda: ("stop", "web") in fake.calls)
        await pilot.press("q")
        await until(pilot, lambda: app._exit)
    main = app._bridge
    assert main.under_way() == ["web (stopping)"]
    gate.set()
    main.close()
    main._pool.shutdown(wait=True)
    assert web.shown.status is Status.EXITED


async def test_the_log_of_a_container_that_went_away_is_no_error(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        fake.failures["inspect"] = NoSuchContainer("it is gone")
        app._bridge.read_detail("last lines", "f" * 64)
        await settled(pilot)
        assert isinstance(app.screen, DeckScreen)
        await pilot.press("i")
        await settled(pilot)
        fake.take_away("web")
        await until_shown(pilot, "Nothing is selected")
    assert app.failure is None


async def test_of_few_lines_a_question_shows_its_buttons_before_its_words(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web", Status.EXITED)
    async with app.run_test(size=(40, 8)) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("d")
        await until_shown(pilot, "Remove web?", "Cancel", "Remove ")
        await pilot.press("escape", "n")
        await until_shown(pilot, "New container", "image", "Cancel", "Run")

"""Keys and what they do: verbs, dialogs, filter, palette, logs, export, consoles."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import msgspec
import pytest

from core.errors import NoSpace, NoSuchExecutable
from core.events import EventKind
from core.model.config import ResourceLimits
from core.model.content import CommitOptions
from core.model.health import Health, HealthStatus
from core.model.state import Status
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import (
    SIZE,
    key_bar,
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
from tui.keymap import GENERAL
from tui.row_text import fit_columns
from tui.screens.dialog import ConfirmDialog
from tui.screens.export import ExportDialog
from tui.screens.view_stack import SHOWING
from tui.tabs.registry import CONTAINER_TABS
from tui.views import VIEWS, load
from tui.views.containers import ACTIONS, COLUMNS
from tui.widgets.table import Table


@pytest.mark.parametrize(
    ("state", "keys", "call"),
    [
        (Status.CONFIGURED, "s", ("start", "web")),
        (Status.EXITED, "S", ("start", "web")),
        (Status.RUNNING, "p", ("pause", "web")),
        (Status.PAUSED, "p", ("unpause", "web")),
        (Status.RUNNING, "H", ("exec", "web", "health check")),
        (Status.RUNNING, "r", ("restart", "web")),
        (Status.RUNNING, "s y", ("stop", "web")),
        (Status.CONFIGURED, "M", ("mount", "web")),
        (Status.EXITED, "d y", ("remove", "web")),
        (Status.RUNNING, "d tab enter", ("force remove", "web")),
        (Status.RUNNING, "ctrl+k down down enter", ("kill", "web", "INT")),
    ],
)
async def test_a_key_does_its_verb(
    app: WharfApp, fake: FakeEngine, state: Status, keys: str, call: tuple[str, ...]
) -> None:
    fake.add("other", Status.EXITED)
    fake.add("web", state, exit_code=0, health=Health())
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("j", *keys.split())
        await until(pilot, lambda: call in fake.calls)
        assert {name for _, name, *_ in fake.calls} == {"web"}


@pytest.mark.parametrize(("state", "key"), [(Status.EXITED, "p"), (Status.CONFIGURED, "a"), (Status.PAUSED, "e")])
async def test_a_verb_that_the_state_forbids_is_not_tried(
    app: WharfApp, fake: FakeEngine, state: Status, key: str
) -> None:
    fake.add("web", state, exit_code=0)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press(key)
        await until(pilot, lambda: f"web: it is {state}" in status(app))
        assert fake.calls == []


@pytest.mark.parametrize(("key", "title"), [("s", "Stop web?"), ("d", "Remove web?"), ("ctrl+k", "Send a signal")])
@pytest.mark.parametrize("answer", ["enter", "escape", "q"])
async def test_the_default_is_to_do_nothing(app: WharfApp, fake: FakeEngine, key: str, title: str, answer: str) -> None:
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press(key)
        await until_shown(pilot, title)
        await pilot.press(answer)
        await until(pilot, lambda: app.screen is main_screen(app))
        await settled(pilot)
        assert fake.calls == []


async def test_the_footer_has_the_very_verbs(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web", Status.PAUSED)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "p unpause" in key_bar(app))
        assert "stop" not in key_bar(app)
        assert "shell" not in key_bar(app)


async def test_the_cursor_stays_on_its_container(app: WharfApp, fake: FakeEngine) -> None:
    for number in range(300):
        fake.add(f"web-{number}")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web-0")
        await pilot.press(*["j"] * 5)
        assert selected_name(app) == "web-5"
        for number in range(5):
            fake.take_away(f"web-{number}")
        await until(pilot, lambda: not row_of(app, "web-4 "))
        assert selected_name(app) == "web-5"
        fake.take_away("web-5")
        await until(pilot, lambda: selected_name(app) == "web-6")
        await pilot.press("G")
        await until_shown(pilot, "web-299")
        await until(pilot, lambda: len(app._bridge._visible) < 40 and fake.find("web-299").id in app._bridge._visible)


async def test_a_filter_typed_at_once_and_a_verb_behind_it(app: WharfApp, fake: FakeEngine) -> None:
    for name in ("alpha", "beta", "gamma"):
        fake.add(name, labels={"tier": "front" if name == "gamma" else "back"})
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "gamma")
        type_at_once(app, "/front\np")
        await until(pilot, lambda: ("pause", "gamma") in fake.calls)
        assert len(fake.calls) == 1
        await until(pilot, lambda: not row_of(app, "alpha"))
        await pilot.press("escape")
        await until_shown(pilot, "alpha", "beta", "gamma")


async def test_the_running_ones_alone(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("up")
    fake.add("down", Status.EXITED, exit_code=1)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "up", "down")
        await pilot.press("full_stop")
        await until(pilot, lambda: not row_of(app, "(1)"))
        assert "running only" in shown(app)
        await pilot.press("full_stop")
        await until_shown(pilot, "(1)")


async def test_the_palette_typed_at_once(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        type_at_once(app, ":pause\n")
        await until(pilot, lambda: fake.calls == [("pause", "web")])


async def test_the_palette_has_only_what_can_be_done(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web", Status.EXITED, exit_code=0)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("colon")
        await until_shown(pilot, "What to do", "start the container")
        assert "open a shell" not in shown(app)
        await pilot.press(*"zzzz", "enter", "escape")
        await until(pilot, lambda: app.screen is main_screen(app))
        assert fake.calls == []


async def test_the_help_has_every_action(app: WharfApp, fake: FakeEngine) -> None:
    async with app.run_test(size=(130, 120)) as pilot:
        await pilot.press("question_mark")
        await until_shown(pilot, "the keys", *(action.description for action in (*GENERAL, *ACTIONS)))


async def test_hostile_texts_are_only_text(app: WharfApp, fake: FakeEngine) -> None:
    evil = "\x1b[31m\x1b]0;owned\x07[bold]x[/] \u202e\x9b2J"
    fake.add("n" * 200, image=evil, command=("sh", evil), labels={"a": evil}).print(b"\x1b[2J\x1b]52;c;eA==\x07out")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "nnnn", "out")
        for tab in CONTAINER_TABS:
            await pilot.press("right_square_bracket")
            await settled(pilot)
            assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown(app)), tab.name
        for key in ("l", "d", "X"):
            await pilot.press(key)
            await until(pilot, lambda: app.screen is not main_screen(app))
            assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown(app))
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is main_screen(app))
        assert "[bold]x[/]" in shown(app)
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown(app))


async def test_logs_follow_until_one_looks_back(app: WharfApp, fake: FakeEngine) -> None:
    web = fake.add("web")
    web.print(*[b"old %d" % number for number in range(100)])
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("l")
        await until_shown(pilot, "log of web", "old 99")
        web.print(b"piece one, ", partial=True)
        web.print(b"piece two\r")
        await until_shown(pilot, "piece one, piece two")
        await pilot.press("g")
        await until_shown(pilot, "old 0")
        web.print(*[b"flood %d" % number for number in range(100_000)])
        await settled(pilot, 1.0)
        assert "old 1" in shown(app)
        await pilot.press("G")
        await until(pilot, lambda: "flood" in shown(app))
        await pilot.press("q")
        await until(pilot, lambda: app.screen is main_screen(app))


async def test_an_export_goes_on_behind_its_dialog(app: WharfApp, fake: FakeEngine, tmp_path: Path) -> None:
    fake.add("web")
    gate = fake.held["export"] = threading.Event()
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("X", "ctrl+u")
        type_at_once(app, f"{tmp_path}/a.tar\n")
        await until_shown(pilot, "25%", "50.0M/s", "15s left")
        await pilot.press("escape")
        await until(pilot, lambda: "exporting 25 %" in row_of(app, "web"))
        await pilot.press("X")
        await until_shown(pilot, "Hide", "25%")
        await pilot.press("enter")
        gate.set()
        await until(pilot, lambda: "exported to" in status(app))
        assert "exporting" not in row_of(app, "web")
        assert fake.calls == [("export", "web", f"{tmp_path}/a.tar", "none", False)]


async def test_a_failed_export_keeps_the_dialog_with_the_reason(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    fake.failures["export"] = NoSpace("there is no room", hint="make some")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("X", "enter")
        await until_shown(pilot, "there is no room", "make some")
        assert isinstance(app.screen, ExportDialog)


async def test_a_cancelled_export_says_so(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    fake.held["export"] = threading.Event()
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("X", "enter")
        await until_shown(pilot, "25%")
        await pilot.press("shift+tab", "enter")
        fake.held["export"].set()
        await until(pilot, lambda: "cancelled" in status(app))


async def test_a_console_opens_beside_the_list_and_is_left(app: WharfApp, fake: FakeEngine) -> None:
    web = fake.add("web", terminal=True)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("a")
        await until_shown(pilot, "ctrl+] d detach")
        await until(pilot, lambda: web.monitor is not None)
        assert web.monitor is not None
        web.monitor.send(b"\x02hello from inside")
        await until_shown(pilot, "hello from inside", "web")
        fake.add("newcomer")
        await until_shown(pilot, "newcomer")
        await pilot.press("q", "p")
        assert web.monitor.recv(10) + web.monitor.recv(10) == b"qp"
        await pilot.press("ctrl+right_square_bracket", "l", "p")
        await until(pilot, lambda: ("pause", "web") in fake.calls)
        await pilot.press("tab", "ctrl+right_square_bracket", "d")
        await until(pilot, lambda: not main_screen(app).consoles.panes)
        assert main_screen(app).focused is the_list(app)


async def test_a_console_at_its_end_keeps_its_screen_until_q(app: WharfApp, fake: FakeEngine) -> None:
    web = fake.add("web", terminal=True)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("a")
        await until(pilot, lambda: web.monitor is not None)
        assert web.monitor is not None
        web.monitor.send(b"\x02last words")
        await until_shown(pilot, "last words")
        web.monitor.close()
        await until(pilot, lambda: "q closes its pane" in status(app))
        assert "last words" in shown(app)
        await pilot.press("q")
        await until(pilot, lambda: not main_screen(app).consoles.panes)
        assert not app._exit and status(app) == ""


async def test_what_is_typed_ahead_of_a_console_is_no_verb(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web", terminal=True)
    fake.held["attach"] = threading.Event()
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        type_at_once(app, "aprd")
        await settled(pilot)
        assert fake.calls == [("attach", "web")]
        assert not isinstance(app.screen, ConfirmDialog)
        fake.held["attach"].set()


async def test_a_container_without_a_shell_gets_an_offer(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    fake.failures["exec"] = NoSuchExecutable("no sh")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("e")
        await until_shown(pilot, "web has no shell", "busybox")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is main_screen(app))


def test_no_key_is_bound_twice_and_none_is_the_consoles() -> None:
    moving = {key for binding in Table.BINDINGS for key in binding.key.split(",")}
    for entry in VIEWS:
        actions = [*load(entry.name).actions, *GENERAL, *SHOWING]
        keys = [key for action in actions for key in action.keys]
        assert len(keys) == len(set(keys)), entry.name
        assert not ({"ctrl+p", "ctrl+q", "ctrl+c", "tab"} | moving) & set(keys), entry.name
        assert all(action.label_for([]) == action.label for action in actions)


def test_lines_are_as_wide_as_the_window() -> None:
    for width in range(1, 300):
        columns = fit_columns(COLUMNS, width)
        assert [column.title for column, _ in columns][:2] == ["STATE", "NAME"]
        if width >= 60:
            assert sum(room + 1 for _, room in columns) <= width


async def test_events_are_followed(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    fake.tell(EventKind.DIED, "journalled-before")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("v")
        await until_shown(pilot, "EVENT", "died          journalled")
        fake.tell(EventKind.PAUSE, "happens-now")
        await until_shown(pilot, "pause         happens-now")
        await pilot.press("q")
        await until_shown(pilot, "STATE")


async def test_an_ended_container_says_why(app: WharfApp, fake: FakeEngine) -> None:
    limits = ResourceLimits(memory=64 << 20, cpus=0.5, pids=100)
    changed = {"exit_code": 137, "oom_killed": True, "restarts": 2, "resources": limits}
    fake.add("web", Status.EXITED, started_at=1000.0, finished_at=1075.0, **changed)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "out of memory: the kernel", "1m15s, 2 restarts", "64", "0.5 CPUs, 100 processes")


async def test_cpu_is_of_one_core_or_of_the_machine(
    app: WharfApp, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "12.3")
        await pilot.press("percent_sign")
        await until_shown(pilot, " 4.1", "percent of the whole machine")
        await pilot.press("percent_sign")
        await until_shown(pilot, "12.3", "percent of one core")


async def test_an_unhealthy_container_says_so(app: WharfApp, fake: FakeEngine) -> None:
    health = Health(status=HealthStatus.UNHEALTHY, failing_streak=3, checked_at=time.time())
    fake.add("web", Status.RUNNING, health=health)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "● unhealthy")
        await until_shown(pilot, "unhealthy, 3 failures in a row, checked")
        await pilot.press("H")
        await until(pilot, lambda: "web failed its health check with 1: no answer" in status(app))


async def test_checks_that_change_no_status_are_told_too(app: WharfApp, fake: FakeEngine) -> None:
    health = Health(status=HealthStatus.UNHEALTHY, failing_streak=3, checked_at=time.time() - 60)
    web = fake.add("web", Status.RUNNING, health=health)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "unhealthy, 3 failures in a row, checked 1m")
        # Nothing is announced: a check that gives the same again brings no event.
        newer = Health(status=HealthStatus.UNHEALTHY, failing_streak=4, checked_at=time.time())
        web.shown = msgspec.structs.replace(web.shown, health=newer)
        await until_shown(pilot, "unhealthy, 4 failures in a row, checked")


async def test_the_changes_are_shown_and_can_do_no_harm(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web", Status.EXITED, exit_code=0)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("D")
        await until_shown(pilot, "A /etc/�[2Jnew")
        await pilot.press("escape")
        await until_shown(pilot, "STATE")


async def test_an_image_is_made_by_a_dialog(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web", Status.RUNNING)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("C")
        await until_shown(pilot, "Make an image of web")
        await pilot.press("escape")
        await until_shown(pilot, "STATE")
        await pilot.press("C")
        await until_shown(pilot, "freeze the container")
        await pilot.press(*"made", "colon", "1", "tab", *"why", "enter")
        await until(pilot, lambda: "web is image made:1 now" in status(app))
        assert fake.calls == [("commit", "web", CommitOptions(reference="made:1", message="why"))]

"""What the operator's file makes of the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from core.engine import Engine
from core.events import EventKind
from core.model.state import Status
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import key_bar, lines, main_screen, selected_name, shown, status, until, until_shown
from tui.app import WharfApp
from tui.bridge import Bridge
from tui.configuration.check import check
from tui.configuration.loading import Problem, parse
from tui.configuration.screens import screens
from tui.keymap import GENERAL
from tui.read_only import LOOKING
from tui.terminal.driver import TerminalBackground

Open = Callable[..., WharfApp]


@pytest.fixture
def configured(fake: FakeEngine) -> Open:
    """The program with a configuration, from its text."""

    def open_one(text: str, problems: tuple[Problem, ...] = ()) -> WharfApp:
        configuration, wrong = parse(text)
        assert not wrong
        return WharfApp(Bridge(cast(Engine, fake)), configuration=configuration, problems=problems)

    return open_one


async def test_keys_are_moved_taken_away_and_told_everywhere(configured: Open, fake: FakeEngine) -> None:
    fake.add("web")
    app = configured('[bindings]\ntoggle_pause = "z"\nexport = ""\n')
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "web")
        await until(pilot, lambda: "z pause" in key_bar(app))
        assert "export" not in key_bar(app)
        await pilot.press("p", "X")
        await pilot.press("z")
        await until(pilot, lambda: fake.find("web").shown.status is Status.PAUSED)
        assert app.screen is main_screen(app)
        await pilot.press("question_mark")
        await until_shown(pilot, "z ")


async def test_the_panes_keys_are_moved_too(configured: Open, fake: FakeEngine) -> None:
    for name in ("first", "second"):
        fake.add(name).print(b"printed")
    app = configured('[bindings.list]\ndown = "n"\n[bindings.log]\ntimes = "T"\nclose = ""\nhead = "b"')
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "second")
        await pilot.press("j")
        assert selected_name(app) == "first"
        await pilot.press("n")
        await until(pilot, lambda: selected_name(app) == "second")
        await pilot.press("l")
        await until_shown(pilot, "log of second", "printed", "T time", "0 b 2 3 4 5 6 range")
        assert "back" not in lines(app)[-1]
        await pilot.press("q", "t")
        assert "-" not in lines(app)[1]
        await pilot.press("T")
        await until(pilot, lambda: lines(app)[1].startswith("20"))


async def test_the_views_are_stepped_through(app: WharfApp, fake: FakeEngine) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "Containers")
        await pilot.press("greater_than_sign")
        await until(pilot, lambda: main_screen(app).view.name == "pods")
        await pilot.press("less_than_sign", "less_than_sign")
        await until(pilot, lambda: main_screen(app).view.name == "everywhere")


async def test_a_profile_has_the_keys_of_another_tool(configured: Open, fake: FakeEngine) -> None:
    fake.add("web")
    app = configured('keys = "lazydocker"')
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("m")
        await until_shown(pilot, "log of web")


async def test_nothing_is_changed_in_read_only_mode_until_it_is_lifted(configured: Open, fake: FakeEngine) -> None:
    fake.add("web")
    app = configured("read_only = true")
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "web", "read-only")
        assert "stop" not in key_bar(app)
        for key in ("s", "p", "d", "e"):
            await pilot.press(key)
        await until(pilot, lambda: "nothing is changed in read-only mode" in status(app))
        assert fake.calls == [] and app.screen is main_screen(app)
        await pilot.press("i")
        await until_shown(pilot, '"Name": "web"')
        await pilot.press("escape", "L")
        await until_shown(pilot, "Lift read-only mode?")
        await pilot.press("y")
        await until(pilot, lambda: "stop" in key_bar(app))
        assert "🔒" not in shown(app)


def test_no_action_that_changes_something_is_taken_for_looking() -> None:
    changing = {
        "toggle_run",
        "start",
        "toggle_pause",
        "restart",
        "kill",
        "attach",
        "shell",
        "execute",
        "commit",
        "remove",
    }
    known = {action.name for actions in screens().values() for action in actions}
    assert changing <= known and not changing & LOOKING
    assert {action.name for action in GENERAL} <= LOOKING | {"undo", "run_here"}


async def test_the_bridge_itself_refuses_in_read_only_mode(configured: Open, fake: FakeEngine) -> None:
    web = fake.add("web")
    app = configured("read_only = true")
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "read-only")
        app._bridge.mount(web.id)
        await until_shown(pilot, "nothing is changed in read-only mode", "L")
    assert fake.calls == []


async def test_what_is_copied_goes_to_a_program_too(configured: Open, fake: FakeEngine, tmp_path: Path) -> None:
    fake.add("web")
    app = configured(f'copy_command = ["sh", "-c", "cat >{tmp_path}/taken"]')
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "web")
        app.copy_to_clipboard("some text")
        await until(pilot, lambda: (tmp_path / "taken").exists() and (tmp_path / "taken").read_text() == "some text")


async def test_a_theme_is_seen_as_one_chooses_and_stays_where_it_was_chosen(configured: Open) -> None:
    app = configured("")
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.theme == "textual-dark")
        await pilot.press("colon", *"theme", "enter")
        await until_shown(pilot, "Theme", "dark", "nord")
        await pilot.press("end")
        await until(pilot, lambda: not app.current_theme.dark)
        await pilot.press("escape")
        await until(pilot, lambda: app.theme == "textual-dark")
        await pilot.press("colon", *"theme", "enter")
        await until_shown(pilot, "Theme")
        await pilot.press("home", "enter")
        await until(pilot, lambda: "the theme is " in status(app))
        chosen = app.theme
        app.post_message(TerminalBackground(is_dark=False))
        await pilot.pause()
        assert app.theme == chosen != "textual-dark"


async def test_themes_and_the_terminals_background(configured: Open) -> None:
    app = configured('theme = "harbour"\n[themes.harbour]\nprimary = "#005f87"\ndark = false')
    async with app.run_test(size=(80, 24)):
        assert app.theme == "harbour" and not app.current_theme.dark
    app = configured("")
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.current_theme.dark
        app.post_message(TerminalBackground(is_dark=False))
        await until(pilot, lambda: not app.current_theme.dark)


async def test_states_are_written_short_or_as_signs(configured: Open, fake: FakeEngine) -> None:
    fake.add("web")
    app = configured('states = "short"')
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "● run  web")
        main_screen(app).take_configuration(parse('states = "sign"')[0])
        await until_shown(pilot, "●     web")
        main_screen(app).live.set_doing(fake.find("web").id, "stopping 3/10 s")
        main_screen(app).table.refresh_figures()
        await until_shown(pilot, "…     web")


async def test_mistakes_are_told_and_the_screen_opens(configured: Open) -> None:
    app = configured("", (Problem(3, "bindings.x", "there is no action x"),))
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until_shown(pilot, "line 3, bindings.x: there is no action x")


def test_the_check_knows_views_actions_and_clashes(tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "config.toml"
    file.write_text(
        '[bindings]\nlogs = "s"\nlgos = "x"\n[bindings.imags]\nremove = "y"\n[bindings.images]\nlogs = "z"\n'
    )
    said = [str(problem) for problem in check(file, screens())]
    assert any(line.startswith("line 2, bindings.logs: s is the key of toggle_run in the containers") for line in said)
    assert any(line.startswith("line 3, bindings.lgos: there is no action lgos") for line in said)
    assert any(line.startswith("line 5, bindings.imags.remove: there is no view imags") for line in said)
    assert any(line.startswith("line 7, bindings.images.logs: the images have no action logs") for line in said)


async def test_an_alert_is_told(configured: Open, fake: FakeEngine, tmp_path: object) -> None:
    web = fake.add("web")
    told = f"{tmp_path}/told"
    hook = f'["sh", "-c", "echo $0 > {told}", "{{name}} {{text}}"]'
    app = configured(f'[[alerts]]\nwhen = "log"\npattern = "disk full"\nnotify = ["toast", "hook"]\nhook = {hook}')
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until_shown(pilot, "web")
        web.print(b"at work")
        web.become(EventKind.START)

        def heard() -> bool:
            web.print(b"the disk full: stop")
            return "web printed: the disk full: stop" in shown(app)

        await until(pilot, heard)
        from pathlib import Path

        await until(pilot, lambda: Path(told).exists() and Path(told).read_text().startswith("web printed: the disk"))
        assert lines(app)

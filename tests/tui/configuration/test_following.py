"""The file is read again while the screen runs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from core.engine import Engine
from core.events import EventKind
from core.model.state import Status
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import key_bar, main_screen, shown, until, until_shown
from tui import languages
from tui.app import WharfApp
from tui.bridge import Bridge
from tui.configuration.following import ConfigurationFollower, Reading
from tui.configuration.loading import load
from tui.opening import Opening
from tui.screens.text_view import TextView

GOOD = """
theme = "harbour"
[themes.harbour]
primary = "#005f87"
dark = false
[bindings]
toggle_pause = "f6"
[bindings.log]
find = "F5"
[[commands]]
name = "greet"
command = ["echo", "{name}"]
key = "f9"
dangerous = false
[[locks]]
label = "tier=front"
[[alerts]]
when = "exit"
"""


def save(file: Path, text: str) -> None:
    """As an editor does it: written beside it, and put in its place."""
    beside = file.with_name(".beside")
    beside.write_text(text)
    beside.replace(file)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    return tmp_path / "config" / "config.toml"


@pytest.fixture
def app(fake: FakeEngine, file: Path) -> Iterator[WharfApp]:
    bridge = Bridge(cast(Engine, fake))
    yield WharfApp(bridge, configuration=load(file)[0], opening=Opening(configuration_file=file))
    bridge.close()


async def test_keys_colours_commands_alerts_and_locks_change_while_it_runs(
    app: WharfApp, fake: FakeEngine, file: Path
) -> None:
    web, other = fake.add("web", labels={"tier": "front"}), fake.add("other")
    web.print(b"printed")
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until_shown(pilot, "web", "p pause")
        await pilot.press("l")
        await until_shown(pilot, "log of web", "/ find")
        save(file, GOOD)
        await until_shown(pilot, "The configuration was read again", "all is well", "F5 find")
        await pilot.press("q")
        await until(pilot, lambda: "f6 pause" in key_bar(app) and app.theme == "harbour")
        assert not app.current_theme.dark and "🔒" in shown(app)
        other.become(EventKind.DIED, status=Status.EXITED, exit_code=3)
        await until_shown(pilot, "exited with")
        await pilot.press("f9")
        await until_shown(pilot, "greet", "pgup pgdn")
        await pilot.press("escape", "f6")
        await until_shown(pilot, "Pause web?")
        await pilot.press("escape")
        colours = app.theme_variables["primary"]
        save(file, GOOD.replace("#005f87", "#870000"))
        await until(pilot, lambda: app.theme_variables["primary"] != colours)
        file.unlink()
        await until(pilot, lambda: app.current_theme.dark and "p pause" in key_bar(app))
        assert "🔒" not in shown(app)


@pytest.fixture
def english_at_the_end() -> Iterator[None]:
    yield
    languages.use(languages.ENGLISH)


@pytest.mark.usefixtures("english_at_the_end")
async def test_what_is_below_a_dialog_speaks_the_new_language(app: WharfApp, fake: FakeEngine, file: Path) -> None:
    fake.add("web").print(b"printed")
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "web", "1 running", "Overview", "printed")
        await pilot.press("asterisk", "d")
        await until_shown(pilot, "Remove web?", "1 marked")
        save(file, 'language = "de"')
        await until_shown(pilot, "1 läuft", "Überblick", "1 markiert")
        await pilot.press("escape", "l")
        await until_shown(pilot, "Log von web", "folgt")
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, TextView))
        save(file, 'language = "en"')
        await until(pilot, lambda: app._configuration.language == "en")
        await pilot.press("q")
        await until_shown(pilot, "log of web", "following", "/ find")
        await pilot.press("q")
        await until_shown(pilot, "1 running", "Overview", "1 marked", "state")


async def test_a_mistake_is_told_with_its_line_and_changes_nothing(app: WharfApp, fake: FakeEngine, file: Path) -> None:
    file.write_text('[bindings]\ntoggle_pause = "f11"\n')
    app._configuration = load(file)[0]
    fake.add("web")
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until_shown(pilot, "web", "f11 pause")
        save(file, '[bindings]\ntoggle_pause = "f12"\n\nglyphs = 3\ncolour = "red"\n')
        await until_shown(pilot, "all stays as it was", "line 4, bindings.glyphs")
        assert "f11 pause" in key_bar(app)
        save(file, '[bindings]\ntoggle_pause = "f12"\nlgos = "x"\n')
        await until_shown(pilot, "line 3, bindings.lgos", "f12 pause")


async def test_it_is_read_again_when_it_is_asked_for(app: WharfApp, fake: FakeEngine, file: Path) -> None:
    fake.add("web")
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until_shown(pilot, "web")
        main_screen(app).action_act("read_configuration")
        await until_shown(pilot, "The configuration was read again")


def test_a_link_and_a_folder_that_is_not_there_yet_are_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.configuration.following.STEP", 0.05)
    kept, link = tmp_path / "kept" / "wharf.toml", tmp_path / "config" / "config.toml"
    read: list[Reading] = []
    follower = ConfigurationFollower(link, read.append)
    follower.start()
    try:
        kept.parent.mkdir()
        kept.write_text('theme = "nord"')
        link.parent.mkdir()
        os.symlink(kept, link)
        wait_until(lambda: [one.configuration.theme for one in read] == ["nord"])
        kept.write_text('theme = "dracula"')
        wait_until(lambda: read[-1].configuration.theme == "dracula")
    finally:
        follower.close()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)

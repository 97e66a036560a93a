"""Commands of the operator's own."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from core.engine import Engine
from core.model.state import Status
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import key_bar, main_screen, status, until, until_shown
from tui.app import WharfApp
from tui.bridge import Bridge
from tui.configuration.check import check
from tui.configuration.loading import parse
from tui.configuration.screens import screens
from tui.own_commands import filled


def opened(fake: FakeEngine, text: str) -> WharfApp:
    configuration, wrong = parse(text)
    assert not wrong, wrong
    return WharfApp(Bridge(cast(Engine, fake)), configuration=configuration)


def test_what_is_filled_in_is_one_word_and_is_not_looked_through() -> None:
    argv = ("show", "{name}", "a {input.x} b", "{y}")
    assert filled(argv, {"name": "$(rm) {id}", "id": "1", "input.x": "; ls"}) == (
        "show",
        "$(rm) {id}",
        "a ; ls b",
        "{y}",
    )


OUTPUT = """
[[commands]]
name = "greet"
command = ["echo", "{input.word}", "{name}", "$HOME"]
key = "Q"
states = ["running"]
confirm = true
inputs = [{ name = "word", prompt = "greeting", default = "good", pattern = "[a-z]+" }]
"""


def test_the_check_knows_views_keys_and_names(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    one = '[[commands]]\nname = "a"\ncommand = ["true"]\n'
    file.write_text(f'{one}view = "imags"\n{one}key = "s"\n{one}')
    said = [str(problem) for problem in check(file, screens())]
    assert said[0].startswith("line 1, commands.0: there is no view imags")
    assert said[1:] == [
        "line 5, commands.1: s is the key of toggle_run in the containers, which loses it",
        "line 9, commands.2: there is a command a already",
    ]


async def test_inputs_are_checked_and_the_output_shown(fake: FakeEngine) -> None:
    fake.add("web")
    app = opened(fake, OUTPUT)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "Q greet" in key_bar(app))
        await pilot.press("Q")
        await until_shown(pilot, "greet: web", "greeting")
        await pilot.press("1", "enter")
        await until_shown(pilot, "it has to fit [a-z]+")
        await pilot.press("backspace", *"good", "enter")
        await until_shown(pilot, "echo good web $HOME")
        await pilot.press("y")
        await until_shown(pilot, "good web $HOME", "q back")


async def test_what_can_be_chosen_is_shown_beside_a_choice_made_before(fake: FakeEngine) -> None:
    fake.add("web")
    choices = 'inputs = [{ name = "calls", default = "file", choices = ["file", "network"] }]'
    app = opened(fake, f'[[commands]]\nname = "trace"\ncommand = ["echo"]\nkey = "Q"\n{choices}\n')
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "Q trace" in key_bar(app))
        await pilot.press("?")
        await until_shown(pilot, "trace: echo")
        await pilot.press("q", "Q")
        await until_shown(pilot, "file | network")
        await pilot.press("x")
        await until_shown(pilot, "it has to be one of file, network")


async def test_over_marks_one_after_the_other_with_a_summary(fake: FakeEngine, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        fake.add(name)
    fake.add("ended", Status.EXITED)
    script = f"echo $0 >> {tmp_path}/order; test $0 != two"
    app = opened(
        fake,
        f'[[commands]]\nname = "try"\ncommand = ["sh", "-c", "{script}", "{{name}}"]\nkey = "Q"\n'
        'states = ["running"]\nplace = "background"\n',
    )
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until_shown(pilot, "three", "ended")
        await pilot.press("asterisk", "Q")
        await until_shown(pilot, "try: 2 of 3 done", "two: failed with 1")
        written = (tmp_path / "order").read_text().split()
        assert sorted(written) == ["one", "three", "two"]


async def test_it_is_refused_where_the_state_does_not_fit_or_in_read_only_mode(
    fake: FakeEngine, tmp_path: Path
) -> None:
    fake.add("ended", Status.EXITED)
    harmful = f'[[commands]]\nname = "harm"\ncommand = ["touch", "{tmp_path}/harm"]\nkey = "Q"\n'
    harmless = '[[commands]]\nname = "look"\ncommand = ["echo", "seen"]\nkey = "Z"\ndangerous = false\n'
    app = opened(fake, f"read_only = true\n{harmful}{harmless}{OUTPUT.replace('Q', 'V')}")
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "ended", "read-only")
        await pilot.press("Q")
        await until(pilot, lambda: "nothing is changed in read-only mode" in status(app))
        assert "harm" not in key_bar(app) and "greet" not in key_bar(app)
        await pilot.press("Z")
        await until_shown(pilot, "seen")
        assert not (tmp_path / "harm").exists()


async def test_in_a_console_on_the_host(fake: FakeEngine) -> None:
    fake.add("web")
    app = opened(
        fake,
        '[[commands]]\nname = "see"\ncommand = ["sh", "-c", "echo it is $0; read x", "{name}"]\nkey = "Q"\n'
        'place = "console"\n',
    )
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("Q")
        await until_shown(pilot, "it is web")
        assert main_screen(app).consoles.panes


async def test_the_palette_says_why_something_can_not_be_done(fake: FakeEngine) -> None:
    fake.add("ended", Status.EXITED)
    app = opened(fake, OUTPUT)
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "ended")
        await pilot.press("colon", *"greet")
        await until_shown(pilot, "can not greet ended: it is exited")

"""Pages of text: found in, turned into YAML, copied and saved; and the files of a volume."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.text import Text

from tests.fakes.engine import FakeEngine
from tests.tui.conftest import SIZE, lines, main_screen, shown, type_at_once, until, until_shown
from tui.app import WharfApp
from tui.clipboard import LARGEST, copy
from tui.screens.inspect_page import InspectPage, shown_as_yaml
from tui.screens.text_view import TextView


async def test_a_text_is_found_forwards_and_back(app: WharfApp, fake: FakeEngine) -> None:
    text = "\n".join(f"line {number}{' Needle' if number % 50 == 7 else ''}" for number in range(200))
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "no containers yet")
        app.push_screen(TextView("a page", Text(text)))
        await until_shown(pilot, "line 0")
        type_at_once(app, "/needle\n")
        await until_shown(pilot, "line 7 Needle", "finding needle")
        await pilot.press("n")
        await until_shown(pilot, "line 57 Needle")
        await pilot.press("n", "n", "n")
        await until(pilot, lambda: "line 7 Needle" in shown(app) and "line 57 " not in shown(app))
        await pilot.press("N")
        await until_shown(pilot, "line 157 Needle")
        type_at_once(app, "/nowhere\n")
        await until_shown(pilot, "there is no nowhere")
        await pilot.press("escape", "G")
        await until_shown(pilot, "line 199")
        await pilot.press("q")
        await until(pilot, lambda: app.screen is main_screen(app))


async def test_a_long_line_is_wrapped_or_cut_off(app: WharfApp, fake: FakeEngine) -> None:
    async with app.run_test(size=(60, 20)) as pilot:
        await until_shown(pilot, "no containers yet")
        app.push_screen(TextView("a page", Text("word " * 40 + "end\n\nlast")))
        await until_shown(pilot, "end", "last")
        await pilot.press("w")
        await until(pilot, lambda: lines(app)[3].strip() == "last")
        assert " end" not in shown(app)


async def test_all_that_is_known_is_shown_as_json_and_as_yaml(
    app: WharfApp, fake: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("y")
        await until_shown(pilot, "container web", '"Name": "web"')
        await pilot.press("y")
        await until_shown(pilot, "Name: web", "Status: running")
        assert isinstance(app.screen, InspectPage)
        await pilot.press("c", "ctrl+s")
        await until_shown(pilot, "saved to")
        assert "Name: web" in app.clipboard
        (saved,) = tmp_path.rglob("*.txt")
        assert saved.read_text().rstrip() == app.clipboard.rstrip()
        await pilot.press("q", "6", "y")
        await until_shown(pilot, "no console is selected")


def test_yaml_holds_what_json_held() -> None:
    import yaml

    facts = {"a": {"b": [1, "two: x", None, True]}, "empty": {}, "text": "one\ntwo"}
    assert yaml.safe_load(shown_as_yaml(json.dumps(facts)).plain) == facts


async def test_of_too_much_the_end_is_copied(app: WharfApp) -> None:
    async with app.run_test(size=SIZE):
        assert copy(app, "short", "it") == "copied: it"
        assert "the last" in copy(app, "a" * LARGEST + "end", "it")
        assert len(app.clipboard) == LARGEST and app.clipboard.endswith("end")


async def test_the_files_of_a_volume_are_browsed(app: WharfApp, fake: FakeEngine, tmp_path: Path) -> None:
    fake.volumes.add("data")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "/srv/data")
        await pilot.press("F")
        await until_shown(pilot, "notes", "old/")
        await pilot.press("g", "enter")
        await until_shown(pilot, "/notes of data")
        await pilot.press("q", "o")
        await until_shown(pilot, "Copy /notes out")
        await pilot.press("ctrl+a", "ctrl+k")
        type_at_once(app, f"{tmp_path}\n")
        await until(pilot, lambda: fake.volumes.copied == [("data", "/notes", str(tmp_path))])

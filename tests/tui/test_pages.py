"""Pages of text: found in, turned into YAML, copied and saved; and the files of a volume."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.text import Text

from core.errors import HostIncomplete
from core.events import EventKind
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import SIZE, lines, main_screen, settled, shown, type_at_once, until, until_shown
from tui.app import WharfApp
from tui.clipboard import LARGEST, copy, hand_over
from tui.screens.inspect_page import InspectPage, shown_as_yaml
from tui.screens.text_view import TextView
from tui.widgets.text_page import moved_places


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


@pytest.mark.parametrize("count", [3, 100])
async def test_no_end_of_a_line_is_behind_the_scrollbar(app: WharfApp, fake: FakeEngine, count: int) -> None:
    whole = "x" * 77 + "Z"
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "no containers yet")
        page = TextView("a page", Text(f"{whole}\n" * count))
        app.push_screen(page)
        await until_shown(pilot, "x")
        await until(pilot, lambda: page.page.show_vertical_scrollbar == (count == 100))
        await settled(pilot)
        assert whole in shown(app)


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


async def test_what_is_known_is_read_again_and_what_was_found_stays(app: WharfApp, fake: FakeEngine) -> None:
    web, facts = fake.add("web"), {f"Fact{number}": number for number in range(100)}
    other = fake.add("other")
    web.facts = facts
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("y")
        await until_shown(pilot, '"Fact0"')
        type_at_once(app, "/fact5\n")
        await pilot.press("n", "n", "n")
        await until_shown(pilot, '"Fact52": 52')
        page = app.screen
        assert isinstance(page, InspectPage)
        top = lines(app)[1]
        web.facts = {f"More{number}": number for number in range(30)} | facts | {"Fact53": "changed"}
        web.become(EventKind.UPDATE)
        await until_shown(pilot, '"Fact53": "changed"', "finding fact5")
        assert lines(app)[1] == top
        asked = [call for call in fake.inspected if call == "web"]
        other.become(EventKind.UPDATE)
        await settled(pilot)
        assert [call for call in fake.inspected if call == "web"] == asked
        await pilot.press(*"nnnnnnn")
        await until_shown(pilot, '"Fact59": 59', '"Fact60": 60')
        web.facts = {"Left": 1}
        web.become(EventKind.UPDATE)
        await until_shown(pilot, '"Left": 1')
        fake.take_away("web")
        await until_shown(pilot, "it is gone: this was known of it last", '"Left": 1')


@pytest.mark.parametrize(
    ("before", "now", "place", "moved"),
    [
        ("abcde", "abcde", 3, 3),
        ("abcde", "xxabcde", 3, 5),
        ("abcde", "cde", 3, 1),
        ("abcde", "abXde", 2, 2),
        ("abcde", "abde", 2, 2),
        ("abcde", "ab", 4, 1),
        ("abcde", "z", 4, 0),
        ("a", "abc", 0, 0),
    ],
)
def test_a_line_is_known_again_in_a_later_text(before: str, now: str, place: int, moved: int) -> None:
    assert moved_places(before, now, [place]) == [moved]


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


def test_a_program_takes_what_is_copied_and_may_leave_a_child_behind(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    hand_over(["sh", "-c", 'cat >"$0"; sleep 1 &', str(taken)], "some text")
    assert taken.read_text() == "some text"
    with pytest.raises(HostIncomplete, match="did not take"):
        hand_over(["sh", "-c", "cat >/dev/null; exit 3"], "some text")

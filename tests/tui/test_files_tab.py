from __future__ import annotations

from pathlib import Path

import pytest

from core.events import EventKind
from core.model.content import ChangeKind, FileChange
from core.model.files import FileEntry, FileKind
from tests.fakes.engine import FakeContainer, FakeEngine
from tests.tui.conftest import key_bar, lines, main_screen, shown, until, until_shown
from tui.app import WharfApp


def entry(name: str, kind: FileKind = FileKind.FILE) -> FileEntry:
    return FileEntry(name=name, kind=kind, size=7, mode=0o755, uid=0, gid=0, modified=1e9)


async def test_files_are_browsed_viewed_and_copied_by_keys(app: WharfApp, fake: FakeEngine) -> None:
    web = fake.add("web")
    web.folders = {"/": [entry("etc", FileKind.DIRECTORY), entry("root", FileKind.DIRECTORY), entry("no\x1b[2Jte")]}
    web.folders["/etc"] = [entry("new"), entry("passwd")]
    async with app.run_test(size=(100, 30)) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("F")
        await until_shown(pilot, "▶ etc/", "▶ root/", "copy out")
        assert "o copy out" in key_bar(app) and "stop" not in key_bar(app) and "? help" in key_bar(app)
        assert "\x1b" not in shown(app)
        await pilot.press("enter")
        await until_shown(pilot, "▼ etc/", "passwd")
        await pilot.press("down", "down", "enter")
        await until_shown(pilot, "/etc/passwd of web", "second")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is main_screen(app))
        await pilot.press("o", "ctrl+u", *"/tmp/x", "enter")
        await until(pilot, lambda: ("copy", "web", "/etc/passwd", "/tmp/x") in fake.calls)
        await pilot.press("left", "z")
        await until_shown(pilot, "3.0M")
        await pilot.press("left", "down", "enter")
        await until_shown(pilot, "permission denied")
        await pilot.press("escape")
        await until(pilot, lambda: any("STATE" in line for line in lines(app)))
        await until(pilot, lambda: "s stop" in key_bar(app))


async def test_what_was_deleted_is_not_copied_and_what_is_copied_in_shows_up(
    app: WharfApp, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = fake.add("web")
    web.folders = {"/": [entry("etc", FileKind.DIRECTORY)]}
    monkeypatch.setattr(FakeContainer, "diff", lambda _: [FileChange("/note", ChangeKind.DELETED)])
    async with app.run_test(size=(120, 30)) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("F")
        await until_shown(pilot, "deleted", "note")
        await pilot.press("end", "o")
        await until_shown(pilot, "can not copy out: /note was deleted")
        web.folders["/"].append(entry("note"))
        web.become(EventKind.COPY)
        await until(pilot, lambda: any("rwxr-xr-x" in line and "note" in line for line in lines(app)))
        assert "deleted" not in shown(app)
        await pilot.press("o")
        await until_shown(pilot, "Copy /note out")


async def test_what_goes_where_is_said_before_it_is_copied(app: WharfApp, fake: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "here").write_text("old")
    web = fake.add("web")
    web.folders = {"/": [entry("etc", FileKind.DIRECTORY), entry("note")]}
    async with app.run_test(size=(120, 30)) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("F")
        await until_shown(pilot, "note")
        await pilot.press("end", "o")
        await until_shown(pilot, "Copy /note out", f"$ wharf cp web:/note {Path.cwd()}/")
        await pilot.press(*f"{tmp_path}/here")
        await until_shown(pilot, "it is there, and is written over")
        await pilot.press("escape", "home", "i")
        await until_shown(pilot, "Copy into /etc")
        await pilot.press(*f"{tmp_path}/nowhere", "enter")
        await until_shown(pilot, "it is not there")
        await pilot.press("ctrl+u", *f"{tmp_path}/here", "down", "/", "enter")
        await until(pilot, lambda: ("copy", "web", f"{tmp_path}/here", "/") in fake.calls)

"""Verbs that reach several containers by one dialog, the waiting for an end, and the views and tabs beside them."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from core.engine import Engine
from core.errors import NameInUse
from core.events import EventKind
from core.model.content import CommitOptions
from core.model.options import ExecOptions
from core.model.state import Status
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import SIZE, main_screen, row_of, settled, shown, status, type_at_once, until, until_shown
from tui.app import WharfApp
from tui.bridge import Bridge
from tui.configuration.loading import parse
from tui.forms.copying import direction
from tui.views.container_settings import browser

LOCKS = '[[locks]]\nlabel = "tier=front"\n'


async def test_several_are_exported_to_one_folder(app: WharfApp, fake: FakeEngine, tmp_path: Path) -> None:
    for name in ("web", "db"):
        fake.add(name)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "db")
        await pilot.press("asterisk", "X")
        await until_shown(pilot, "Export 2 containers", "web.tar, db.tar")
        await pilot.press("ctrl+a", "ctrl+k")
        type_at_once(app, f"{tmp_path}")
        await until_shown(pilot, str(tmp_path)[-20:])
        await pilot.press("down", "ctrl+a", "ctrl+k", *"gzip", "enter")
        await until(pilot, lambda: len([call for call in fake.calls if call[0] == "export"]) == 2)
        assert {call[2:4] for call in fake.calls if call[0] == "export"} == {
            (str(tmp_path / "web.tar.gz"), "gzip"), (str(tmp_path / "db.tar.gz"), "gzip"),
        }  # fmt: skip
        await until(pilot, lambda: not main_screen(app).exports)


async def test_images_of_several_have_names_of_their_own(app: WharfApp, fake: FakeEngine) -> None:
    for name in ("web", "db"):
        fake.add(name)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "db")
        await pilot.press("asterisk", "C")
        await until_shown(pilot, "Make images of 2 containers")
        await pilot.press("ctrl+a", "ctrl+k", *"same", "enter")
        await until_shown(pilot, "has to be in it")
        await pilot.press("ctrl+a", "ctrl+k")
        type_at_once(app, "kept/{name}:1\n")
        await until(pilot, lambda: len([call for call in fake.calls if call[0] == "commit"]) == 2)
        assert {(call[1], cast(CommitOptions, call[2]).reference) for call in fake.calls} == {
            ("web", "kept/web:1"), ("db", "kept/db:1"),
        }  # fmt: skip


async def test_several_consoles_are_opened_after_a_question(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    fake.add("db")
    fake.add("over", Status.EXITED, exit_code=0)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "over")
        await pilot.press("asterisk", "a")
        await until_shown(pilot, "Attach to 2 containers?", "over  is left alone: it is exited")
        await pilot.press("y")
        await until(pilot, lambda: len(main_screen(app).consoles.panes) == 2, seconds=20)


async def test_the_end_that_is_waited_for_is_told(app: WharfApp, fake: FakeEngine) -> None:
    job = fake.add("job")
    fake.add("other")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until_shown(pilot, "other")
        main_screen(app).action_act("await_end")
        await until_shown(pilot, "waiting for 1")
        job.become(EventKind.DIED, status=Status.EXITED, exit_code=7, finished_at=1e9, pid=0)
        await until_shown(pilot, "job ended with 7")
        assert "waiting for" not in shown(app).splitlines()[0]


async def test_a_command_in_the_background_with_all_privileges(
    app: WharfApp, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[ExecOptions] = []
    container = fake.add("web")
    monkeypatch.setattr(container, "run_exec_detached", begun.append, raising=False)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("E")
        await until_shown(pilot, "with all privileges", "in the background")
        type_at_once(app, "touch /done")
        await pilot.press(*["tab"] * 5, "space", "tab", "space", "tab", "tab", "enter")
        await until(pilot, lambda: begun)
        assert begun == [ExecOptions(args=("touch", "/done"), privileged=True)]
        await until(pilot, lambda: "runs a further process" in status(app))


async def test_secrets_have_a_view_and_are_shown_only_after_a_question(app: WharfApp, fake: FakeEngine) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f8")
        await until_shown(pilot, "token", "CHANGED")
        assert "s3cr" not in shown(app)
        await pilot.press("i")
        await until_shown(pilot, '"name": "token"')
        await pilot.press("escape", "v")
        await until_shown(pilot, "Show secret token?")
        assert not [call for call in fake.calls if call[0] == "secret data"]
        await pilot.press("y")
        await until_shown(pilot, "secret token, 10 bytes", "s3cr�[2Jet")
        await pilot.press("q", "U")
        await until_shown(pilot, "Something else for token")
        await pilot.press("down", "down", *"new", "enter")
        await until(pilot, lambda: ("create secret", "token", b"new", True) in fake.calls)
        await pilot.press("d")
        await until_shown(pilot, "Remove token?", "forgotten for good")
        await pilot.press("y")
        await until(pilot, lambda: ("remove secret", "5" * 25) in fake.calls)


async def test_what_was_typed_is_there_again_after_a_failure(app: WharfApp, fake: FakeEngine) -> None:
    fake.images.add("localhost/kept:1")

    def refuse(request: object) -> None:
        raise NameInUse("the container name shop is already in use")

    fake.create = refuse  # type: ignore[method-assign,assignment]
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "no containers yet")
        await pilot.press("n")
        await until_shown(pilot, "New container")
        type_at_once(app, "localhost/kept:1")
        await until_shown(pilot, "run --detach localhost/kept:1")
        await pilot.press("down", *"shop", "down", *"top", "enter")
        await until_shown(pilot, "already in use")
        await pilot.press("enter")
        await until_shown(pilot, "New container", "wharf run --detach --name shop localhost/kept:1 top")


async def test_a_prune_of_what_is_locked_wants_its_name(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.model.usage import ContainerUsage, PrunePlan

    old = fake.add("old", Status.EXITED, exit_code=0, labels={"tier": "front"})
    plan = PrunePlan(containers=(ContainerUsage(container=old.shown, size=5, volumes=0),))
    monkeypatch.setattr(fake.housekeeping, "plan", lambda **fits: plan)
    app = opened(fake, LOCKS)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "old 🔒")
        await pilot.press("z")
        await until_shown(pilot, "Prune containers", "Type its name to confirm")
        await pilot.press("y", "enter")
        await settled(pilot)
        assert fake.calls == []
        await pilot.press("backspace", *"old", "enter")
        await until(pilot, lambda: fake.calls == [("prune", plan)])


async def test_a_dangerous_command_of_ones_own_asks_for_what_is_locked(fake: FakeEngine, tmp_path: Path) -> None:
    done = tmp_path / "done"
    command = f'[[commands]]\nname = "wipe"\ncommand = ["touch", "{done}"]\nkey = "Y"\n'
    fake.add("web", labels={"tier": "front"})
    app = opened(fake, LOCKS + command)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web 🔒")
        await pilot.press("Y")
        await until_shown(pilot, "wipe?", "Type its name to confirm")
        assert not done.exists()
        await pilot.press(*"web", "enter")
        await until(pilot, done.exists)


def opened(fake: FakeEngine, text: str) -> WharfApp:
    configuration, wrong = parse(text)
    assert not wrong
    return WharfApp(Bridge(cast(Engine, fake)), configuration=configuration)


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("web:/etc/hosts", "/tmp/", ("copy out", "/etc/hosts", "/tmp/")),
        ("/tmp/a", "web:/srv", ("copy in", "/tmp/a", "/srv")),
        ("/tmp/a", "/tmp/b", None),
        ("web:/a", "web:/b", None),
    ],
)
def test_which_way_files_are_copied(source: str, target: str, expected: tuple[str, ...] | None) -> None:
    assert direction("web", {"source": source, "target": target}) == expected


async def test_files_are_copied_by_their_paths(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        main_screen(app).action_act("copy_files")
        await until_shown(pilot, "Copy files of web")
        await pilot.press("end", *"etc", "down", "ctrl+a", "ctrl+k", "slash", *"tmp", "enter")
        await until(pilot, lambda: ("copy", "web", "/etc", "/tmp") in fake.calls)


async def test_the_environment_is_a_tab(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web", "Env")
        main_screen(app).open_tab("env")
        await until_shown(pilot, "Its environment is empty.")


def test_an_address_is_opened_where_somebody_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert browser() == ""
    monkeypatch.setenv("BROWSER", "true")
    assert browser().endswith("/true")


async def test_the_machine_is_described(app: WharfApp, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake, "info", lambda: {"host": {"arch": "x86_64", "cpus": 2}}, raising=False)
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "no containers yet")
        main_screen(app).action_act("system_info")
        await until_shown(pilot, "host:", "  arch: x86_64", "  cpus: 2")


async def test_a_command_of_this_machine_has_a_pane(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("exclamation_mark")
        await until_shown(pilot, "Run a command of this machine")
        type_at_once(app, "echo here-it-is\n")
        await until_shown(pilot, "here-it-is")
        await until(pilot, lambda: main_screen(app).consoles.panes, seconds=20)
        assert row_of(app, "web")

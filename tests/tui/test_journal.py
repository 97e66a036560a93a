"""What is done from the screen is in the journal, and the journal on the screen."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from textual.message import Message
from textual.widgets import Input

from core.engine import Engine
from core.errors import NoSpace, StateForbids
from core.events import Event, EventKind
from core.journal.file import Journal
from core.model.content import CommitOptions
from core.model.health import Health
from core.model.image import RegistryAccess
from core.model.journal import JournalEntry, Result
from core.model.options import ExecOptions
from core.model.state import Status
from tests.core.journal.conftest import action
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import SIZE, key_bar, main_screen, row_of, settled, shown, status, until, until_shown
from tui.app import WharfApp
from tui.bridge import Bridge
from tui.bridge.recorder import Recorder
from tui.messages import ActionRecorded
from tui.read_only import only_looks
from tui.step import Step
from tui.transfers import TransferJob
from tui.views.journal import ACTIONS


class Told(list[Message]):
    """What a bridge has told."""

    def next(self) -> JournalEntry:
        """The next action that is in the journal."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for message in self:
                if isinstance(message, ActionRecorded):
                    self.remove(message)
                    return message.entry
            time.sleep(0.005)
        raise AssertionError(f"nothing came into the journal: {list(self)}")


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def bridge(fake: FakeEngine, told: Told) -> Iterator[Bridge]:
    made = Bridge(cast(Engine, fake))
    made.start(told.append)
    yield made
    for message in told:
        if source := getattr(message, "source", None):
            source.close()
    made.close()


def kept() -> list[JournalEntry]:
    entries, damaged = Journal().read()
    assert damaged == 0
    return entries


def test_each_door_of_the_bridge_leads_past_the_journal(
    bridge: Bridge, fake: FakeEngine, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "alice")
    web = fake.add("web", health=Health())
    doors = {
        "stop": lambda: bridge.run(Step("stop", web.id, "web")),
        "start": lambda: bridge.run(Step("start", web.id, "web"), Step("start", web.id, "web")),
        "mount": lambda: bridge.mount(web.id),
        "export": lambda: bridge.export(
            web.id, tmp_path / "web.tar", compression="none", overwrite=False, cancel=threading.Event()
        ),
        "commit": lambda: bridge.commit(web.id, CommitOptions(reference="mine:1")),
        "attach": lambda: bridge.attach(web.id),
        "watch": lambda: bridge.attach(web.id, watch_only=True),
        "shell": lambda: bridge.shell(web.id),
        "exec": lambda: bridge.execute(web.id, ExecOptions(args=("ls",), env=("A=hunter2",))),
        "check health": lambda: bridge.check_health(web.id),
        "own command": lambda: bridge.run_own(
            [(Step("own command", web.id, "web", ("container", ("true", "web"), ())), ("true", "web"))],
            changes=True,
            then=print,
        ),
    }
    for verb, go in doors.items():
        go()
        entry = told.next()
        assert (entry.verb, entry.kind, entry.name, entry.id) == (verb, "container", "web", web.id)
        assert (entry.who, entry.process) == ("alice (as root)", os.getpid())
        assert entry.seconds >= 0 and entry.command
        if verb == "start":
            # The second one is refused: it runs already.
            results = sorted([entry.result, told.next().result])
            assert results == [Result.DONE, Result.FAILED]
        elif verb == "check health":
            assert (entry.result, entry.error) == (Result.FAILED, "the check ended with 1")
        else:
            assert (entry.result, entry.error) == (Result.DONE, "")
    assert [entry.verb for entry in kept()] == [*list(doors)[:2], "start", *list(doors)[2:]]
    text = Journal().path.read_text()
    assert "hunter2" not in text
    bridge.open_own(Step("own command", web.id, "web", ("container", ("true",), ())), "true", ("true",), changes=False)
    assert told.next().command == ("true",)


def test_the_runtimes_commands_of_this_very_action_stand_with_it(fake: FakeEngine) -> None:
    web, other = fake.add("web"), fake.add("other")
    entries: list[Message] = []
    recorder = Recorder(cast(Engine, fake), entries.append)

    def event(container_id: str, command: str, process: int) -> None:
        attributes = {"runtime": command}
        number = len(fake.journal) + 1
        fake.journal.append(
            Event(
                kind=EventKind.KILL, time=1.0, container_id=container_id, attributes=attributes, sequence=number,
                process=process,
            )
        )  # fmt: skip

    event(web.id, "runc before", os.getpid())
    with recorder.recorded(Step("stop", web.id, "web")):
        event(web.id, "runc kill web TERM", os.getpid())
        event(other.id, "runc kill other TERM", os.getpid())
        event(web.id, "runc of-another-process", 1)
        event(web.id, "runc delete web", os.getpid())
    assert [entry.runtime for entry in kept()] == ["runc kill web TERM; runc delete web"]


def test_a_cancelled_transfer_is_neither_done_nor_failed(fake: FakeEngine) -> None:
    recorder = Recorder(cast(Engine, fake), lambda message: None)
    job = TransferJob("pulling")
    with recorder.recorded(Step("pull", "pull demo", "demo", (job, "demo", RegistryAccess()))):
        job.was_cancelled = True
    with pytest.raises(StateForbids), recorder.recorded(Step("stop", fake.add("web").id, "web")):
        raise StateForbids("it does not run")
    with pytest.raises(KeyError), recorder.recorded(Step("stop", fake.add("db").id, "db")):
        raise KeyError("what nobody foresaw")
    assert [(entry.result, entry.error) for entry in kept()] == [
        (Result.CANCELLED, ""),
        (Result.FAILED, "it does not run"),
        (Result.FAILED, "something went wrong that was not foreseen: KeyError"),
    ]
    assert (kept()[0].id, kept()[0].kind) == ("", "image")


def test_what_can_not_be_written_does_not_keep_a_verb_from_being_done(
    bridge: Bridge, fake: FakeEngine, state_folder: Path
) -> None:
    state_folder.parent.mkdir(parents=True)
    state_folder.write_text("a file in place of the folder")
    web = fake.add("web")
    bridge.run(Step("stop", web.id, "web"))
    deadline = time.monotonic() + 20
    while web.shown.status is not Status.EXITED and time.monotonic() < deadline:
        time.sleep(0.005)
    assert web.shown.status is Status.EXITED


async def test_what_was_done_is_listed_with_all_that_is_known(app: WharfApp, fake: FakeEngine) -> None:
    fake.add("web")
    fake.add("db")
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web", "db")
        await pilot.press("p")
        await until_shown(pilot, "web paused", "$ wharf pause web")
        await pilot.press("u")
        await until_shown(pilot, "$ wharf unpause web")
        fake.failures["stop"] = NoSpace("no room is left on the device")
        await pilot.press("s", "y")
        await until_shown(pilot, "no room is left")
        await pilot.press("escape")
        await pilot.press("asterisk", "p", "y")
        # In the order in which they ended.
        await until(pilot, lambda: "$ wharf pause web db" in shown(app) or "$ wharf pause db web" in shown(app))
        await pilot.press("V")
        await until_shown(pilot, "V Journal", "wharf pause db", "✗ failed", "what        pause, container")
        assert shown(app).index("✗ failed") < shown(app).index("wharf unpause web")
        await pilot.press("slash", *"result:failed", "enter")
        await until_shown(pilot, "failed: no room is left on the device")
        assert not row_of(app, "✓ done")
        await pilot.press("escape", "1")
        await until(pilot, lambda: main_screen(app).view.name == "containers")
        assert "V Journal" not in shown(app)


async def test_commands_are_copied_and_saved_as_a_script(app: WharfApp, fake: FakeEngine, tmp_path: Path) -> None:
    journal = Journal()
    entries = [action(0), action(1, result=Result.FAILED, error="it is gone"), action(2, options=("--root", "/r"))]
    for entry in entries:
        journal.add(entry)
    script = tmp_path / "script.sh"
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("V")
        await until_shown(pilot, "wharf stop web-2", "wharf stop web-0")
        assert main_screen(app).table.selected == entries[2]
        await pilot.press("c")
        assert app.clipboard == "wharf --root /r stop web-2"
        await pilot.press("space", "space", "X")
        await until_shown(pilot, "Save a script", "2 actions")
        app.screen.query_one(Input).value = str(script)
        await pilot.press("enter")
        await until(pilot, lambda: status(app) == f"saved: {script}")
        await pilot.press("ctrl+backslash", "X")
        await until_shown(pilot, "Save a script", "3 actions")
        app.screen.query_one(Input).value = str(script)
        await pilot.press("enter")
        await until(pilot, lambda: status(app) == f"not saved: {script} is there already")
    text = script.read_text()
    assert text.splitlines()[4:] == [
        "# 2026-01-31T12:01:00Z alice (as root): stop, container web-1: failed in 0.2 s: it is gone",
        "# not to be repeated:",
        "# wharf stop web-1",
        "",
        "# 2026-01-31T12:02:00Z alice (as root): stop, container web-2: done in 0.2 s",
        "wharf --root /r stop web-2",
    ]
    assert script.stat().st_mode & 0o777 == 0o700


async def test_in_read_only_mode_it_is_looked_at_and_saved(app: WharfApp, fake: FakeEngine) -> None:
    web = fake.add("web")
    Journal().add(action(0, id=web.id, name="web"))
    async with app.run_test(size=SIZE) as pilot:
        await until_shown(pilot, "web")
        await pilot.press("L", "V")
        await until_shown(pilot, "read-only", "wharf stop")
        await until(pilot, lambda: "X script" in key_bar(app) and "c copy" in key_bar(app))
        await pilot.press("X")
        await until_shown(pilot, "Save a script")
        await pilot.press("escape", "t")
        await until(pilot, lambda: main_screen(app).view.name == "containers")
        await pilot.press("p")
        await until(pilot, lambda: "read-only" in status(app))
        await settled(pilot)
    assert fake.calls == []
    assert [entry.verb for entry in kept()] == ["stop"]
    assert all(only_looks(one.name) for one in ACTIONS)


async def test_an_image_is_pushed_and_saved_and_its_login_is_not_kept(
    app: WharfApp, fake: FakeEngine, tmp_path: Path
) -> None:
    fake.images.add("quay.io/mine:1")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "quay.io/mine:1")
        await pilot.press("p")
        await until_shown(pilot, "Push quay.io/mine:1")
        app.screen.query_one("#field-credentials", Input).value = "me:hunter2"
        await pilot.press("enter")
        await until_shown(pilot, "is pushed to docker://quay.io/mine:1")
        await pilot.press("s")
        await until_shown(pilot, "Save quay.io/mine:1")
        app.screen.query_one("#field-destination", Input).value = str(tmp_path / "mine.tar")
        await pilot.press("enter")
        await until(pilot, lambda: "is saved as" in status(app))
    assert fake.images.moved == [
        ("push", "quay.io/mine:1", "", "me:hunter2"),
        ("save", "quay.io/mine:1", tmp_path / "mine.tar", "docker-archive"),
    ]
    assert [(entry.command[1], entry.result, entry.lacking) for entry in kept()] == [
        ("push", Result.DONE, ("the login",)),
        ("save", Result.DONE, ()),
    ]
    assert "hunter2" not in Journal().path.read_text()


async def test_damaged_lines_are_told_of(app: WharfApp, fake: FakeEngine) -> None:
    Journal().add(action(0))
    with Journal().path.open("a") as file:
        file.write("{damaged\n")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("V")
        await until_shown(pilot, "wharf stop web-0")
        await until(pilot, lambda: "1 damaged line is passed over" in status(app))

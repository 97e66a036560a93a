"""Every view and dialog as it is drawn, at the smallest usual size and at a comfortable one."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest
from textual.screen import ModalScreen
from textual.widgets import Input

from core.engine import Engine
from core.events import EventKind
from core.journal.file import Journal
from core.model.content import ChangeKind, FileChange
from core.model.files import FileEntry, FileKind
from core.model.journal import Result
from core.model.state import Status
from tests.core.journal.conftest import action
from tests.fakes.engine import FakeContainer, FakeEngine
from tests.tui.conftest import lines, until, until_shown
from tests.tui.drawn import FOLDER, assert_drawn, drawn
from tui import languages
from tui.app import WharfApp
from tui.bridge import Bridge
from tui.configuration.loading import parse
from tui.opening import Opening
from tui.workspaces.folder import WorkspaceFolder
from tui.workspaces.workspace import Workspace

NOW = 1_760_000_000.0
SIZES = ((80, 24), (120, 36))
STATES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "containers": ((), ("why", "batch")),
    "filtered": (("slash", "w", "e", "b", "enter"), ("/web",)),
    "marked": (("home", "space", "space"), ("2 marked",)),
    "pods": (("2",), ("1 of 2 run",)),
    "images": (("3",), ("localhost/kept",)),
    "volumes": (("4",), ("data",)),
    "networks": (("5",), ("inner",)),
    "consoles": (("6",), ("no console is open",)),
    "events": (("7",), ("create",)),
    "journal": (("V",), ("wharf stop", "no room is left")),
    "secrets": (("f8",), ("token",)),
    "others": (("8",), ("no container of podman",)),
    "hosts": (("9",), ("● here", "localhost")),
    "everywhere": (("0",), ("harbour", "Exited (3)")),
    "inspect": (("i",), ('"Status"',)),
    "stats": (("home", "t"), ("No figures yet",)),
    "top": (("i", "left_square_bracket"), ("No process: it is exited",)),
    "health": (("i", "right_square_bracket"), ("It has no health check",)),
    "diff": (("D",), ("/etc/motd",)),
    "events-of-one": (("D", "right_square_bracket", "right_square_bracket"), ("died",)),
    "mounts": (("D", *("right_square_bracket",) * 3), ("Nothing of the host is mounted in it",)),
    "environment": (("D", *("right_square_bracket",) * 4), ("Its environment is empty",)),
    "help": (("question_mark",), ("scroll",)),
    "palette": (("colon",), ("start",)),
    "menu": (("x",), ("start",)),
    "stop": (("home", "s"), ("Stop web?", "Cancel")),
    "bulk-stop": (("home", "space", "space", "s"), ("Cancel",)),
    "remove": (("d",), ("Remove batch?", "Cancel")),
    "signal": (("home", "ctrl+k"), ("USR1",)),
    "execute": (("home", "E"), ("Cancel",)),
    "commit": (("C",), ("Make an image of batch", "Cancel")),
    "export": (("X",), ("Export batch",)),
    "columns": (("W",), ("STATE",)),
    "sort": (("b",), ("Sort by",)),
    "faults": (("ctrl+z",), ("faults only",)),
    "new": (("n",), ("Cancel",)),
    "rename": (("R",), ("Cancel",)),
    "read-only": (("L",), ("read-only",)),
    "log": (("l",), ("log of batch", "ready to serve")),
    "log-search": (("l", "slash", *"data", "enter"), ("finding data", "no such database")),
    "log-asking": (("l", "ampersand", *"err"), ("no such database", "err")),
    "files": (("F", "▶ etc/", "enter", "down"), ("▼ etc/", "passwd", "deleted", "copy out")),
    "console": (("home", "a"), ("index.html", "every key goes")),
    "pull": (("3", "P"), ("Pull", "Cancel")),
    "limits": (("home", "U"), ("memory", "Cancel")),
    "prune": (("3", "z"), ("This frees 7.0M", "Cancel")),
    "lock": (("home", "s"), ("Stop web?", "Cancel")),
    "create-and-run": (("3", "n", "tab", *"shop"), ("--name shop localhost/kept:1", "Run")),
    "first-hint": ((), ("The keys to begin with",)),
    "keep-workspace": (("colon", *"keep the", "enter"), ("Keep as a workspace", "Cancel")),
    "open-workspace": (("colon", *"open another", "enter"), ("Open a workspace", "night")),
    "clone": (("N",), ("New container like this one", "Cancel")),
    "delete-marked": (("home", "space", "end", "space", "d"), ("Cancel",)),
    "export-marked": (("home", "space", "end", "space", "X"), ("Export 2 containers", "Cancel")),
    "commit-marked": (("home", "space", "end", "space", "C"), ("Make images of 2 containers", "Cancel")),
    "copy-files": (("colon", *"copy files", "enter"), ("Copy files of batch", "Cancel")),
    "checkpoint": (("home", "colon", *"checkpoint", "enter"), ("Checkpoint web", "Cancel")),
    "theme": (("colon", *"theme", "enter"), ("textual-dark",)),
    "pod-new": (("2", "n"), ("New pod", "Cancel")),
    "pod-remove": (("2", "1 of 2 run", "d"), ("Cancel",)),
    "image-push": (("3", "localhost/kept", "p"), ("Push localhost/kept", "Cancel")),
    "image-save": (("3", "localhost/kept", "s"), ("Save localhost/kept", "Cancel")),
    "image-load": (("3", "l"), ("Load images", "Cancel")),
    "image-import": (("3", "i"), ("Import a root file system", "Cancel")),
    "image-tag": (("3", "localhost/kept", "T"), ("A further name for", "Cancel")),
    "volume-new": (("4", "n"), ("New volume", "Cancel")),
    "volume-export": (("4", "data    ", "end", "X"), ("Export volume", "Cancel")),
    "volume-import": (("4", "data    ", "end", "I"), ("Import into volume", "Cancel")),
    "network-new": (("5", "n"), ("New network", "Cancel")),
    "network-connect": (("5", "inner    ", "end", "c"), ("Connect a container to", "Cancel")),
    "secret-new": (("f8", "n"), ("New secret", "Cancel")),
    "secret-reveal": (("f8", "token    ", "v"), ("Show secret token?", "Cancel")),
    "login": (("colon", *"log in", "enter"), ("Log in to a registry", "Cancel")),
    "play": (("colon", *"play a file", "enter"), ("Play Kubernetes manifests", "Cancel")),
    "take-down": (("colon", *"take down", "enter"), ("Take Kubernetes manifests down", "Cancel")),
    "run-here": (("exclamation_mark",), ("Run a command of this machine", "Cancel")),
    "quit": (("home", "e", "every key goes", "ctrl+right_square_bracket", "l", "q"), ("Leave?", "Cancel")),
}
"""Name → the keys from the list of containers, with the cursor on one that has ended, and what is seen then.

What has a space in it is no key, but waited for before the next one.
"""
TRANSLATED = {
    "containers": ("batch", "beendet"),
    "menu": ("starten", "stoppt nie"),
    "remove": ("Abbrechen", "endgültig"),
    "help": ("stoppt nie",),
}
"""States that are drawn in another language, too, and what is seen then."""

LOCKS = '[[locks]]\nlabel = "tier=front"\n'
FILES: dict[str, list[tuple[str, FileKind, int]]] = {
    "/": [("etc", FileKind.DIRECTORY, 0), ("srv", FileKind.DIRECTORY, 0), ("core", FileKind.FILE, 3 << 20)],
    "/etc": [("hosts", FileKind.FILE, 174), ("passwd", FileKind.FILE, 1190)],
}


@pytest.fixture
def opened(fake: FakeEngine, state: str, state_folder: Path) -> Iterator[WharfApp]:
    """The screen that a state is of."""
    folder = WorkspaceFolder()
    if state == "open-workspace":
        folder.write("night", Workspace())
        os.utime(state_folder / "workspaces" / "night.json", (NOW - 7200, NOW - 7200))
    configuration, _ = parse(LOCKS if state == "lock" else "")
    bridge = Bridge(cast(Engine, fake))
    opening = Opening(folder, is_first=state == "first-hint")
    yield WharfApp(bridge, configuration=configuration, opening=opening)
    bridge.close()


@pytest.fixture(autouse=True)
def still_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same moment, zone, host and folder for ever, no figures, which come when they come, and no blinking."""
    monkeypatch.setattr(Input, "_toggle_cursor", lambda field: None)
    monkeypatch.setattr(FakeEngine, "samples", lambda engine, ids: {})
    monkeypatch.setattr(FakeContainer, "replay", lambda container, limit=0: b"/srv # ls\r\nindex.html\r\n/srv # ")
    monkeypatch.setattr(FakeContainer, "diff", lambda container: [FileChange("/etc/motd", ChangeKind.DELETED)])
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(nodename="harbour", sysname="Linux", release="6.1"))
    monkeypatch.setattr("tui.bridge.host_watch.VERSION", "1.2.3")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.chdir("/srv")
    time.tzset()
    yield
    monkeypatch.delenv("TZ")
    time.tzset()


def populate(fake: FakeEngine) -> None:
    """One of each kind."""
    fake.add("web", labels={"tier": "front"}).print(b"GET / 200")
    fake.add("worker", Status.PAUSED)
    fake.add("next", Status.CONFIGURED)
    batch = fake.add("batch", Status.EXITED, exit_code=3, finished_at=NOW - 42)
    batch.folders = {
        path: [
            FileEntry(name=name, kind=kind, size=size, mode=0o755, uid=0, gid=0, modified=NOW)
            for name, kind, size in entries
        ]
        for path, entries in FILES.items()
    }
    batch.print(b"ready to serve", b"\x1b[31merror\x1b[0m: no such database")
    fake.images.add("localhost/kept:1")
    fake.pods.add("front", Status.RUNNING, Status.EXITED)
    fake.volumes.add("data", "1" * 64)
    fake.networks.add("inner")
    fake.tell(EventKind.DIED, batch.id)
    web = fake.find("web").id
    Journal().add(action(0, name="web", id=web, command=("wharf", "stop", "web"), runtime="runc kill 1"))
    failed = action(1, name="db", verb="pause", command=("wharf", "pause", "db"), result=Result.FAILED)
    Journal().add(msgspec.structs.replace(failed, error="no room is left"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", STATES)
async def test_it_is_drawn_as_it_was(
    opened: WharfApp, fake: FakeEngine, state: str, size: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    populate(fake)
    await assert_shown_as(f"{state}-{size[0]}x{size[1]}", opened, size, STATES[state], request)


@pytest.mark.parametrize("state", TRANSLATED)
async def test_it_is_drawn_in_german(
    opened: WharfApp, fake: FakeEngine, state: str, request: pytest.FixtureRequest
) -> None:
    populate(fake)
    languages.use("de")
    try:
        await assert_shown_as(f"{state}-80x24-de", opened, (80, 24), (STATES[state][0], TRANSLATED[state]), request)
    finally:
        languages.use(languages.ENGLISH)


async def assert_shown_as(
    name: str,
    app: WharfApp,
    size: tuple[int, int],
    wanted: tuple[tuple[str, ...], tuple[str, ...]],
    request: pytest.FixtureRequest,
) -> None:
    """Press the keys from the list, wait for the texts, and hold what is drawn then against the file of that name."""
    keys, texts = wanted
    async with app.run_test(size=size) as pilot:
        await until_shown(pilot, "batch", "web")
        await pilot.press("end")
        await until(pilot, lambda: any("conmon" in line or "PID" in line or "batch" in line for line in lines(app)))
        for key in keys:
            if len(key) > 1 and " " in key:
                await until_shown(pilot, key)
            else:
                await pilot.press(key)
        await until_shown(pilot, *texts)
        takes = [drawn(app)]
        while len(takes) < 4 or len(set(takes[-4:])) > 1:
            await pilot.pause(0.04)
            takes.append(drawn(app))
        assert not isinstance(app.screen, ModalScreen) or "wharf" in lines(app)[0], "the list is not seen behind it"
        assert_drawn(app, name, request)


def test_no_file_is_left_over() -> None:
    wanted = {f"{state}-{columns}x{rows}.txt" for state in STATES for columns, rows in SIZES}
    wanted |= {f"{state}-80x24-de.txt" for state in TRANSLATED}
    assert {path.name for path in FOLDER.iterdir()} == wanted

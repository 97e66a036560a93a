"""What a person does all day, in a real terminal on real containers, with the number of keys that each takes.

The numbers are those of the table in docs/getting-started.md. Each journey begins in the list, with the cursor on the
container that it is about; a text that is typed counts as one key.
"""

from __future__ import annotations

import contextlib
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from core.engine import Engine
from core.errors import EngineError
from core.model.image import ImageCopyOptions, RegistryAccess
from core.model.state import Status
from tests.registry import registry
from tests.terminal import Terminal
from tests.worksite import DEMO, PROJECT, Worksite, eventually, installed_command, private_worksite, run, status_of

ERRORS: Final = "for n in $(seq 40); do echo request $n served; done; echo 'error: no such database' >&2; exit 3"


def promised(journey: str) -> int:
    """The number of keys that the guide gives for a journey."""
    rows = [line.split("|") for line in (PROJECT / "docs/getting-started.md").read_text().splitlines()]
    return next(int(row[3]) for row in rows if len(row) == 5 and row[1].strip() == journey)


@dataclass
class Person:
    """Somebody at the terminal, whose keys are counted."""

    terminal: Terminal
    keys: int = 0

    def press(self, *keys: str) -> None:
        self.keys += len(keys)
        self.terminal.press(*keys)

    def type(self, text: str) -> None:
        self.keys += 1
        self.terminal.type(text)

    def sees(self, *texts: str, without: tuple[str, ...] = ()) -> str:
        return self.terminal.wait_for(*texts, without=without)

    def clears(self) -> None:
        """Take text away that a field suggests; it is no key of the journey."""
        self.terminal.press("C-u")

    def trusts_the_registry(self) -> None:
        """Take the mark for TLS away: the registry of this test has none. That is no key of the journey either."""
        self.terminal.press("Tab", "Space", "BTab")

    @contextlib.contextmanager
    def does(self, journey: str) -> Iterator[None]:
        """Count the keys of a journey, and hold them against the guide."""
        self.keys = 0
        yield
        assert self.keys == promised(journey)


@pytest.fixture(scope="module")
def site(demo_archive: Path) -> Iterator[Worksite]:
    """Private directories for all journeys, with containers as one finds them."""
    with private_worksite() as made:
        with Engine.open(made.paths) as engine:
            engine.images.load(demo_archive)
            run(engine, "sh", "-c", ERRORS, name="billing").wait(60)
            run(engine, "sh", "-c", "echo kept > /a-note; exec sleep 1000", name="web", stop_timeout=1)
            run(engine, "sh", name="shell", terminal=True, stdin_open=True)
            for number in range(5):
                run(engine, "sleep", "1000", name=f"job-{number}", stop_timeout=1)
            made.note_containers()
        yield made


@pytest.fixture(scope="module")
def engine(site: Worksite) -> Iterator[Engine]:
    with Engine.open(site.paths) as opened:
        yield opened


@pytest.fixture(scope="module")
def image_elsewhere(site: Worksite, engine: Engine) -> Iterator[str]:
    """The name of an image in a registry on loopback."""
    with registry(site.folder / "registry") as running:
        name = f"{running.address}/team/hello:1"
        engine.images.push(DEMO, name, ImageCopyOptions(access=RegistryAccess(tls_verify=False)))
        yield name


@pytest.fixture(scope="module")
def person(site: Worksite, engine: Engine) -> Iterator[Person]:
    folder = site.folder / "terminal"
    folder.mkdir()
    argv = ["env", "-C", str(folder), *installed_command(), *site.global_options]
    with Terminal(folder, argv, columns=140, rows=40) as terminal:
        terminal.wait_for("STATE", "billing", "job-4")
        yield Person(terminal)


def at(person: Person, name: str) -> None:
    """Put the cursor on a container, by a filter that only it passes."""
    person.terminal.press("1")
    person.terminal.press("/")
    person.terminal.press("C-u")
    person.terminal.type(name)
    person.terminal.press("Enter")
    person.sees(f"wharf  /{name} ", "STATE")


def back(person: Person) -> None:
    """To the whole list again."""
    person.terminal.press("1")
    person.terminal.press("Escape")
    person.sees("billing", "web", "job-0", without=("wharf  /",))


def test_find_the_crashed_container_and_why_it_died(person: Person) -> None:
    with person.does("find the crashed container and why it died"):
        person.press("/")
        person.type("state:exited")
        person.press("Enter")
        person.sees("billing", "why", without=("job-0",))
        person.terminal.wait_for_line("exited", "billing", "(3)")
    back(person)


def test_read_its_log_and_find_the_error(person: Person) -> None:
    at(person, "billing")
    with person.does("read its log and find the error"):
        person.press("l")
        person.sees("log of billing")
        person.press("/")
        person.type("error")
        person.press("Enter")
        person.sees("finding error", "error: no such database", "request 40 served")
    person.terminal.press("q")
    back(person)


def test_open_a_shell_and_leave_it(person: Person) -> None:
    at(person, "web")
    with person.does("open a shell, and leave it"):
        person.press("e")
        person.sees("ctrl+]")
        person.terminal.type("echo in-$((40+2)); cat /a-note\r")
        person.sees("in-42", "kept")
        person.press("C-]", "d")
        person.sees("UP / EXIT", without=("every key goes",))
    back(person)


def test_copy_a_file_out(person: Person, site: Worksite) -> None:
    at(person, "web")
    target = site.folder / "copied"
    with person.does("copy a file out"):
        person.press("F")
        person.terminal.wait_for_line("rw-r--r--", "a-note")
        person.press("G", "o")
        person.sees("Copy /a-note out", "Cancel")
        person.clears()
        person.type(str(target))
        person.press("Enter")
        for _ in eventually():
            if target.exists():
                break
    person.terminal.press("q")
    back(person)


def test_export_all_files(person: Person, site: Worksite) -> None:
    at(person, "web")
    archive = site.folder / "terminal" / "web.tar"
    with person.does("export all files"):
        person.press("X")
        person.sees("Export web", str(archive)[:20])
        person.press("Enter")
        for _ in eventually():
            if archive.exists():
                break
    person.sees("exported to")
    with tarfile.open(archive) as opened:
        assert any(name.endswith("a-note") for name in opened.getnames())
    back(person)


def test_make_an_image_of_it(person: Person, engine: Engine) -> None:
    at(person, "web")
    with person.does("make an image of it"):
        person.press("C")
        person.sees("Make an image of web")
        person.type("localhost/kept")
        person.press("Enter")
        for _ in eventually():
            with contextlib.suppress(EngineError):
                engine.images.find("localhost/kept")
                break
    back(person)


def test_restart_it(person: Person, engine: Engine) -> None:
    at(person, "web")
    before = engine.lookup("web").snapshot().pid
    with person.does("restart it"):
        person.press("r")
        for _ in eventually():
            now = engine.lookup("web").snapshot()
            if now.status is Status.RUNNING and now.pid not in (0, before):
                break
    back(person)


def test_stop_five_containers_at_once(person: Person, engine: Engine) -> None:
    person.terminal.press("/")
    person.terminal.press("C-u")
    person.terminal.type("job-")
    person.terminal.press("Enter")
    person.sees("wharf  /job- ", "job-4")
    person.terminal.press("Home")
    with person.does("stop five containers at once"):
        person.press("Space", "Space", "Space", "Space", "Space", "s")
        person.sees("Stop 5", "job-0", "job-4", "Cancel")
        person.press("y")
        for _ in eventually():
            if all(status_of(engine, f"job-{number}") is Status.EXITED for number in range(5)):
                break
    person.terminal.press("C-\\")
    back(person)


def test_see_who_stopped_it(person: Person, engine: Engine) -> None:
    engine.lookup("job-3").stop()
    at(person, "job-3")
    with person.does("see who stopped it"):
        person.press("v")
        person.sees("EVENT", "signal=SIGKILL", "job-3", "root")
    back(person)


def test_remove_it(person: Person, engine: Engine) -> None:
    at(person, "billing")
    with person.does("remove it"):
        person.press("d")
        person.sees("Remove billing?")
        person.press("y")
        for _ in eventually():
            if "billing" not in [picture.name for picture in engine.containers()]:
                break
    assert engine.images.find(DEMO)


def test_pull_an_image(person: Person, engine: Engine, image_elsewhere: str) -> None:
    with person.does("pull an image"):
        person.press("3", "P")
        person.sees("Pull an image", "Cancel")
        person.type(image_elsewhere)
        person.trusts_the_registry()
        person.sees(f"wharf pull --tls-verify=false {image_elsewhere}")
        person.press("Enter")
        person.sees(f"{image_elsewhere} is pulled", without=("Cancel",))
    assert engine.images.find(image_elsewhere).id == engine.images.find(DEMO).id
    person.terminal.press("1")
    person.sees("STATE")


def test_make_a_container_and_run_it(person: Person, engine: Engine, image_elsewhere: str) -> None:
    # As if it had been pulled.
    engine.images.tag(DEMO, image_elsewhere)
    with person.does("make a container and run it"):
        person.press("n")
        person.sees("New container", "Cancel")
        person.type(image_elsewhere)
        person.press("Tab")
        person.type("shop")
        person.press("Tab")
        person.type("sleep 1000")
        person.sees(f"--name shop {image_elsewhere} sleep 1000")
        person.press("Enter")
        for _ in eventually():
            if "shop" in [picture.name for picture in engine.containers() if picture.status is Status.RUNNING]:
                break
    person.sees("shop runs")
    assert engine.lookup("shop").config.process.args == ("sleep", "1000")

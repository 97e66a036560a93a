"""The plain mode on real containers, as somebody types at it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

from core.engine import Engine
from core.errors import NoSuchContainer
from core.model.state import Status
from tests.terminal import Terminal
from tests.worksite import Worksite, installed_command, make, run, status_of

pytestmark = pytest.mark.usefixtures("demo_image")

Wharf = Callable[..., "subprocess.CompletedProcess[str]"]


def test_a_container_is_chosen_and_worked_by_numbers(engine: Engine, wharf: Wharf) -> None:
    container = run(engine, "sleep", "1000", name="web")
    make(engine, "true", name="fresh")
    said = wharf("--plain", stdin="1\n4\nweb\n5\n1\n12\nq\n")
    assert said.returncode == 0, said.stderr
    assert "1 web: running" in said.stdout and "2 fresh: never started" in said.stdout
    assert "wharf pause web" in said.stdout and "wharf unpause web" in said.stdout
    assert status_of(engine, "web") is Status.RUNNING
    assert "\x1b" not in said.stdout
    journal = [one for one in json.loads(wharf("journal", "--format", "json").stdout) if one["ID"] == container.id]
    assert [(one["Source"], one["Verb"], one["Result"]) for one in journal] == [
        ("plain mode", "pause", "done"),
        ("plain mode", "unpause", "done"),
    ]
    assert journal[0]["Shell"].endswith(" pause web") and journal[0]["Runtime"]


def test_what_destroys_is_done_only_on_yes(engine: Engine, wharf: Wharf) -> None:
    run(engine, "sleep", "1000", name="web")
    said = wharf("plain", stdin="1\n21\n\nq\n")
    assert "nothing was done" in said.stdout
    assert status_of(engine, "web") is Status.RUNNING
    said = wharf("plain", stdin="1\n21\nyes\nl\nq\n")
    assert "wharf rm --force web" in said.stdout and "no containers" in said.stdout
    with pytest.raises(NoSuchContainer):
        engine.lookup("web")


def test_any_command_can_be_typed_and_its_error_is_a_sentence(engine: Engine, wharf: Wharf) -> None:
    said = wharf("plain", stdin="inspect nobody\nwharf run --rm --network none wharf-demo echo hello there\nnonsense\n")
    assert said.returncode == 0
    assert "no such" in said.stderr and "it ended with exit code 125" in said.stdout
    assert "hello there" in said.stdout
    assert "nonsense is neither a container nor a command" in said.stdout


def test_what_happens_meanwhile_is_said(engine: Engine, worksite: Worksite) -> None:
    container = run(engine, "sleep", "1000", name="web")
    with Terminal(worksite.folder, [*installed_command(), *worksite.global_options, "--plain"]) as shown:
        shown.wait_for("1 web: running", "wharf>")
        container.kill()
        shown.wait_for("* web exited with 137")
        shown.type("q\n")
        shown.wait_for_end(0)

"""What was done from the screen is done again by the script of the journal: a real terminal, real containers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.engine import Engine
from core.model.image import Image
from core.model.state import Status
from tests.terminal import Terminal
from tests.worksite import Worksite, environment, eventually, installed_command, run, status_of

Wharf = Callable[..., "subprocess.CompletedProcess[str]"]


def containers(engine: Engine) -> None:
    """Three alike, whenever it is called."""
    for name in ("first", "second", "third"):
        run(engine, "sh", "-c", "trap 'exit 0' TERM; echo kept > /a-note; while true; do sleep 0.1; done", name=name)


def state(engine: Engine, archive: Path) -> tuple[Status, Status, Status, bool]:
    first, second, third = (status_of(engine, name) for name in ("first", "second", "third"))
    return first, second, third, archive.exists()


def test_a_script_of_the_journal_does_the_same_again(
    engine: Engine, demo_image: Image, worksite: Worksite, wharf: Wharf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "it's a folder"
    folder.mkdir()
    archive = folder / "third.tar"
    wanted = (Status.EXITED, Status.PAUSED, Status.RUNNING, True)
    containers(engine)
    argv = ["env", "-C", str(folder), *installed_command(), *worksite.global_options]
    with Terminal(tmp_path, argv, columns=140, rows=36) as shown:
        shown.wait_for("first", "third", "running", "The keys to begin with")
        shown.press("Escape")
        shown.wait_for("first", without=["The keys to begin with"])
        shown.press("s")
        shown.wait_for("Stop first?")
        shown.press("y")
        shown.wait_for("first stopped", "$ wharf stop first")
        shown.press("Down", "p")
        shown.wait_for("second paused")
        shown.press("Down", "X")
        shown.wait_for("Export third", "third.tar")
        shown.press("Enter")
        shown.wait_for("exported to", without=["Export third"])
        assert state(engine, archive) == wanted
        shown.press("V")
        shown.wait_for("wharf stop first", "wharf pause second", "wharf export --output")
        shown.press("X")
        shown.wait_for("Save a script", "3 actions")
        shown.press("C-u")
        shown.type(str(tmp_path / "again.sh"))
        shown.press("Enter")
        shown.wait_for("saved: ")
        shown.press("q")
        shown.wait_for("running", without=["V Journal"])
        shown.press("q")
        shown.wait_for_end(0)

    known = json.loads(wharf("journal", "--format", "json").stdout)
    assert [(one["Verb"], one["Name"], one["Result"]) for one in known] == [
        ("stop", "first", "done"),
        ("pause", "second", "done"),
        ("export", "third", "done"),
    ]
    assert " kill " in known[0]["Runtime"] and engine.lookup("first").id in known[0]["Runtime"]
    script = wharf("journal", "--script").stdout
    assert script == (tmp_path / "again.sh").read_text()
    assert wharf("journal", "-n", "1", "--verb", "stop").stdout.split()[-3:] == ["wharf", "stop", "first"]
    assert wharf("journal", "--failed", "--since", "1h").stdout.splitlines()[1:] == []

    archive.unlink()
    assert wharf("rm", "--force", "--all").returncode == 0
    containers(engine)
    assert state(engine, archive) == (Status.RUNNING, Status.RUNNING, Status.RUNNING, False)
    program = tmp_path / "wharf"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tui "$@"\n')
    program.chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    again = subprocess.run(
        [tmp_path / "again.sh"], env=environment(path), capture_output=True, text=True, timeout=120, check=False
    )
    assert (again.returncode, again.stderr) == (0, "")
    for _ in eventually():
        if state(engine, archive) == wanted:
            break
    assert len(json.loads(wharf("journal", "--format", "json").stdout)) == 3

"""A workspace on real containers: a line that drops, and the same screen at the next start."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.engine import Engine
from tests.terminal import Terminal
from tests.worksite import Worksite, eventually, installed_command, run

pytestmark = pytest.mark.usefixtures("demo_image")


def opened(worksite: Worksite, state: Path) -> Terminal:
    folder = worksite.folder / f"terminal{len(list(worksite.folder.glob('terminal*')))}"
    folder.mkdir()
    argv = ["env", f"XDG_STATE_HOME={state}", *installed_command(), *worksite.global_options, "--workspace", "night"]
    return Terminal(folder, argv)


def test_a_dropped_line_loses_nothing_of_the_screen(worksite: Worksite, engine: Engine, tmp_path: Path) -> None:
    for name in ("shell", "other"):
        run(engine, "sh", name=name, terminal=True, stdin_open=True)
    kept = tmp_path / "wharfinger" / "workspaces" / "night.json"
    with opened(worksite, tmp_path) as terminal:
        terminal.wait_for("STATE", "shell", "other", "The keys to begin with")
        for name in ("other", "shell"):
            terminal.press("/", "C-u")
            terminal.type(name)
            terminal.press("Enter")
            terminal.wait_for(f"/{name} ", "STATE")
            terminal.type("a")
            terminal.wait_for("every key goes to the container", f"─ {name} ─")
            terminal.press("C-]", "l")
            terminal.wait_for("q quit")
        terminal.press("Tab", "Tab")
        terminal.wait_for("every key goes to the container")
        terminal.type("echo kept-$((40+2))\r")
        terminal.wait_for("kept-42")
    for _ in eventually():
        left = json.loads(kept.read_text()) if kept.exists() else {}
        if left and [one["name"] for one in left["consoles"]] == ["other", "shell"] and left["in_console"]:
            break
    engine.lookup("other").remove(force=True)
    with opened(worksite, tmp_path) as terminal:
        seen = terminal.wait_for("[night]", "/shell ", "kept-42", "every key goes to the container", "other is gone")
        assert "The keys to begin with" not in seen
        terminal.type("echo again-$((40+2))\r")
        terminal.wait_for("again-42")
        terminal.press("C-]", "l")
        terminal.wait_for("q quit")
        terminal.press("C-]")


def test_a_workspace_without_a_good_name_opens_no_screen(wharf: Callable[..., object]) -> None:
    finished = wharf("--workspace", "../x", "ps")
    assert finished.returncode == 125 and "--workspace is of the full screen" in finished.stderr  # type: ignore[attr-defined]

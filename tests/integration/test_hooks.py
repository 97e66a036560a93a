"""Hooks of the host's configuration, run by the real runtime and by the engine."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from core.operations.hooks import read_hooks
from tests.worksite import DEMO, Worksite, eventually

pytestmark = pytest.mark.usefixtures("demo_image")
Wharf = Callable[..., subprocess.CompletedProcess[str]]


def write_hook(folder: Path, name: str, script: str, *stages: str, **when: object) -> None:
    folder.mkdir(exist_ok=True)
    hook = {"path": "/bin/sh", "args": ["sh", "-c", script], "env": ["PATH=/usr/bin:/bin"]}
    told = {"version": "1.0.0", "hook": hook, "when": when or {"always": True}, "stages": stages}
    (folder / f"{name}.json").write_text(json.dumps(told))


def test_each_stage_is_run_once(tmp_path: Path, wharf: Wharf) -> None:
    folder, told = tmp_path / "hooks", tmp_path / "told"
    for stage in ("prestart", "createRuntime", "poststart", "poststop"):
        write_hook(folder, stage, f"echo {stage} >>{told}", stage)
    write_hook(folder, "other", f"echo never >>{told}", "prestart", annotations={"tier": "back"})
    write_hook(folder, "named", f"echo named >>{told}", "prestart", annotations={"^tier$": "^front$"})
    done = wharf("--hooks-dir", str(folder), "run", "--rm", "--annotation", "tier=front", DEMO, "true")
    assert (done.returncode, done.stderr) == (0, "")
    for _ in eventually():
        if "poststop" in told.read_text():
            break
    assert sorted(told.read_text().split()) == ["createRuntime", "named", "poststart", "poststop", "prestart"]
    assert wharf("run", "--rm", DEMO, "true").returncode == 0
    assert len(told.read_text().split()) == 5, "the folder was named for one command alone"


def test_a_hook_before_the_creation_changes_the_spec(tmp_path: Path, wharf: Wharf) -> None:
    folder = tmp_path / "hooks"
    write_hook(folder, "change", "sed s/first-name/other-name/g", "precreate")
    done = wharf("--hooks-dir", str(folder), "run", "--rm", "--hostname", "first-name", DEMO, "hostname")
    assert (done.returncode, done.stdout) == (0, "other-name\n"), done.stderr
    write_hook(folder, "change", "echo no room >&2; exit 7", "precreate")
    failed = wharf("--hooks-dir", str(folder), "run", "--rm", DEMO, "true")
    assert failed.returncode == 126 and "the hook /bin/sh failed with 7: no room" in failed.stderr


def test_what_can_not_be_used_keeps_a_container_from_its_start(
    tmp_path: Path, wharf: Wharf, worksite: Worksite
) -> None:
    missing = wharf("--hooks-dir", str(tmp_path / "nowhere"), "run", "--rm", DEMO, "true")
    assert "nowhere can not be read: No such file or directory" in missing.stderr and missing.returncode
    folder = tmp_path / "hooks"
    write_hook(folder, "late", "true", "midway")
    wrong = wharf("--hooks-dir", str(folder), "run", "--rm", DEMO, "true")
    assert "late.json can not be used: unknown stage 'midway'" in wrong.stderr and wrong.returncode
    write_hook(folder, "late", "exit 3", "prestart")
    failed = wharf("--hooks-dir", str(folder), "run", DEMO, "true")
    assert "hook" in failed.stderr and failed.returncode == 126


def test_of_two_files_with_one_name_the_later_counts(tmp_path: Path) -> None:
    for number, name in ((1, "b"), (2, "b"), (2, "a")):
        write_hook(tmp_path / str(number), name, f"echo {number}{name}", "prestart")
    (tmp_path / "1" / "notes.txt").write_text("no hook")
    found = read_hooks([str(tmp_path / "1"), str(tmp_path / "2")])
    assert [hook.hook.args[-1] for hook in found] == ["echo 2a", "echo 2b"]

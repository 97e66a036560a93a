"""`wharf events` on real containers."""

from __future__ import annotations

import json
import select
import subprocess
from collections.abc import Callable

import pytest

from core.engine import Engine
from tests.worksite import Worksite, environment, installed_command, run

pytestmark = pytest.mark.usefixtures("demo_image")

Wharf = Callable[..., "subprocess.CompletedProcess[str]"]


def test_the_journal_tells_what_who_and_how(engine: Engine, wharf: Wharf) -> None:
    run(engine, "sleep", "1000", name="it")
    assert wharf("pause", "it").returncode == 0
    assert wharf("unpause", "it").returncode == 0
    assert wharf("rm", "-f", "-t", "0", "it").returncode == 0
    told = [json.loads(line) for line in wharf("events", "--stream=false", "--format", "json").stdout.splitlines()]
    kinds = [event["Status"] for event in told if event["Name"] == "it"]
    assert kinds[:5] == ["create", "init", "start", "pause", "unpause"] and kinds[-1] == "remove"
    kinds_told = ("pause", "start", "remove")
    pause, start, remove = (next(event for event in told if event["Status"] == kind) for kind in kinds_told)
    assert pause["User"] == "root" and pause["Command"].endswith("pause it")
    assert f"runc --root={engine.paths.runtime_root}" in remove["Attributes"]["runtime"]
    assert f"{engine.paths.runtime_root}/{start['ID']}/exec.fifo" in start["Attributes"]["runtime"]
    assert pause["Attributes"]["runtime"].startswith("echo ") and pause["ID"] in pause["Attributes"]["runtime"]
    only = wharf("events", "--stream=false", "--filter", "event=pause", "--filter", "container=it").stdout
    assert len(only.splitlines()) == 1 and " container pause " in only
    assert wharf("events", "--stream=false", "--since", "2099-01-01T00:00:00").stdout == ""


def test_new_events_are_streamed(engine: Engine, worksite: Worksite) -> None:
    argv = [*installed_command(), *worksite.global_options, "events", "--filter", "event=died"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=environment()) as follower:
        try:
            assert follower.stdout is not None
            # One after the other until it listens: it takes its time to start.
            for number in range(60):
                run(engine, "sh", "-c", "exit 5", name=f"it{number}").wait(60)
                if select.select([follower.stdout], [], [], 0.3)[0]:
                    break
            else:
                pytest.fail("no event was streamed")
            line = follower.stdout.readline()
            assert " container died " in line and "exit_code=5" in line
        finally:
            follower.terminate()

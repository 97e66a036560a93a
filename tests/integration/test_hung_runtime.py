"""A runtime that does not answer: said within the time that was set, and nothing is lost by it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import core.runtime.runc
from core.engine import Engine
from core.errors import EngineError, TimedOut
from core.model.state import Status
from core.runtime.contract import Phase
from core.settings import Settings
from tests.worksite import Worksite, eventually, make, run, status_of


@dataclass
class HangingRuntime:
    """runc, but for the subcommands named in a file: those hang. `impatient` waits for one no longer than 1.5 s."""

    engine: Engine
    impatient: Engine
    hanging: Path

    def hang_on(self, *subcommands: str) -> None:
        self.hanging.write_text(" ".join(subcommands))


@pytest.fixture
def runtime(worksite: Worksite, demo_archive: Path) -> Iterator[HangingRuntime]:
    hanging = worksite.folder / "hanging"
    hanging.write_text("")
    script = worksite.folder / "runtime"
    script.write_text(
        "#!/bin/sh\n"
        f'for word; do for hanging in $(cat {hanging}); do [ "$word" != "$hanging" ] || exec sleep 87654; done; done\n'
        f'exec {shutil.which("runc")} "$@"\n'
    )
    script.chmod(0o755)
    impatient = Settings(runtime=str(script), operation_timeout=1.5)
    with (
        Engine.open(worksite.paths, Settings(runtime=str(script))) as engine,
        Engine.open(worksite.paths, impatient) as other,
    ):
        engine.images.load(demo_archive)
        yield HangingRuntime(engine, other, hanging)
        hanging.write_text("")
        for picture in engine.containers():
            engine.lookup(picture.id).remove(force=True)


def hanging_processes() -> list[str]:
    """The processes of a runtime that hangs, by a span that nothing else sleeps."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                arguments = (folder / "cmdline").read_bytes()
                if arguments == b"sleep\x0087654\x00" and os.stat(folder).st_uid == 0:
                    found.append(folder.name)
            except OSError:
                continue
    return found


def test_a_pause_does_not_need_the_runtime(runtime: HangingRuntime) -> None:
    container = run(runtime.engine, "sleep", "999", name="it")
    runtime.hang_on("pause", "resume")
    runtime.impatient.lookup("it").pause()
    assert runtime.engine._parts.runtime.state(container.id).phase is Phase.PAUSED
    runtime.impatient.lookup("it").unpause()
    assert runtime.engine._parts.runtime.state(container.id).phase is Phase.RUNNING


def test_a_pause_that_hangs_where_the_freezer_can_not_be_written(
    runtime: HangingRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: str, *, frozen: bool, timeout: float) -> bool:
        raise PermissionError(file)

    monkeypatch.setattr(core.runtime.runc, "set_frozen", refuse)
    container = run(runtime.engine, "sleep", "999", name="it")
    before = hanging_processes()
    runtime.hang_on("pause")
    with pytest.raises(TimedOut) as refusal:
        runtime.impatient.lookup("it").pause()
    assert "did not answer" in refusal.value.message
    assert refusal.value.argv[-2:] == ("pause", container.id)
    assert hanging_processes() == before
    assert status_of(runtime.engine, "it") is Status.RUNNING
    runtime.hang_on()
    container.pause()
    assert status_of(runtime.engine, "it") is Status.PAUSED


def test_a_kill_that_hangs_blocks_no_other_container(runtime: HangingRuntime) -> None:
    slow = run(runtime.engine, "sleep", "999", name="slow")
    other = run(runtime.engine, "sleep", "999", name="other")
    runtime.hang_on("kill")
    with pytest.raises(TimedOut):
        runtime.impatient.lookup("slow").kill("TERM")
    other.pause()
    assert status_of(runtime.engine, "other") is Status.PAUSED
    runtime.hang_on()
    slow.stop(0)
    assert status_of(runtime.engine, "slow") is Status.EXITED


def test_a_create_that_hangs_leaves_nothing_behind(runtime: HangingRuntime, worksite: Worksite) -> None:
    before = hanging_processes()
    container = make(runtime.engine, "sleep", "999", name="it")
    runtime.hang_on("create")
    with pytest.raises(EngineError) as refusal:
        runtime.impatient.lookup("it").start()
    assert "Traceback" not in refusal.value.message
    for _ in eventually():
        if hanging_processes() == before and not worksite.processes():
            break
    assert worksite.mounts() == []
    assert status_of(runtime.engine, "it") is Status.CONFIGURED
    runtime.hang_on()
    container.start()
    assert status_of(runtime.engine, "it") is Status.RUNNING

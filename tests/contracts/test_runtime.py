"""What every runtime promises: the same cases over runc, over crun and over the one in memory."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from core.errors import EngineError, RuntimeFailed
from core.host.cgroups import find_cgroups
from core.host.files import make_private_directory
from core.monitor.contract import Monitor
from core.paths import EnginePaths
from core.runtime.contract import Phase, Runtime
from tests.fakes.monitor import FakeMonitor
from tests.fakes.runtime import FakeRuntime
from tests.integration.bundle import RealWorld, request_for


class World(Protocol):
    @property
    def runtime(self) -> Runtime: ...

    @property
    def monitor(self) -> Monitor: ...

    def create(self, args: list[str]) -> str: ...

    def end(self, container_id: str) -> int: ...


class FakeWorld:
    def __init__(self, folder: Path) -> None:
        self.paths = EnginePaths(folder / "root", folder / "run")
        self.runtime = FakeRuntime()
        self.monitor = FakeMonitor(self.paths, self.runtime)

    def create(self, args: list[str]) -> str:
        container_id = os.urandom(32).hex()
        make_private_directory(self.paths.container(container_id))
        make_private_directory(self.paths.bundle(container_id))
        self.paths.spec(container_id).write_text(json.dumps({"process": {"args": args}}))
        self.monitor.create(request_for(container_id))
        return container_id

    def end(self, container_id: str) -> int:
        seen = self.runtime.observe(container_id)
        return self.monitor.wait_exit(container_id, seen.pid, seen.pid_start, 10.0)


@pytest.fixture(params=["fake", "runc", "crun"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "fake":
        yield FakeWorld(tmp_path)
    else:
        with RealWorld(tmp_path, request.param) as real:
            yield real


def phase(world: World, container_id: str) -> Phase:
    """The phase from files, which the runtime's own answer must confirm."""
    seen = world.runtime.observe(container_id).phase
    assert world.runtime.state(container_id).phase is seen
    return seen


SLEEP = ["sleep", "1000"]
ABSENT = "ab" * 32


def test_a_life(world: World) -> None:
    container_id = world.create(SLEEP)
    assert phase(world, container_id) is Phase.CREATED
    world.runtime.start(container_id)
    assert phase(world, container_id) is Phase.RUNNING
    seen = world.runtime.observe(container_id)
    assert world.runtime.processes(container_id) == [seen.pid]
    world.runtime.kill(container_id, signal.SIGKILL)
    assert world.end(container_id) == 137
    assert phase(world, container_id) is Phase.STOPPED
    world.runtime.delete(container_id)
    assert phase(world, container_id) is Phase.ABSENT
    assert find_cgroups(container_id) == {}


def test_pause_and_resume(world: World) -> None:
    container_id = world.create(SLEEP)
    world.runtime.start(container_id)
    world.runtime.pause(container_id)
    assert phase(world, container_id) is Phase.PAUSED
    with pytest.raises(RuntimeFailed):
        world.runtime.pause(container_id)
    world.runtime.resume(container_id)
    assert phase(world, container_id) is Phase.RUNNING
    with pytest.raises(RuntimeFailed):
        world.runtime.resume(container_id)


def test_a_paused_container_ends_by_kill_and_resume(world: World) -> None:
    container_id = world.create(SLEEP)
    world.runtime.start(container_id)
    world.runtime.pause(container_id)
    world.runtime.kill(container_id, signal.SIGKILL)
    with contextlib.suppress(RuntimeFailed):
        world.runtime.resume(container_id)
    assert world.end(container_id) == 137


def test_a_first_process_ignores_what_it_does_not_handle(world: World) -> None:
    container_id = world.create(SLEEP)
    world.runtime.start(container_id)
    world.runtime.kill(container_id, signal.SIGTERM)
    assert phase(world, container_id) is Phase.RUNNING


def test_killed_before_the_start(world: World) -> None:
    container_id = world.create(SLEEP)
    world.runtime.kill(container_id, signal.SIGKILL)
    assert world.end(container_id) == 137
    assert phase(world, container_id) is Phase.STOPPED


def test_a_second_start_is_refused(world: World) -> None:
    container_id = world.create(SLEEP)
    world.runtime.start(container_id)
    with pytest.raises(RuntimeFailed):
        world.runtime.start(container_id)
    assert phase(world, container_id) is Phase.RUNNING


@pytest.mark.parametrize(
    "verb",
    [
        lambda runtime, name: runtime.start(name),
        lambda runtime, name: runtime.kill(name, 9),
        lambda runtime, name: runtime.pause(name),
        lambda runtime, name: runtime.resume(name),
        lambda runtime, name: runtime.processes(name),
    ],
    ids=["start", "kill", "pause", "resume", "processes"],
)
def test_an_absent_container(world: World, verb: Callable[[Runtime, str], object]) -> None:
    with pytest.raises(RuntimeFailed) as caught:
        verb(world.runtime, ABSENT)
    error = caught.value
    assert error.container_id == ABSENT
    assert "\n" not in error.message
    assert "{" not in error.message and "level=" not in error.message
    assert error.argv and error.stderr


def test_absent_is_seen_and_deleted_without_an_error(world: World) -> None:
    assert phase(world, ABSENT) is Phase.ABSENT
    world.runtime.delete(ABSENT)
    world.runtime.delete(ABSENT, force=True)


def test_a_stopped_container_takes_no_signal(world: World) -> None:
    container_id = world.create(SLEEP)
    world.runtime.kill(container_id, signal.SIGKILL)
    world.end(container_id)
    with pytest.raises(EngineError):
        world.runtime.kill(container_id, signal.SIGTERM)


def test_deleting_what_runs_needs_force(world: World) -> None:
    container_id = world.create(SLEEP)
    world.runtime.start(container_id)
    with pytest.raises(RuntimeFailed):
        world.runtime.delete(container_id)
    assert phase(world, container_id) is Phase.RUNNING
    world.runtime.delete(container_id, force=True)
    assert phase(world, container_id) is Phase.ABSENT


def test_the_same_id_twice(world: World) -> None:
    container_id = world.create(SLEEP)
    pid = world.runtime.observe(container_id).pid
    with pytest.raises(RuntimeFailed, match="already exists"):
        world.monitor.create(request_for(container_id))
    assert world.runtime.observe(container_id).pid == pid


def test_version(world: World) -> None:
    assert "version" in world.runtime.version()

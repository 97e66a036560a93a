"""What is learnt of a container without asking for it, on cgroups that are a fixture: no machine has both versions."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import live
from core.engine import Engine
from core.events import Event, EventKind
from core.host.process_stat import process_start
from core.model.config import ContainerConfig, ContainerRecord, ProcessConfig
from core.model.state import ContainerState, Status
from core.runtime.contract import Observation, Phase
from tests.fakes.runtime import FakeRuntime

PATIENCE = 20.0
NEVER = 3600.0
ID = "a" * 64


class RuntimeOnVersion2(FakeRuntime):
    """Has one container, with this process as its first."""

    def __init__(self, cgroup: Path) -> None:
        super().__init__()
        self.cgroup = cgroup
        self.pid = os.getpid()

    def observe(self, container_id: str) -> Observation:
        frozen = "frozen 1" in (self.cgroup / "cgroup.events").read_text()
        return Observation(Phase.PAUSED if frozen else Phase.RUNNING, self.pid, 0, {"": str(self.cgroup)})


@pytest.fixture
def cgroup(tmp_path: Path) -> Path:
    folder = tmp_path / "cgroup"
    folder.mkdir()
    (folder / "cgroup.events").write_text("populated 1\nfrozen 0\n")
    return folder


@pytest.fixture
def watched(engine: Engine, cgroup: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine with one container that runs, and that nobody looks at without a notice."""
    for name in ("SHORTEST_INTERVAL", "LONGEST_INTERVAL", "FULL_LOOK_INTERVAL"):
        monkeypatch.setattr(live, name, NEVER)
    engine._parts._runtimes[engine.settings.runtime] = RuntimeOnVersion2(cgroup)
    config = ContainerConfig(id=ID, created_at=1.0, process=ProcessConfig(args=("sleep",), env=()), rootfs="/nowhere")
    engine._parts.store.add(ContainerRecord(config=config, name="it", state=running(os.getpid())))
    yield engine
    engine._parts.store.remove(ID)


def running(pid: int) -> ContainerState:
    me = os.getpid()
    return ContainerState(status=Status.RUNNING, pid=pid, monitor_pid=me, monitor_start=process_start(me))


def set_frozen(cgroup: Path, number: int) -> None:
    """As the kernel does it: at one stroke, in the file that is there."""
    with (cgroup / "cgroup.events").open("r+") as file:
        file.write(f"populated 1\nfrozen {number}\n")


def told(engine: Engine, cgroup: Path, *numbers: int) -> list[EventKind]:
    """What is told of freezes and thaws by others."""
    with engine.subscribe() as events:
        # The first event is of a store that is watched: from then on the container is, too.
        engine._parts.emit(EventKind.RENAME, ID, "it")
        kinds = [next_event(events.get(PATIENCE)).kind]
        for number in numbers:
            set_frozen(cgroup, number)
            kinds.append(next_event(events.get(PATIENCE)).kind)
    assert kinds.pop(0) is EventKind.RENAME
    return kinds


def next_event(event: Event | None) -> Event:
    assert event is not None
    return event


def test_a_freeze_of_version_2_is_noticed_without_looking(watched: Engine, cgroup: Path) -> None:
    assert told(watched, cgroup, 1, 0, 1) == [EventKind.PAUSE, EventKind.UNPAUSE, EventKind.PAUSE]


def test_another_run_in_the_same_place_is_watched_anew(watched: Engine, cgroup: Path) -> None:
    assert told(watched, cgroup, 1, 0) == [EventKind.PAUSE, EventKind.UNPAUSE]
    other = cgroup.with_name("other")
    other.mkdir()
    (other / "cgroup.events").write_text("populated 1\nfrozen 0\n")
    shutil.rmtree(cgroup)
    other.rename(cgroup)
    runtime = watched._parts.runtime
    assert isinstance(runtime, RuntimeOnVersion2)
    runtime.pid = os.getppid()
    watched._parts.store.save_state(ID, running(os.getppid()))
    assert told(watched, cgroup, 1) == [EventKind.PAUSE]

"""When a container began and ended, as it is stored."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from core.model.config import ContainerConfig, ContainerRecord, ProcessConfig
from core.model.state import ContainerState, Status
from core.operations.parts import EngineParts, Transaction
from core.operations.start import start
from core.operations.synchronise import synchronise
from core.paths import EnginePaths
from core.settings import Settings
from core.store.memory import MemoryStore
from tests.fakes.monitor import FakeMonitor
from tests.fakes.runtime import FakeRuntime

ID = "a" * 64


class Sprinter(FakeRuntime):
    """A runtime whose containers have ended when their start comes back."""

    began = 0.0

    def start(self, container_id: str) -> None:
        super().start(container_id)
        self.began = time.time()
        self.finish(container_id, 3)


class SprinterParts(EngineParts):
    """The parts of an engine whose every runtime is that one."""

    def __init__(self, paths: EnginePaths, runtime: Sprinter) -> None:
        super().__init__(paths, Settings(), MemoryStore())
        self._sprinter = runtime
        self.monitor = FakeMonitor(paths, runtime)

    def runtime_named(self, name: str) -> Sprinter:
        return self._sprinter


@pytest.fixture
def runtime() -> Sprinter:
    return Sprinter()


@pytest.fixture
def held(tmp_path: Path, runtime: Sprinter) -> Transaction:
    """A container that was created in a runtime of its own."""
    paths = EnginePaths(tmp_path / "root", tmp_path / "run")
    parts = SprinterParts(paths, runtime)
    paths.exits.mkdir(parents=True)
    pid = runtime.create(ID)
    state = ContainerState(status=Status.CREATED, pid=pid, monitor_pid=os.getpid())
    config = ContainerConfig(id=ID, created_at=1.0, process=ProcessConfig(args=("true",)))
    record = ContainerRecord(config=config, name="quick", state=state)
    parts.store.add(record)
    return Transaction(parts, record)


def test_the_start_is_before_all_that_the_program_does(held: Transaction, runtime: Sprinter) -> None:
    start(held)
    assert 0 < held.state.started_at <= runtime.began


def test_no_container_ends_before_it_began(held: Transaction) -> None:
    start(held)
    exit_file = held.parts.paths.exit_file(ID)
    exit_file.write_text("3")
    os.utime(exit_file, (held.state.started_at - 1,) * 2)
    synchronise(held)
    assert held.state.status is Status.EXITED
    assert held.state.exit_code == 3
    assert held.state.finished_at == held.state.started_at

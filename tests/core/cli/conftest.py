"""The command line on an engine in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from core.cli.main import main
from core.engine import Engine
from core.log import LOG
from core.paths import EnginePaths
from tests.core.cli.fake_engine import FakeEngine


class Ended(NamedTuple):
    """A command that has been carried out in this process."""

    code: int
    out: str
    err: str


Call = Callable[..., Ended]


@pytest.fixture
def private_paths(tmp_path: Path) -> EnginePaths:
    return EnginePaths(tmp_path / "root", tmp_path / "run")


@pytest.fixture
def fake(private_paths: EnginePaths, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """The engine that every command opens."""
    engine = FakeEngine(private_paths)
    monkeypatch.setattr(Engine, "open", lambda *_, **__: engine)
    return engine


@pytest.fixture
def call(private_paths: EnginePaths, capfd: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """Carries out a subcommand: `call("ps", "-a")`."""

    def carry_out(*arguments: str) -> Ended:
        code = main(["--root", str(private_paths.root), "--runroot", str(private_paths.run_root), *arguments])
        return Ended(code, *capfd.readouterr())

    yield carry_out
    LOG.close()

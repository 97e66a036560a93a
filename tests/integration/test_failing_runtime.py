"""A runtime that fails and says why in bytes that are no text: one error, and an engine that works on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.engine import Engine
from core.errors import EngineError, HostIncomplete
from core.model.state import Status
from core.settings import Settings
from tests.worksite import Worksite, make, status_of

NOISE = b'\x98\xfe\x01\x1b]0;title\x07 no such "thing" \\ \xff'


def test_noise_of_a_runtime_is_no_trouble(worksite: Worksite, demo_archive: Path) -> None:
    noise = worksite.folder / "noise"
    noise.write_bytes(NOISE)
    script = worksite.folder / "runtime"
    script.write_text(
        f'#!/bin/sh\nfor word; do [ "$word" != create ] || {{ cat {noise} >&2; exit 7; }}; done\n'
        f'exec {shutil.which("runc")} "$@"\n'
    )
    script.chmod(0o755)
    with Engine.open(worksite.paths, Settings(runtime=str(script))) as engine:
        engine.images.load(demo_archive)
        container = make(engine, "sleep", "999", name="it")
        with pytest.raises(EngineError) as refusal:
            container.start()
        assert 'no such "thing"' in refusal.value.message
        assert status_of(engine, "it") is Status.CONFIGURED
        script.write_text(f'#!/bin/sh\nexec {shutil.which("runc")} "$@"\n')
        engine.lookup("it").start()
        assert status_of(engine, "it") is Status.RUNNING
        # A container keeps its runtime; without it, it can still be seen and removed.
        script.unlink()
        with pytest.raises(HostIncomplete, match=str(script)):
            engine.lookup("it").kill()
        assert [picture.status for picture in engine.containers()] == [Status.RUNNING]
        engine.lookup("it").remove(force=True)
    assert worksite.leftovers() == []

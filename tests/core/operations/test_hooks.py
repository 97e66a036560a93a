"""Hooks before a creation, which the engine runs itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import RuntimeFailed
from core.host.process_stat import process_start
from core.model.config import ContainerConfig, ProcessConfig
from core.operations.hooks import with_hooks
from tests.worksite import eventually

CONFIG = ContainerConfig(id="f" * 64, created_at=0.0, process=ProcessConfig(args=("true",)))


@pytest.mark.parametrize("own", [{}, {"timeout": 1}], ids=["the engine's time", "a time of its own"])
def test_a_hook_that_hangs_is_ended_with_what_it_started(tmp_path: Path, own: dict[str, int]) -> None:
    mark, program = tmp_path / "pids", tmp_path / "hanging-hook"
    program.write_text(f"#!/bin/sh\nsleep 60 &\necho $$ $! >{mark}\nwait\n")
    program.chmod(0o755)
    hook = {"path": str(program), **own}
    told = {"version": "1.0.0", "hook": hook, "when": {"always": True}, "stages": ["precreate"]}
    (tmp_path / "hook.json").write_text(json.dumps(told))
    with pytest.raises(RuntimeFailed, match=f"the hook {program} took more than 1 seconds") as refused:
        with_hooks({"annotations": {}}, CONFIG, [str(tmp_path)], 60.0 if own else 1.0)
    assert refused.value.hint
    pids = [int(pid) for pid in mark.read_text().split()]
    assert len(pids) == 2
    for _ in eventually(10):
        if not any(map(process_start, pids)):
            break

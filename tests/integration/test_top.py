"""top by podman's descriptors, and the init process that --init gives."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable

import pytest

from core.engine import Engine
from core.errors import InvalidArgument
from core.operations.top import _CODES, _COLUMNS
from tests.worksite import eventually, run

pytestmark = pytest.mark.usefixtures("demo_image")


def test_descriptors(engine: Engine) -> None:
    container = run(engine, "sh", "-c", "sleep 1000 & exec sleep 2000", user="0:5")
    for _ in eventually():
        if [row[0] for row in container.processes(["args"]).rows] == ["sleep 2000", "sleep 1000"]:
            break
    before = len(engine._parts.runtime.take_commands())
    usual = container.processes()
    assert usual.headings == ("USER", "PID", "PPID", "%CPU", "ELAPSED", "TTY", "TIME", "COMMAND")
    assert [(row[2], row[7]) for row in usual.rows] == [("0", "sleep 2000"), ("1", "sleep 1000")]
    assert usual.rows[0][1] == "1"
    assert re.fullmatch(r"[0-9.]+m?s", usual.rows[0][4])
    table = container.processes(
        ["hpid,comm", "%U", "%G", "seccomp", "state", "capeff", "capamb", "label", "tty", "huser"]
    )
    hpid, *rest = table.rows[0]
    assert os.readlink(f"/proc/{hpid}/exe").endswith("busybox")
    capabilities = "CHOWN,DAC_OVERRIDE,FOWNER,FSETID,KILL,NET_BIND_SERVICE,SETFCAP,SETGID,SETPCAP,SETUID,SYS_CHROOT"
    assert (rest[0], rest[1], rest[3:]) == ("sleep", "root", ["filter", "S", capabilities, "none", "?", "?", "root"])
    everything = container.processes([*_COLUMNS])
    assert len(everything.rows[0]) == len(_COLUMNS) == 30
    assert container.processes([*_CODES]).headings[:3] == ("COMMAND", "%CPU", "COMMAND")
    assert len(engine._parts.runtime.take_commands()) <= before, "nothing is run to look"
    container.pause()
    assert len(container.processes(["pid"]).rows) == 2
    with pytest.raises(InvalidArgument, match="bogus"):
        container.processes(["bogus"])


def test_the_commands(engine: Engine, wharf: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    assert wharf("run", "-d", "--init", "--name", "c", "localhost/wharf-demo", "sleep", "1000").returncode == 0
    shown = [line.split() for line in wharf("top", "c", "pid", "args").stdout.splitlines()]
    assert shown[:2] == [["PID", "COMMAND"], ["1", "/run/podman-init", "--", "sleep", "1000"]]
    assert wharf("top", "--latest").stdout.split()[:3] == ["USER", "PID", "PPID"]
    inside = wharf("top", "c", "-o", "pid,comm")
    assert "PID" in inside.stdout
    assert "podman-init" in inside.stdout
    assert wharf("top", "c", "-bogus").returncode != 0
    assert wharf("inspect", "c", "--format", "{{.HostConfig.Init}}").stdout == "true\n"
    container = engine.lookup("c")
    wharf("exec", "c", "sh", "-c", "(sleep 0.1 &) ; exit 0")
    for _ in eventually():
        if "Z" not in [row[0] for row in container.processes(["state"]).rows] and len(container.top()) == 2:
            break
    assert wharf("stop", "c").returncode == 0
    assert container.refresh().exit_code == 143, "the signal reached the program"
    assert wharf("top", "c").returncode == 125

"""ps: what is listed, and how."""

from __future__ import annotations

import json
import os
import re
import time

import pytest

from core.cli.ps import status_text
from core.model.state import Status
from tests.core.cli.conftest import Call
from tests.core.cli.fake_engine import FakeEngine, picture


@pytest.fixture
def harbour(fake: FakeEngine) -> FakeEngine:
    """Containers in all states."""
    fake.add("made", Status.CONFIGURED, labels={"role": "db", "site": "a"})
    fake.add("set", Status.CREATED, labels={"role": "web"})
    fake.add("runs", Status.RUNNING, labels={"role": "web", "site": "a"}, image="docker.io/library/nginx:1.25")
    fake.add("sleeps", Status.PAUSED)
    fake.add("ended", Status.EXITED, exit_code=3, finished_at=time.time() - 61)
    fake.add("odd", Status.UNKNOWN)
    return fake


def listed(call: Call, *arguments: str) -> list[str]:
    ended = call("ps", "--format", "json", *arguments)
    assert ended.code == 0, ended.err
    return [entry["Names"][0] for entry in json.loads(ended.out)]


def test_only_the_living_by_default(harbour: FakeEngine, call: Call) -> None:
    assert listed(call) == ["runs", "sleeps", "odd"]
    assert listed(call, "--all") == ["made", "set", "runs", "sleeps", "ended", "odd"]


def test_last(harbour: FakeEngine, call: Call) -> None:
    assert listed(call, "-n", "2") == ["ended", "odd"]
    assert listed(call, "--latest") == ["odd"]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (["status=exited"], ["ended"]),
        (["status=stopped"], ["ended"]),
        (["status=created"], ["made"]),
        (["status=configured"], ["made"]),
        (["status=initialized"], ["set"]),
        (["status=paused", "status=running"], ["runs", "sleeps"]),
        (["name=s"], ["set", "runs", "sleeps"]),
        (["name=^s"], ["set", "sleeps"]),
        (["name=made", "name=odd"], ["made", "odd"]),
        (["label=role"], ["made", "set", "runs"]),
        (["label=role=web"], ["set", "runs"]),
        (["label=role=web", "label=site=a"], ["runs"]),
        (["label=role", "name=made"], ["made"]),
        (["id=" + b"runs".hex()], ["runs"]),
        (["id=" + b"uns".hex()], []),
        (["ancestor=nginx"], ["runs"]),
        (["ancestor=docker.io/library/nginx:1.25"], ["runs"]),
        (["ancestor=ginx"], []),
        (["label!=role"], ["sleeps", "ended", "odd"]),
        (["label!=role=web", "label!=site"], ["sleeps", "ended", "odd"]),
        (["until=1970-01-01T00:16:42+00:00"], ["made", "set"]),
        (["exited=3"], ["ended"]),
        (["exited=0"], []),
        (["before=set"], ["made"]),
        (["since=ended"], ["odd"]),
        (["network=host"], []),
    ],
)
def test_filters(harbour: FakeEngine, call: Call, filters: list[str], names: list[str]) -> None:
    assert listed(call, "-a", *(word for text in filters for word in ("--filter", text))) == names


def test_a_filter_for_a_state_looks_at_all(harbour: FakeEngine, call: Call) -> None:
    assert listed(call, "--filter", "status=exited") == ["ended"]
    assert listed(call, "--filter", "exited=3") == ["ended"]
    assert listed(call, "--filter", "name=ended") == []


@pytest.mark.parametrize("text", ["status=bogus", "colour=red", "name", "name=[", "exited=x", "before=nobody"])
def test_wrong_filters(harbour: FakeEngine, call: Call, text: str) -> None:
    ended = call("ps", "--filter", text)
    assert ended.code == 125
    assert ended.err.startswith("Error: ")


def test_quiet(harbour: FakeEngine, call: Call) -> None:
    whole = harbour.lookup("runs").id
    assert call("ps", "-q", "--filter", "name=runs").out == f"{whole[:12]}\n"
    assert call("ps", "-q", "--no-trunc", "--filter", "name=runs").out == f"{whole}\n"


def test_sorted(harbour: FakeEngine, call: Call) -> None:
    assert listed(call, "-a", "--sort", "names") == ["ended", "made", "odd", "runs", "set", "sleeps"]


def test_table(fake: FakeEngine, call: Call) -> None:
    fake.add("a", command=("sh", "-c", "\x1b[2Jlong long long long"), started_at=time.time() - 120)
    header, row = call("ps").out.splitlines()
    assert header.split() == ["CONTAINER", "ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"]
    assert "Up 2 minutes" in row
    assert "sh -c \ufffd[2Jlong long ...  " in row
    assert row.startswith(fake.lookup("a").id[:12] + "  ")
    assert [line.split() for line in call("ps", "--noheading").out.splitlines()] == [row.split()]


def test_nothing_at_all(fake: FakeEngine, call: Call) -> None:
    assert call("ps", "-q").out == ""
    assert call("ps", "--format", "json").out == "[]\n"
    assert len(call("ps").out.splitlines()) == 1


def test_status_text() -> None:
    now = time.time()
    assert status_text(picture("a", Status.CONFIGURED)) == "Created"
    assert status_text(picture("a", Status.CREATED)) == "Initialized"
    assert status_text(picture("a", Status.UNKNOWN)) == "Unknown"
    assert status_text(picture("a", Status.PAUSED, started_at=now - 5)) == "Paused"
    assert status_text(picture("a", started_at=now - 5, monitor_lost=True)) == "Up 5 seconds (console lost)"
    assert status_text(picture("a", Status.EXITED, exit_code=137, finished_at=now - 3601)) == "Exited (137) 1 hour ago"
    assert status_text(picture("a", Status.EXITED)) == "Exited (-1)"


def test_namespaces(fake: FakeEngine, call: Call) -> None:
    fake.add("a", pid=os.getpid())
    header, row = call("ps", "--ns").out.splitlines()
    assert header.split()[-8:] == ["PID", "CGROUPNS", "IPC", "MNT", "NET", "PIDNS", "USERNS", "UTS"]
    numbers = [re.sub(r"\D", "", os.readlink(f"/proc/self/ns/{kind}")) for kind in ("cgroup", "ipc", "mnt", "net")]
    assert row.split()[2:7] == [str(os.getpid()), *numbers]
    assert call("ps", "--ns", "--format", "{{.ID}}").code == 125


def test_watching(fake: FakeEngine, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.add("a")
    naps = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", nap)
    ended = call("ps", "-q", "--watch", "2")
    assert (ended.code, naps) == (130, [2, 2, 2])
    assert ended.out.count("\x1b[2J") == 2
    assert ended.out.count(fake.lookup("a").id[:12]) == 3

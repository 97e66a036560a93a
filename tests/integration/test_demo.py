"""`wharf demo`, which `make run` calls before the screen opens, and `wharf doctor`."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Callable

from core.engine import Engine
from core.model.state import Status
from tests.worksite import eventually

Wharf = Callable[..., "subprocess.CompletedProcess[str]"]


def test_the_demo_is_a_container_of_each_kind(engine: Engine, wharf: Wharf) -> None:
    first = wharf("demo")
    assert first.returncode == 0, first.stderr
    assert "localhost/wharf-demo" in first.stdout
    for _ in eventually():
        states = {p.name: (p.status, p.exit_code) for p in engine.containers()}
        if states.get("failed") == (Status.EXITED, 3):
            break
    assert states == {
        "shell": (Status.RUNNING, None),
        "web": (Status.RUNNING, None),
        "worker": (Status.RUNNING, None),
        "failed": (Status.EXITED, 3),
        "ready": (Status.CONFIGURED, None),
    }
    assert engine.lookup("shell").snapshot().terminal
    for _ in eventually():
        if b"job 2" in engine.lookup("worker").replay():
            break

    before = {p.name: (p.id, p.pid) for p in engine.containers()}
    again = wharf("demo")
    assert (again.returncode, again.stdout) == (0, "")
    assert {p.name: (p.id, p.pid) for p in engine.containers()} == before


def test_the_web_server_of_the_demo_answers(engine: Engine, wharf: Wharf) -> None:
    assert wharf("demo").returncode == 0
    command = engine.lookup("web").config.process.args
    address = command[command.index("-p") + 1]
    for _ in eventually():
        try:
            with urllib.request.urlopen(f"http://{address}/", timeout=5) as answer:
                assert b"html" in answer.read()
                break
        except OSError:
            continue


def test_the_demo_goes_as_it_came(engine: Engine, wharf: Wharf) -> None:
    assert wharf("demo").returncode == 0
    assert wharf("demo", "--remove").returncode == 0
    assert engine.containers() == []


def test_the_doctor_finds_this_host_complete(engine: Engine, wharf: Wharf) -> None:
    finished = wharf("doctor")
    assert finished.returncode == 0, finished.stdout
    for program in ("runc", "conmon", "containers-storage", "skopeo", "busybox"):
        assert program in finished.stdout


def test_the_doctor_names_what_is_missing_and_its_remedy(engine: Engine, wharf: Wharf) -> None:
    finished = wharf("--runtime", "no-such-runtime", "doctor")
    assert finished.returncode != 0
    assert "no-such-runtime" in finished.stdout
    assert "Traceback" not in finished.stderr


def test_the_command_line_speaks_json(engine: Engine, wharf: Wharf) -> None:
    assert wharf("demo").returncode == 0
    listed = json.loads(wharf("ps", "-a", "--format", "json").stdout)
    assert {name for entry in listed for name in entry["Names"]} == {"shell", "web", "worker", "failed", "ready"}
    assert json.loads(wharf("inspect", "ready").stdout)[0]["Name"] == "ready"
    assert json.loads(wharf("images", "--format", "json").stdout)[0]["Names"] == ["localhost/wharf-demo:latest"]
    assert json.loads(wharf("info", "--format", "json").stdout)["store"]["containers"]["number"] == 5

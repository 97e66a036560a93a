"""The main job with crun as the runtime, chosen as an operator would: `--runtime`, once for each container."""

from __future__ import annotations

import select
import subprocess
from collections.abc import Callable

from core.console.attach import STDOUT
from core.engine import Engine
from core.model.image import Image
from core.model.state import Status
from tests.integration.bundle import crun_program
from tests.worksite import DEMO, Worksite, eventually

Wharf = Callable[..., subprocess.CompletedProcess[str]]


def test_a_life_with_crun(worksite: Worksite, engine: Engine, demo_image: Image, wharf: Wharf) -> None:
    program = crun_program(worksite.folder)

    def made(*arguments: str, stdin: str = "") -> tuple[int, str]:
        return crun("--runtime", program, *arguments, stdin=stdin)

    def crun(*arguments: str, stdin: str = "") -> tuple[int, str]:
        done = wharf(*arguments, stdin=stdin)
        return done.returncode, done.stdout

    def status() -> Status:
        return engine.lookup("one").refresh().status

    assert made("run", "--rm", "-i", DEMO, "sh", "-c", "cat; exit 3", stdin="hello\n") == (3, "hello\n")
    assert made("run", "--rm", DEMO, "nothing")[0] == 127
    assert made("run", "--rm", DEMO, "/etc")[0] == 126
    words = ("--name", "one", "--memory", "64m", "-i", DEMO, "sh", "-c", "read it; echo $it; exec sleep 1000")
    assert made("create", *words)[0] == 0
    assert crun("inspect", "--format", "{{.OCIRuntime}}", "one") == (0, f"{program}\n")
    assert (crun("init", "one"), status()) == ((0, "one\n"), Status.CREATED)
    assert (crun("start", "one"), status()) == ((0, "one\n"), Status.RUNNING)
    container = engine.lookup("one")
    console = container.attach()
    try:
        console.write(b"typed\n")
        assert select.select([console.fileno()], [], [], 20)[0]
        assert console.read() == (STDOUT, b"typed\n")
    finally:
        console.close()
    assert crun("exec", "one", "sh", "-c", "echo in; exit 5") == (5, "in\n")
    assert (crun("exec", "one", "nothing")[0], crun("exec", "-w", "/no", "one", "true")[0]) == (127, 127)
    assert (crun("pause", "one"), status()) == ((0, "one\n"), Status.PAUSED)
    assert (crun("unpause", "one"), status()) == ((0, "one\n"), Status.RUNNING)
    assert crun("update", "--memory", "32m", "one")[0] == 0
    assert "sleep 1000" in crun("top", "one")[1]
    assert (crun("stop", "-t", "0", "one"), status()) == ((0, "one\n"), Status.EXITED)
    assert crun("start", "one")[0] == 0
    assert crun("kill", "one")[0] == 0
    for _ in eventually():
        if status() is Status.EXITED:
            break
    assert engine.lookup("one").snapshot().exit_code == 137
    assert crun("rm", "one") == (0, "one\n")
    assert made("run", "-d", "--name", "two", "--cgroups", "disabled", DEMO, "sleep", "1000")[0] == 0
    assert "sleep 1000" in crun("top", "two")[1]
    assert (crun("pause", "two")[0], crun("update", "--memory", "64m", "two")[0]) == (125, 125)
    assert crun("rm", "-f", "two") == (0, "two\n")
    assert not list(worksite.paths.runtime_root.iterdir())

"""What is refused: for each a clear message and the right exit code, and all is as it was before."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.engine import Engine
from core.model.state import Status
from tests.worksite import DEMO, Worksite, make, private_worksite, run

Wharf = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def worksite() -> Iterator[Worksite]:
    """One for all: no test of this module changes anything."""
    with private_worksite() as site:
        yield site


@pytest.fixture(scope="module")
def ready(worksite: Worksite, demo_archive: Path) -> Iterator[Engine]:
    """An engine with the demo image and two containers: `idle` is configured, `busy` runs."""
    with Engine.open(worksite.paths) as engine:
        engine.images.load(demo_archive)
        make(engine, "true", name="idle")
        run(engine, "sleep", "1000", name="busy")
        worksite.note_containers()
        yield engine


def refused(finished: subprocess.CompletedProcess[str], exit_code: int, *words: str) -> None:
    """The call failed with this code, in a sentence with these words, and not with a traceback."""
    assert finished.returncode == exit_code, (finished.returncode, finished.stderr)
    assert finished.stderr.startswith("Error: "), finished.stderr
    assert "Traceback" not in finished.stderr
    assert "unforeseen" not in finished.stderr
    assert len(finished.stderr.splitlines()) <= 3, finished.stderr
    for word in words:
        assert word.lower() in finished.stderr.lower(), finished.stderr


def names(engine: Engine) -> dict[str, Status]:
    return {picture.name: picture.status for picture in engine.containers()}


VERBS_OF_ONE = ("start", "stop", "restart", "kill", "pause", "unpause", "wait", "inspect", "logs", "attach", "top")


@pytest.mark.parametrize("verb", [*VERBS_OF_ONE, "mount", "umount", "export"])
def test_an_unknown_name(ready: Engine, wharf: Wharf, verb: str) -> None:
    refused(wharf(verb, "nobody"), 125, "nobody", "no such")


def test_an_unknown_name_of_other_verbs(ready: Engine, wharf: Wharf) -> None:
    refused(wharf("rm", "nobody"), 1, "no such container")
    refused(wharf("rename", "nobody", "somebody"), 125, "no such container")
    refused(wharf("exec", "nobody", "true"), 125, "no such container")
    assert wharf("rm", "--ignore", "nobody").returncode == 0


def test_a_name_in_use(ready: Engine, wharf: Wharf) -> None:
    holder = ready.lookup("busy").id
    refused(wharf("create", "--name", "busy", DEMO), 125, "busy", "in use", holder)
    refused(wharf("rename", "idle", "busy"), 125, "busy", "in use")
    assert names(ready) == {"idle": Status.CONFIGURED, "busy": Status.RUNNING}


@pytest.mark.parametrize("name", ["-dash", "sp ace", "sl/ash", "ü", "x" * 300, "."])
def test_a_name_that_is_none(ready: Engine, wharf: Wharf, name: str) -> None:
    refused(wharf("create", f"--name={name}", DEMO), 125, "name")
    refused(wharf("rename", "idle", "--", name) if name == "-dash" else wharf("rename", "idle", name), 125, "name")
    assert set(names(ready)) == {"idle", "busy"}


@pytest.mark.parametrize("signal", ["BOGUS", "SIG", "0", "-1", "65", "99999999999999999999", "", "TERM2"])
def test_a_signal_that_is_none(ready: Engine, wharf: Wharf, signal: str) -> None:
    refused(wharf("kill", f"--signal={signal}", "busy"), 125, "signal")
    refused(wharf("create", f"--stop-signal={signal}", DEMO) if signal else wharf("kill", "-s", "", "busy"), 125)
    assert names(ready) == {"idle": Status.CONFIGURED, "busy": Status.RUNNING}


@pytest.mark.parametrize(
    ("arguments", "code", "state"),
    [
        (("kill", "idle"), 125, "can only kill running containers. idle is in state created"),
        (("pause", "idle"), 125, '"created" is not running'),
        (("unpause", "busy"), 125, '"busy" is not paused'),
        (("attach", "idle"), 125, "you can only attach to running containers"),
        (("exec", "idle", "true"), 255, "can only create exec sessions on running containers"),
        (("umount", "busy"), 125, "running"),
        (("rm", "busy"), 2, "running"),
        (("top", "idle"), 125, "top can only be used on running containers"),
    ],
)
def test_a_state_that_forbids_the_verb(
    ready: Engine, wharf: Wharf, arguments: tuple[str, ...], code: int, state: str
) -> None:
    refused(wharf(*arguments), code, state, "hint:")
    assert names(ready) == {"idle": Status.CONFIGURED, "busy": Status.RUNNING}


def test_an_image_that_is_not_there(ready: Engine, wharf: Wharf) -> None:
    refused(wharf("create", "--pull", "never", "localhost/nothing:1"), 125, "nothing")
    refused(wharf("rmi", "localhost/nothing:1"), 1, "nothing")
    refused(wharf("inspect", "localhost/nothing:1"), 125, "nothing")
    refused(wharf("pull", "-q", "oci:/no/such/layout:x"), 125, "/no/such/layout")
    assert set(names(ready)) == {"idle", "busy"}


def test_an_image_that_is_in_use(ready: Engine, wharf: Wharf) -> None:
    refused(wharf("rmi", DEMO), 2, "in use")
    assert ready.lookup("busy").snapshot().status is Status.RUNNING
    assert len(ready.images.all()) == 1


def test_an_archive_that_is_not_there(ready: Engine, wharf: Wharf, tmp_path: Path) -> None:
    refused(wharf("load", "-i", str(tmp_path / "absent.tar")), 125, "absent.tar")
    refused(wharf("load", "-i", str(tmp_path)), 125, str(tmp_path))
    refused(wharf("import", str(tmp_path / "absent.tar"), "x"), 125, "absent.tar")


def test_a_runtime_that_is_missing_on_the_command_line(ready: Engine, wharf: Wharf) -> None:
    refused(wharf("--runtime", "no-such-runtime", "info"), 125, "no-such-runtime", "hint:")


@pytest.mark.parametrize("place", ["missing/root.tar", ".", "file/root.tar", "taken.tar"])
def test_a_destination_that_can_not_be_written(ready: Engine, wharf: Wharf, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("a file")
    (tmp_path / "taken.tar").write_text("precious")
    refused(wharf("export", "-o", str(tmp_path / place), "idle"), 125, str(tmp_path))
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "taken.tar"]
    assert (tmp_path / "taken.tar").read_text() == "precious"
    assert ready.lookup("idle").snapshot().mount_point == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "-v", "rel/ative:/data", DEMO),
        ("create", "-v", "/no/such/source:/data", DEMO),
        ("create", "-v", "/tmp:relative", DEMO),
        ("create", "-v", "/tmp:/data:nonsense", DEMO),
        ("create", "--memory", "lots", DEMO),
        ("create", "--memory=-5", DEMO),
        ("create", "--cpus", "many", DEMO),
        ("create", "--cap-add", "fly", DEMO),
        ("create", "--network", "moon", DEMO),
        ("create", "--network", "container:nobody", DEMO),
        ("create", "--shm-size", "0", DEMO),
        ("create", "--stop-timeout", "-3", DEMO),
        ("create", "--security-opt", "magic", DEMO),
        ("create", "--entrypoint", '["unfinished', DEMO),
        ("create", "--rootfs", "/no/such/directory", "true"),
        ("create", "--env-file", "/no/such/file", DEMO),
        ("create", "--no-such-flag", DEMO),
        ("create",),
        ("stop", "--time", "soon", "busy"),
        ("stop",),
        ("attach", "--detach-keys", "ctrl-?", "busy"),
        ("logs", "--tail", "some", "busy"),
        ("rename", "idle"),
        ("fly", "busy"),
        ("ps", "--format", "{{.Colour}"),
    ],
    ids=" ".join,
)
def test_an_argument_that_makes_no_sense(ready: Engine, wharf: Wharf, arguments: tuple[str, ...]) -> None:
    refused(wharf(*arguments), 125)
    assert names(ready) == {"idle": Status.CONFIGURED, "busy": Status.RUNNING}


def test_the_exit_code_of_the_program_is_passed_on(ready: Engine, wharf: Wharf) -> None:
    assert wharf("run", "--rm", DEMO, "sh", "-c", "exit 9").returncode == 9
    assert wharf("exec", "busy", "sh", "-c", "exit 8").returncode == 8
    assert wharf("run", "--rm", DEMO, "sh", "-c", "echo out; echo err >&2").stdout == "out\n"

"""Other machines: a real sshd on loopback, and behind it a `wharf` with a root of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from core.engine import Engine
from tests.other_machine import OtherMachine, free_port, other_machine
from tests.worksite import DEMO, Worksite, environment, eventually, installed_command, run

Call = Callable[..., subprocess.CompletedProcess[str]]
BINARY: Final = bytes(range(256))


@pytest.fixture(scope="module")
def machine(demo_archive: Path) -> Iterator[OtherMachine]:
    """The other machine, with one container that runs and one that has ended."""
    for made in other_machine():
        with Engine.open(made.site.paths) as engine:
            engine.images.load(demo_archive)
            run(engine, "sleep", "1000", name="over-there", stop_timeout=1)
            run(engine, "true", name="done-there").wait(20)
            made.site.note_containers()
        yield made


@pytest.fixture(autouse=True)
def configured(machine: OtherMachine) -> None:
    machine.configure()


@pytest.fixture
def words(machine: OtherMachine, worksite: Worksite) -> list[str]:
    """What calls this machine's wharf, which knows the other."""
    return [*installed_command(), *worksite.global_options, "--config", str(machine.configuration)]


@pytest.fixture
def there(words: list[str]) -> Call:
    """Calls `wharf --host far …`. Nothing of this machine's directories is told there."""

    def call(*arguments: str, stdin: bytes = b"", **changed: str) -> subprocess.CompletedProcess[str]:
        argv = [*installed_command(), *words[words.index("--config") :], "--host", "far", *arguments]
        finished = subprocess.run(
            argv, input=stdin, capture_output=True, timeout=120, check=False, env=environment(changed)
        )
        out, error = finished.stdout.decode(errors="surrogateescape"), finished.stderr.decode()
        return subprocess.CompletedProcess(argv, finished.returncode, out, error)

    return call


def test_a_command_is_carried_out_there_with_its_streams_and_exit_code(there: Call) -> None:
    listed = there("ps", "-a", "--format", "{{.Names}} {{.State}}")
    assert (sorted(listed.stdout.splitlines()), listed.stderr) == (["done-there Exited", "over-there Running"], "")
    script = "cat; echo err >&2; exit 7"
    ran = there("exec", "-i", "over-there", "sh", "-c", script, stdin=BINARY)
    assert (ran.stdout.encode(errors="surrogateescape"), ran.stderr, ran.returncode) == (BINARY, "err\n", 7)
    odd = ["a b", "it's", '"', "$HOME", "", "two\nlines", "\\", "*"]
    echoed = there("exec", "over-there", "printf", "[%s]", *odd)
    assert echoed.stdout == "".join(f"[{word}]" for word in odd)
    assert there("run", "--rm", DEMO, "sh", "-c", "exit 255").returncode == 255
    failed = there("inspect", "nobody")
    assert failed.returncode == 125 and failed.stderr.startswith("Error: no ")


def test_signals_reach_the_command_there(machine: OtherMachine, words: list[str]) -> None:
    script = "trap 'echo told; exit 42' TERM; echo ready; while :; do sleep 0.05; done"
    argv = [
        *installed_command(),
        *words[words.index("--config") :],
        "-c",
        "far",
        "run",
        "--rm",
        DEMO,
        "sh",
        "-c",
        script,
    ]
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        out, error = process.communicate(timeout=60)
    assert (process.returncode, out, error) == (42, "told\n", "")


def test_the_hosts_are_listed_with_why_one_does_not_answer(
    machine: OtherMachine, words: list[str], wharf: Call, tmp_path: Path
) -> None:
    nobody = tmp_path / "known"
    nobody.touch()
    options = f"options = ['UserKnownHostsFile={nobody}', 'GlobalKnownHostsFile=none']"
    machine.configure(
        f'[[hosts]]\nname = "shut"\ndestination = "ssh://127.0.0.1:{free_port()}"',
        f'[[hosts]]\nname = "stranger"\ndestination = "{machine.destination}"\n{options}',
    )
    finished = wharf("--config", str(machine.configuration), "host", "ls", "--format", "json", WHARF_HOST="far")
    far, shut, stranger = json.loads(finished.stdout)
    assert (far["Reachable"], far["Running"], far["Containers"], far["Unhealthy"]) == (True, 1, 2, 0)
    assert far["Version"] == wharf("--version").stdout.split()[-1]
    assert (shut["Error"], shut["Reachable"]) == ("shut refuses the connection", False)
    assert stranger["Error"] == "the host key of stranger is not known" and "compare" in stranger["Hint"]
    assert nobody.read_text() == "", "a host key was taken for known"
    assert [name for name in os.listdir("/tmp") if name.startswith("wharf-ssh-")] == []


@pytest.mark.parametrize(
    ("changed", "said", "hint"),
    [
        ({"wharf": "/no/such/wharf"}, "there is no /no/such/wharf on far", "install it"),
        ({"identity": "/no/such/key"}, "far does not let you in", "ssh://root@"),
        ({"wharf": "echo"}, "what far answers is not understood", "another version"),
        ({"wharf": "false"}, "wharf on far failed", ""),
    ],
)
def test_what_is_wrong_there_is_a_sentence_and_a_hint(
    machine: OtherMachine, wharf: Call, changed: dict[str, str], said: str, hint: str
) -> None:
    machine.configure(**changed)
    listed = json.loads(
        wharf("--config", str(machine.configuration), "host", "ls", "--format", "json", SSH_AUTH_SOCK="").stdout
    )
    assert said in listed[0]["Error"] and hint in listed[0]["Hint"]


def test_refusals_of_the_command_line(machine: OtherMachine, there: Call, wharf: Call) -> None:
    machine.configure(destination=f"ssh://127.0.0.1:{free_port()}")
    refused = there("ps")
    assert refused.returncode == 125
    assert refused.stderr == "Error: far refuses the connection\nhint: see whether sshd runs there, and on this port\n"
    assert "needs a terminal" in there().stderr
    assert "ssh:// alone" in wharf("--url", "unix:///run/podman/podman.sock", "ps").stderr
    assert "--remote is not supported" in wharf("--remote", "ps").stderr


def test_a_connection_that_breaks_is_told(machine: OtherMachine, words: list[str]) -> None:
    argv = [*installed_command(), *words[words.index("--config") :], "--host", "far", "logs", "-f", "over-there"]
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        for _ in eventually(30):
            if machine.calls("logs"):
                break
        left = machine.calls("logs")
        machine.stop()
        _, error = process.communicate(timeout=60)
    machine.start()
    assert process.returncode == 125
    assert "Error: the connection to far was lost" in error
    for pid in left:
        os.kill(pid, signal.SIGKILL)

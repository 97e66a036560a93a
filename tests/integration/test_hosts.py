"""Other machines: a real sshd on loopback, and behind it a `wharf` with a root of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from core.engine import Engine
from core.model.image import Image
from core.version import CALLER, VERSION
from tests.other_machine import OtherMachine, other_machine
from tests.ports import closed_port
from tests.terminal import Terminal
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
            run(engine, "true", name="done-there").wait(60)
            made.site.note_containers()
        yield made


@pytest.fixture(autouse=True)
def configured(machine: OtherMachine) -> None:
    machine.configure()


@pytest.fixture(autouse=True)
def sockets(worksite: Worksite, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the connections of this machine have their sockets."""
    folder = worksite.folder / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


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


def test_a_caller_of_another_version_is_refused_but_told_which_is_there(machine: OtherMachine, there: Call) -> None:
    machine.set_program([*machine.environment, f"{CALLER}=99.0.0"])
    try:
        refused = there("stop", "over-there")
        assert (refused.returncode, refused.stdout) == (125, "")
        assert "does not work with wharf 99.0.0" in refused.stderr and "hint: " in refused.stderr
        assert there("--version").stdout == f"wharf version {VERSION}\n"
    finally:
        machine.set_program(machine.environment)
    assert there("ps", "--format", "{{.Names}}").stdout == "over-there\n"


def test_a_command_is_carried_out_there_with_its_streams_and_exit_code(there: Call) -> None:
    listed = there("ps", "-a", "--format", "{{.Names}}")
    assert (sorted(listed.stdout.splitlines()), listed.stderr) == (["done-there", "over-there"], "")
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
    machine: OtherMachine, words: list[str], wharf: Call, tmp_path: Path, sockets: Path
) -> None:
    nobody = tmp_path / "known"
    nobody.touch()
    options = f"options = ['UserKnownHostsFile={nobody}', 'GlobalKnownHostsFile=none']"
    with closed_port() as port:
        machine.configure(
            f'[[hosts]]\nname = "shut"\ndestination = "ssh://127.0.0.1:{port}"',
            f'[[hosts]]\nname = "stranger"\ndestination = "{machine.destination}"\n{options}',
        )
        finished = wharf("--config", str(machine.configuration), "host", "ls", "--format", "json", WHARF_HOST="far")
    far, shut, stranger = json.loads(finished.stdout)
    assert (far["Reachable"], far["Running"], far["Containers"], far["Unhealthy"]) == (True, 1, 2, 0)
    assert far["Version"] == wharf("--version").stdout.split()[-1]
    assert (shut["Error"], shut["Reachable"]) == ("shut refuses the connection", False)
    assert stranger["Error"] == "the host key of stranger is not known" and "compare" in stranger["Hint"]
    assert nobody.read_text() == "", "a host key was taken for known"
    assert os.listdir(sockets) == []


@pytest.mark.parametrize(
    ("changed", "said", "hint"),
    [
        ({"wharf": "/no/such/wharf"}, "there is no /no/such/wharf on far", "install it"),
        ({"identity": "/no/such/key"}, "far wants a password or a key", "ssh-copy-id"),
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
    with closed_port() as port:
        machine.configure(destination=f"ssh://127.0.0.1:{port}")
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
        for _ in eventually():
            if machine.calls("logs"):
                break
        left = machine.calls("logs")
        with machine.away():
            _, error = process.communicate(timeout=60)
    assert process.returncode == 125
    assert "Error: the connection to far was lost" in error
    for pid in left:
        os.kill(pid, signal.SIGKILL)


def leave(terminal: Terminal) -> None:
    """Quit from whatever is shown."""
    for _ in eventually(pause=0.3):
        if "[ended " in terminal.screen():
            break
        terminal.press("q")
    terminal.wait_for_end(0)


def test_one_goes_to_another_machine_and_comes_back(
    machine: OtherMachine, words: list[str], worksite: Worksite, engine: Engine, demo_image: Image, sockets: Path
) -> None:
    run(engine, "sleep", "1000", name="at-home", stop_timeout=1)
    with Terminal(worksite.folder, words, columns=120) as terminal:
        terminal.wait_for("at-home", "STATE")
        terminal.press("9")
        terminal.wait_for_line("reachable", "far", machine.destination[:12])
        terminal.press("Down", "Enter")
        terminal.wait_for("over-there", "UP / EXIT", without=["at-home"])
        terminal.resize(100, 30)
        terminal.press("q")
        terminal.wait_for("back from far", "WHARF", "reachable", without=["over-there  wharf"])
        terminal.press("0")
        terminal.wait_for("at-home", "over-there", "done-there")
        for _ in eventually():
            cells = terminal.line_with("over-there").split()
            if re.fullmatch(r"\d+\.\d", cells[4]) and cells[5].endswith("B"):
                break
        terminal.press("/")
        terminal.type("host:far done")
        terminal.press("Enter")
        terminal.wait_for("done-there", without=["at-home", "over-there"])
        terminal.press("Enter")
        terminal.wait_for("over-there", "UP / EXIT")
        terminal.wait_for_line("Overview", "Mounts", "done-there")
        terminal.press("q")
        terminal.wait_for("back from far", "host:far done")
        terminal.press("9")
        with machine.away():
            terminal.wait_for_line("not reached", "far")
            terminal.press("Enter")
            terminal.wait_for("That did not work", "far refuses the connection")
        terminal.press("Escape")
        terminal.wait_for("WHARF", without=["That did not work"])
        leave(terminal)
    assert os.listdir(sockets) == []


def test_a_silent_machine_and_an_unknown_one_hold_nobody_up(
    machine: OtherMachine, words: list[str], worksite: Worksite, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        known = tmp_path / "known"
        options = f"options = ['UserKnownHostsFile={known}', 'GlobalKnownHostsFile=none']"
        by_password = "'PubkeyAuthentication=no', 'NumberOfPasswordPrompts=1'"
        locked = f"options = ['UserKnownHostsFile={machine.known_hosts}', {by_password}]"
        machine.configure(
            f'[[hosts]]\nname = "silent"\ndestination = "ssh://127.0.0.1:{silent.getsockname()[1]}"',
            f'[[hosts]]\nname = "locked"\ndestination = "{machine.destination}"\n{locked}',
            f'[[hosts]]\nname = "stranger"\ndestination = "{machine.destination}"\n{options}',
        )
        with Terminal(worksite.folder, words, columns=120) as terminal:
            terminal.wait_for("STATE", "no containers")
            terminal.press("9")
            terminal.wait_for_line("reachable", "far")
            terminal.wait_for_line("not reached", "stranger", "the host key of")
            assert "asking" in terminal.line_with("silent")
            terminal.press("G")
            terminal.wait_for("compare the key")
            terminal.press("Enter")
            terminal.wait_for("Are you sure you want to continue connecting")
            terminal.type("no\n")
            terminal.wait_for("That did not work", "the host key of stranger is not known")
            terminal.press("Escape")
            terminal.wait_for("WHARF", without=["That did not work"])
            terminal.press("Up")
            terminal.wait_for_line("to do", "be asked")
            terminal.press("Enter")
            terminal.wait_for("root@127.0.0.1's password:")
            terminal.type("wrong\n")
            terminal.wait_for("That did not work", "locked wants a password or a key")
            terminal.press("Escape")
            terminal.wait_for("WHARF", without=["That did not work"])
            leave(terminal)
        assert not known.exists()

"""The dispatcher: help, errors, the log, and what is loaded."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import core.cli.ps
from core.cli.commands import COMMANDS
from core.cli.main import Invocation, guarded, main, parse_global
from core.errors import EngineError, InvalidArgument, NoSuchExecutable, NotExecutable
from core.paths import EnginePaths
from tests.core.cli.conftest import Call
from tests.core.cli.fake_engine import FakeEngine
from tests.worksite import PROJECT, environment


def raising(error: BaseException) -> int:
    raise error


def test_the_help_lists_every_command(call: Call) -> None:
    ended = call("--help")
    assert ended.code == 0
    for name, (_, line) in COMMANDS.items():
        assert f"  {name:<12} {line}\n" in ended.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help(call: Call, name: str) -> None:
    ended = call(name, "--help")
    assert ended.code == 0
    assert ended.out.startswith(f"usage: wharf {name} ")
    assert COMMANDS[name][1] in " ".join(ended.out.split())


def test_looking_at_help_leaves_no_trace(call: Call, private_paths: EnginePaths) -> None:
    call("ps", "--help")
    call("doctor")
    assert not private_paths.root.exists()
    assert not private_paths.run_root.exists()


@pytest.mark.parametrize(
    "arguments", [["bogus"], ["--bogus"], ["ps", "--bogus"], ["ps", "extra"], ["--log-level", "loud", "ps"], ["rename"]]
)
def test_wrong_usage_is_an_error_of_ours(call: Call, arguments: list[str]) -> None:
    ended = call(*arguments)
    assert ended.code == 125
    assert ended.err.startswith("Error: ")
    assert "\nhint: " in ended.err
    assert "usage:" not in ended.err


def test_main_needs_a_command(call: Call) -> None:
    assert call().code == 125


@pytest.mark.parametrize("option", ["--version", "-v"])
def test_version_option(call: Call, option: str) -> None:
    assert call(option).out == "wharf version 0.1.0\n"


def test_global_options() -> None:
    argv = ["--root", "/r", "--runroot", "rr", "--runtime", "crun", "--log-level", "debug", "run", "-it", "x", "--root"]
    invocation = parse_global(argv)
    assert invocation.paths == EnginePaths(Path("/r"), Path.cwd() / "rr")
    assert (invocation.settings.runtime, invocation.settings.log_level) == ("crun", "debug")
    assert (invocation.command, invocation.arguments) == ("run", ("-it", "x", "--root"))


@pytest.mark.parametrize(
    ("error", "code"),
    [(EngineError("e"), 125), (NoSuchExecutable("e"), 127), (NotExecutable("e"), 126), (InvalidArgument("e"), 125)],
)
def test_an_error_has_its_exit_code(capsys: pytest.CaptureFixture[str], error: EngineError, code: int) -> None:
    error.hint = "do that"
    assert guarded(lambda: raising(error)) == code
    assert capsys.readouterr().err == "Error: e\nhint: do that\n"


def test_interrupt() -> None:
    assert guarded(lambda: raising(KeyboardInterrupt())) == 130


def test_end_by_a_signal_in_a_session() -> None:
    assert guarded(lambda: raising(SystemExit(143))) == 143


def test_the_unforeseen_goes_to_the_log(
    call: Call, fake: FakeEngine, private_paths: EnginePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(invocation: Invocation) -> int:
        raise ValueError("first\nsecond")

    monkeypatch.setattr(core.cli.ps, "run", fail)
    saved = os.dup(1)
    try:
        ended = call("ps")
    finally:
        os.dup2(saved, 1)
        os.close(saved)
    assert ended.code == 125
    assert "ValueError: first second" in ended.err
    assert "Traceback" not in ended.err
    assert f"hint: {private_paths.log_file} has the details" in ended.err
    assert "Traceback" in private_paths.log_file.read_text()
    assert stat.S_IMODE(private_paths.log_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(private_paths.root.stat().st_mode) == 0o700


def run_wharf(*arguments: str, stdout: int, unbuffered: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
        env=environment({"PYTHONUNBUFFERED": unbuffered}),
    )


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_gone_is_no_error(unbuffered: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    finished = run_wharf("doctor", stdout=writer, unbuffered=unbuffered)
    os.close(writer)
    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_can_not_be_written(unbuffered: str) -> None:
    with open("/dev/full", "w") as full:
        finished = run_wharf("doctor", stdout=full.fileno(), unbuffered=unbuffered)
    assert finished.returncode == 125
    assert finished.stderr.startswith("Error: ")
    assert "No space left" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert "Exception ignored" not in finished.stderr


def test_the_screen_needs_a_terminal() -> None:
    finished = run_wharf(stdout=subprocess.PIPE)
    assert finished.returncode == 125
    assert finished.stderr.startswith("Error: the screen needs a terminal")


def test_a_terminal_that_can_not_be_drawn_on_is_told_of_the_plain_mode() -> None:
    master, slave = os.openpty()
    try:
        finished = subprocess.run(
            [sys.executable, "-m", "tui"],
            stdin=slave, stdout=slave, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
            env=environment({"TERM": "dumb"}),
        )  # fmt: skip
    finally:
        os.close(master)
        os.close(slave)
    assert finished.returncode == 125
    assert "wharf --plain" in finished.stderr


def test_the_list_loads_little() -> None:
    code = "import core.cli.ps, sys; print(*sorted(sys.modules))"
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT, env=environment()
    )
    loaded = set(finished.stdout.split())
    heavy = {"asyncio", "concurrent.futures", "tempfile", "textual", "rich", "ptyprocess", "email", "http", "ssl"}
    assert loaded & heavy == set()
    others = {f"core.cli.{module}" for module, _ in COMMANDS.values()} - {"core.cli.ps"}
    assert loaded & others == set()


def test_main_never_raises(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root"]) == 125
    assert "flag needs an argument" in capsys.readouterr().err

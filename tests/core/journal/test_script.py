"""Actions as a script: a shell runs just what was done, whatever is in the names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from core.journal.script import script, shell_line, short_line, together
from core.model.journal import JournalEntry, Result
from tests.core.journal.conftest import action

NASTY = 'it\'s; $(touch /tmp/never) "x" `id`\n# rm -rf\t*'


@pytest.fixture
def run_script(tmp_path: Path) -> object:
    """Runs a script with a `wharf` that writes down what it is called with, each word behind a NUL."""
    (tmp_path / "wharf").write_text(f"#!/bin/sh\nprintf '%s\\0' \"$@\" END >> {tmp_path}/calls\n")
    (tmp_path / "wharf").chmod(0o755)

    def run(entries: list[JournalEntry], **environment: str) -> tuple[int, list[list[str]], str]:
        argv = ["sh", "-c", script(entries)]
        path = {"PATH": f"{tmp_path}:{os.environ['PATH']}", **environment}
        finished = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, env=path)
        calls: list[list[str]] = [[]]
        file = tmp_path / "calls"
        for word in file.read_text().split("\0")[:-1] if file.exists() else []:
            if word == "END":
                calls.append([])
            else:
                calls[-1].append(word)
        return finished.returncode, calls[:-1], finished.stderr

    return run


def test_every_word_arrives_as_it_was_the_oldest_first(run_script: object) -> None:
    entries = [
        action(2, command=("wharf", "rm", "--force", NASTY)),
        action(1, command=("wharf", "stop", "web"), options=("--root", "/a b"), name=NASTY),
    ]
    code, calls, said = run_script(entries)  # type: ignore[operator]
    assert (code, said) == (0, "")
    assert calls == [["--root", "/a b", "stop", "web"], ["rm", "--force", NASTY]]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"result": Result.FAILED, "error": "no such\ncontainer"}, "# not to be repeated:"),
        ({"result": Result.CANCELLED}, "# not to be repeated:"),
        ({"interactive": True}, "# at a terminal:"),
        ({"lacking": ("the login",)}, "# left out: the login"),
        ({"command": ()}, "# no command does this"),
        ({"environment": ("A-B",)}, "# left out: the values of A-B"),
    ],
)
def test_what_can_not_be_repeated_is_a_comment(run_script: object, changed: dict[str, object], reason: str) -> None:
    entry = action(1, **{"command": ("wharf", "rm", NASTY), **changed})
    text = script([entry])
    assert reason in text
    assert "2026-01-31T12:01:00Z alice (as root): stop, container web-1: " in text
    assert run_script([entry]) == (0, [], "")  # type: ignore[operator]


def test_a_value_that_was_left_out_is_asked_for(run_script: object) -> None:
    entry = action(command=("wharf", "run", "--env", "PASSWORD", "db"), environment=("PASSWORD",))
    code, calls, said = run_script([entry])  # type: ignore[operator]
    assert (code != 0, calls) == (True, [])
    assert "PASSWORD: export it first: its value is not in the journal" in said
    code, calls, _ = run_script([entry], PASSWORD="x")  # type: ignore[operator]
    assert (code, calls) == (0, [["run", "--env", "PASSWORD", "db"]])


def test_lines_for_people_and_for_anywhere() -> None:
    entry = action(options=("--runtime", "crun"))
    assert short_line(entry) == "wharf stop web-0"
    assert shell_line(entry) == "wharf --runtime crun stop web-0"
    own = action(command=("ping", "10.0.0.1"), options=("--runtime", "crun"))
    assert shell_line(own) == "ping 10.0.0.1"
    assert together([]) == ""
    assert together([("wharf", "stop", "a"), ("wharf", "stop", "b")]) == "wharf stop a b"
    assert together([("wharf", "stop", "a"), ("wharf", "rm", "b")]) == "wharf rm b"

"""Rules about the source itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LONGEST = 500
"""Lines of a module."""
PACKAGES = ("core", "tui")
FILES = [file for package in PACKAGES for file in sorted((PROJECT / package).rglob("*.py"))]
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def calls(file: Path) -> Iterator[tuple[str, int]]:
    """Every plain call of a name or of an attribute, as it is written, with its line."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield ast.unparse(node.func), node.lineno


def relative(file: Path) -> str:
    return str(file.relative_to(PROJECT))


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_modules_are_of_a_size_to_read(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= LONGEST
    assert file.stem not in VAGUE_NAMES


def test_the_engine_neither_prints_nor_exits_outside_its_command_line() -> None:
    forbidden = {"print", "input", "exit", "quit", "sys.exit", "os._exit", "os.abort"}
    broken = [
        f"{relative(file)}:{line}: {call}"
        for file in FILES
        if file.is_relative_to(PROJECT / "core") and not file.is_relative_to(PROJECT / "core" / "cli")
        for call, line in calls(file)
        if call in forbidden
    ]
    assert broken == []


def test_one_place_exits() -> None:
    places = {
        relative(file)
        for file in FILES
        for call, _ in calls(file)
        if call in {"sys.exit", "exit", "quit"} and "keeper" not in file.stem
    }
    assert places <= {"tui/__main__.py"}


def test_processes_are_started_by_one_folder() -> None:
    system = {"os.system", "os.popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.execv", "os.execve", "os.execvp"}
    broken = [
        f"{relative(file)}:{line}: {call}"
        for file in FILES
        if file.is_relative_to(PROJECT / "core") and not file.is_relative_to(PROJECT / "core" / "host")
        for call, line in calls(file)
        if call in system or call.startswith("os.spawn")
    ]
    assert broken == []


def test_each_refusal_says_what_to_do() -> None:
    refusals = {"InvalidArgument", "InvalidSignal", "StateForbids"}
    lacking = [
        f"{relative(file)}:{node.lineno}"
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in refusals
        if not any(keyword.arg in ("hint", None) for keyword in node.keywords)
    ]
    assert lacking == []


def test_dialogs_and_pages_take_no_other_screen_with_them() -> None:
    of_textual = {"Screen", "ModalScreen"}
    found = {
        relative(file)
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef)
        if of_textual & {ast.unparse(base).partition("[")[0] for base in node.bases}
    }
    # The one screen is never dismissed.
    assert found <= {"tui/screens/dismissal.py", "tui/screens/consoles.py"}


def test_no_test_is_skipped() -> None:
    marks = ("pytest." + "skip", "mark." + "skip", "mark." + "xfail", "import" + "orskip")
    found = [
        f"{relative(file)}: {mark}"
        for file in sorted((PROJECT / "tests").rglob("*.py"))
        for mark in marks
        if mark in file.read_text()
    ]
    assert found == []

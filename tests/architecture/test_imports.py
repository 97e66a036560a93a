"""Who may import whom: the contracts of .importlinter, and what is really loaded at run time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worksite import Worksite

PROJECT = Path(__file__).resolve().parents[2]
UI_LIBRARIES = ("textual", "rich", "tui", "pyghostty")


def modules_of(package: str) -> list[str]:
    """All modules of a package, by the files that are there."""
    found = []
    for file in sorted((PROJECT / package).rglob("*.py")):
        parts = file.relative_to(PROJECT).with_suffix("").parts
        found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_contracts_are_kept() -> None:
    finished = run_python("from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_no_module_of_the_engine_loads_a_user_interface_library() -> None:
    # Each module in a process forked from one that has loaded nothing yet, so that none hides behind another.
    code = """
import importlib, os, sys
libraries = sys.argv[1].split(",")
for name in sys.argv[2:]:
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
            loaded = [library for library in libraries if library in sys.modules]
            if loaded:
                print(name, "loads", *loaded)
        except BaseException as error:
            print(name, "can not be imported:", error)
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)
"""
    finished = run_python(code, ",".join(UI_LIBRARIES), *modules_of("core"))
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == ""


@pytest.mark.parametrize("arguments", [["ps"], ["version"], ["info"], ["doctor"], ["--help"], ["ps", "--help"]])
def test_no_command_loads_a_user_interface_library(arguments: list[str], worksite: Worksite) -> None:
    code = """
import atexit, os, sys
libraries = ("textual", "rich")
end = os._exit

def tell():
    os.write(2, f"LOADED {[n for n in libraries if n in sys.modules]}\\n".encode())

def tell_and_end(code):
    tell()
    end(code)

# A command may end in the one way or the other.
atexit.register(tell)
os._exit = tell_and_end
from tui.__main__ import wharf
wharf()
"""
    finished = run_python(code, *worksite.global_options, *arguments)
    assert "LOADED []" in finished.stderr, finished.stderr
    assert "Traceback" not in finished.stderr


def test_the_terminal_process_loads_no_textual() -> None:
    code = "import tui.terminal.keeper, sys; print([n for n in ('textual', 'rich', 'core.engine') if n in sys.modules])"
    finished = run_python(code)
    assert finished.stdout.strip() == "[]", finished.stderr

"""What is left out while a command's modules are loaded is there once it is needed."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from core.cli.lean_imports import LeanImports
with LeanImports():
    import core.engine
left_out = {"typing_extensions", "platform", "textwrap", "ipaddress", "locale", "inspect"}
print(sorted(left_out & set(sys.modules)))
import urllib.parse, subprocess
print(urllib.parse.urlsplit("http://[::1]:80/").hostname)
print(subprocess.run(["echo", "text"], stdout=subprocess.PIPE, text=True).stdout.strip())
import platform, uuid
print(platform.machine() != "", uuid._LINUX)
"""


def test_libraries_come_when_they_are_asked_for() -> None:
    finished = subprocess.run([sys.executable, "-ISc", _with_path(PROGRAM)], capture_output=True, text=True, check=True)
    assert finished.stdout.splitlines() == ["[]", "::1", "text", "True True"]


def _with_path(program: str) -> str:
    return f"import sys; sys.path[:0] = {[path for path in sys.path if path]!r}\n{program}"

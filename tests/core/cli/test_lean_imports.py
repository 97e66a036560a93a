"""What is left out while a command's modules are loaded is there once it is needed."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from core.cli.lean_imports import LeanImports
with LeanImports():
    import core.engine
left_out = {"typing_extensions", "platform", "textwrap", "ipaddress", "locale", "inspect", "decimal", "uuid", "ntpath"}
left_out |= {"datetime", "fnmatch", "urllib.parse", "re", "shlex"}
print(sorted(name for name in left_out & set(sys.modules) if sys.modules[name].__spec__ is not None))
import re, typing
print(re.fullmatch("a(.)", "ab")[1], isinstance(re.compile("a"), re.Pattern), sys.modules["re"].__spec__.name)
import pathlib, urllib.parse, subprocess
print(pathlib.Path("/a b").as_uri(), [path.name for path in pathlib.Path("/etc").glob("pass*d")])
import datetime, msgspec
moment = datetime.datetime(2000, 1, 2, tzinfo=datetime.UTC)
print(msgspec.json.decode(msgspec.json.encode(moment), type=datetime.datetime) == moment, msgspec.toml.encode)
print(urllib.parse.urlsplit("http://[::1]:80/").hostname)
print(subprocess.run(["echo", "text"], stdout=subprocess.PIPE, text=True).stdout.strip())
import platform, uuid
print(platform.machine() != "", uuid._LINUX)
"""


def test_libraries_come_when_they_are_asked_for() -> None:
    finished = subprocess.run([sys.executable, "-ISc", _with_path(PROGRAM)], capture_output=True, text=True, check=True)
    lines = finished.stdout.splitlines()
    assert lines.pop(3).startswith("True <function encode")
    assert lines == ["[]", "b True re", "file:///a%20b ['passwd']", "::1", "text", "True True"]


def _with_path(program: str) -> str:
    return f"import sys; sys.path[:0] = {[path for path in sys.path if path]!r}\n{program}"

"""Which characters are drawn, by the locale that the operator has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import tui

PROGRAM = """
from tui.configuration.looks import draws_ascii
from tui.configuration.schema import DEFAULT
print(draws_ascii(DEFAULT))
"""


@pytest.mark.parametrize(
    ("locale", "is_ascii"),
    [
        ({"LANG": "C"}, True),
        ({"LANG": "POSIX"}, True),
        ({"LC_ALL": "C", "LANG": "en_GB.UTF-8"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
        ({"LANG": "C.UTF-8"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_a_locale_without_unicode_gets_ascii(locale: dict[str, str], is_ascii: bool) -> None:
    """Asked in a process of its own: its start is where Python changes the locale that it is given."""
    path = {"PYTHONPATH": str(Path(tui.__file__).parent.parent)}
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**path, **locale}, capture_output=True, text=True, check=True
    )
    assert finished.stdout.strip() == str(is_ascii)

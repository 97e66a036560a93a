"""The manual page: man reads it without a complaint, and it leaves nothing out."""

from __future__ import annotations

import os
import subprocess

import pytest

from core.cli.commands import COMMANDS
from core.cli.declarations import declared
from core.cli.manual import manual_page
from core.cli.parser import HIDDEN


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page as man shows it; anything that man complains of fails."""
    file = tmp_path_factory.mktemp("man") / "wharf.1"
    file.write_text(manual_page("1.2.3"))
    argv = ["man", "--warnings", "--no-hyphenation", "--encoding=UTF-8", "--local-file", str(file)]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "200", "MANROFFOPT": "-c"}
    finished = subprocess.run(argv, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")
    return " ".join(finished.stdout.split())


def test_every_command_and_flag_is_told(shown: str) -> None:
    for command in COMMANDS:
        for argument in declared(command).declared:
            if argument.flags and argument.help != HIDDEN:
                assert ", ".join(sorted(argument.flags, key=len)) in shown, (command, argument.flags)
        assert f"wharf {command}" in shown


def test_what_else_it_has(shown: str) -> None:
    for text in ("wharf 1.2.3", "EXIT STATUS", "--format", "WHARF_DETACH_KEYS", "/var/lib/wharfinger", "podman(1)"):
        assert text in shown
    refused = shown.partition("FLAGS OF PODMAN THAT ARE REFUSED")[2]
    assert "wharf cleanup --exec" in refused
    assert "--cap-add" not in refused


def test_nothing_begins_a_request_by_chance() -> None:
    requests = {line.split()[0] for line in manual_page("1").splitlines() if line.startswith(".")}
    assert requests == {".TH", ".nh", ".SH", ".SS", ".TP", ".PP"}

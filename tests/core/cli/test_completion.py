"""Completion, in a real bash."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from core.cli.commands import COMMANDS, GROUPS
from core.cli.completion import LISTINGS, SHELLS, completion_script
from tests.core.cli.conftest import Call

_TYPED = """
source {script}
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_shtab_wharf wharf "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD - 1]}}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the script, and a wharf that knows two containers and an image."""
    folder = tmp_path_factory.mktemp("shell")
    (folder / "completion.bash").write_text(completion_script("bash"))
    program = folder / "wharf"
    program.write_text(
        '#!/bin/sh\ncase "$1" in ps) printf "web\\nworker\\n";; images) echo localhost/demo:latest;; *) exit 1;; esac\n'
    )
    program.chmod(0o755)
    return folder


def completed(shell: Path, *words: str) -> list[str]:
    """What bash offers behind the words that are typed, the last of which is not finished."""
    typed = " ".join(f"'{word}'" for word in ("wharf", *words))
    argv = ["bash", "--norc", "-c", _TYPED.format(script=shell / "completion.bash", words=typed)]
    environment = {"PATH": f"{shell}:/usr/bin:/bin"}
    finished = subprocess.run(argv, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")
    return finished.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["rest"], ["restart"]),
        (["start", ""], ["web", "worker"]),
        (["start", "we"], ["web"]),
        (["stop", "web", "wo"], ["worker"]),
        (["container", "rm", "-f", "we"], ["web"]),
        (["run", "--rm", "local"], ["localhost/demo:latest"]),
        (["ps", "--no-t"], ["--no-trunc"]),
        (["run", "--pull", ""], ["missing", "always", "never", "newer"]),
        (["pod", "unp"], ["unpause"]),
        (["pod", "start", ""], []),
    ],
)
def test_what_bash_offers(shell: Path, words: list[str], offered: list[str]) -> None:
    assert completed(shell, *words) == offered


def test_every_command_is_offered(shell: Path) -> None:
    offered = set(completed(shell, ""))
    assert {command for command in COMMANDS if " " not in command} | set(GROUPS) <= offered


@pytest.mark.parametrize("name", SHELLS)
def test_each_shell_has_a_script(name: str) -> None:
    script = completion_script(name)
    assert "wharf" in script
    if name != "tcsh":
        assert "--cap-add" in script or "-l cap-add" in script


def test_what_lists_the_names_is_a_command() -> None:
    for listing in LISTINGS.values():
        command = listing.partition(" -")[0]
        group, _, word = command.rpartition(" ")
        assert command in COMMANDS or word in GROUPS.get(group, {word}), command


def test_into_a_file(call: Call, tmp_path: Path) -> None:
    assert call("completion", "-f", str(tmp_path / "wharf"), "bash").code == 0
    assert (tmp_path / "wharf").read_text() == completion_script("bash")
    assert call("completion", "-f", str(tmp_path / "no" / "folder"), "bash").code == 125
    assert call("completion", "ksh").code == 125

"""What the shell of another machine makes of the words for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.remote.command_line import MISSING, remote_words, ssh_words
from core.remote.host import Host

HOST = Host(name="far", destination="ssh://root@far.example:2222")
SHELLS = (["sh"], ["bash"], ["busybox", "sh"])
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
nasty = st.sampled_from(
    ["", " ", "$HOME", "`id`", "$(id)", "'", '"', "\\", "\n", "a\nb", "*", "~", "-", "--", "!x", ";", "é"]
)


def through(shell: list[str], command: str) -> subprocess.CompletedProcess[bytes]:
    """As sshd has it: the login shell reads one text."""
    return subprocess.run([*shell, "-c", command], capture_output=True, timeout=60, check=False)


@settings(max_examples=60, deadline=None)
@given(arguments=st.lists(words | nasty, min_size=1, max_size=6), shell=st.sampled_from(SHELLS))
def test_every_argument_arrives_as_it_was(arguments: list[str], shell: list[str]) -> None:
    host = Host(name="far", destination="far", wharf="printf")
    finished = through(shell, remote_words(host, [r"%s\0", *arguments]))
    assert finished.stdout == b"".join(word.encode() + b"\0" for word in arguments)
    assert (finished.returncode, finished.stderr) == (0, b"")


def test_the_process_tells_its_id_where_that_is_wanted() -> None:
    host = Host(name="far", destination="far", wharf="sh")
    finished = through(["sh"], remote_words(host, ["-c", "echo $$; exit 7"], "a-mark"))
    assert finished.returncode == 7
    assert finished.stderr.split() == [b"a-mark", finished.stdout.strip()]


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    host = Host(name="far", destination="far", wharf=str(tmp_path / "no wharf"))
    finished = through(["sh"], remote_words(host, ["ps"]))
    assert finished.returncode == 127
    assert finished.stderr.decode() == f"Error: {tmp_path}/no wharf {MISSING}\n"


def test_own_options_go_first_and_the_checks_of_host_keys_are_left_alone() -> None:
    host = Host(name="far", destination="far", identity="/a key", options=("Port=7", "ServerAliveInterval=1"))
    argv = ssh_words(host, "true", ["BatchMode=yes"], terminal=True)
    assert argv[1:8] == ["-t", "-o", "Port=7", "-o", "ServerAliveInterval=1", "-o", "BatchMode=yes"]
    assert argv[-5:] == ["-i", "/a key", "--", "far", "true"]
    assert not [word for word in argv if "HostKey" in word or "KnownHosts" in word]


@pytest.mark.parametrize("name", ["~/bin/wharf", "bin/wharf"])
def test_a_program_is_looked_for_from_the_home_folder(name: str) -> None:
    assert Host(name="far", destination="far", wharf=name).program == "bin/wharf"

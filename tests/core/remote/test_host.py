"""Which machine is meant, and what is said where none can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InvalidArgument
from core.remote.connections import Connections
from core.remote.failures import ssh_failure, wharf_failure
from core.remote.host import Host, complaint, find_host, wrong_destination
from core.remote.known import known_hosts
from core.remote.survey import survey

FAR = Host(name="far", destination="ssh://root@far.example:2222")


@pytest.mark.parametrize(
    "destination", ["far", "root@far", "ssh://far", "ssh://me@far:22", "ssh://[::1]:22", "ssh://far/"]
)
def test_destinations(destination: str) -> None:
    assert wrong_destination(destination) == ""


@pytest.mark.parametrize(
    ("destination", "said"),
    [
        ("", "no destination"),
        ("-oProxyCommand=x", "no destination"),
        ("ssh://-oProxyCommand=x", "no destination"),
        ("a b", "no destination"),
        ("far:22", "no destination"),
        ("ssh://far:99999", "no destination"),
        ("tcp://far:2375", "ssh:// alone"),
        ("unix:///run/podman/podman.sock", "ssh:// alone"),
        ("ssh://root:secret@far", "no password"),
        ("ssh://far/run/podman/podman.sock", "leave it out"),
    ],
)
def test_destinations_that_are_none(destination: str, said: str) -> None:
    assert said in wrong_destination(destination)
    assert complaint(Host(name="far", destination=destination))


def test_a_name_of_the_configuration_goes_before_what_ssh_knows() -> None:
    assert find_host("far", [FAR]) is FAR
    assert find_host("far", [FAR], identity="/key").identity == "/key"
    assert find_host("build", [FAR]) == Host(name="build", destination="build")
    with pytest.raises(InvalidArgument) as caught:
        find_host("a b", [FAR])
    assert "far" in caught.value.hint


def test_hosts_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    assert known_hosts(str(file)) == []
    file.write_text('theme = "auto"\n[[hosts]]\nname = "far"\ndestination = "ssh://root@far.example:2222"\n')
    assert known_hosts(str(file)) == [FAR]
    for wrong in ("hosts = 3", "[[hosts]]\nname = 'x'", "[[hosts]]\nname = 'a b'\ndestination = 'x'", "["):
        file.write_text(wrong)
        with pytest.raises(InvalidArgument) as caught:
            known_hosts(str(file))
        assert "config check" in caught.value.hint


@pytest.mark.parametrize(
    ("said", "sentence", "hint"),
    [
        ("Host key verification failed.", "the host key of far is not known", "compare the key"),
        (
            "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.",
            "not the one",
            "between",
        ),
        ("root@far: Permission denied (publickey,password).", "wants a password", "ssh-copy-id"),
        ("root@far: Permission denied (publickey).", "does not let you in", "ssh ssh://root@far.example:2222"),
        ("ssh: Could not resolve hostname far: Name or service not known", "no machine is known", "correct"),
        ("ssh: connect to host far port 22: Connection refused", "refuses", "sshd"),
        ("ssh: connect to host far port 22: Connection timed out", "does not answer", "reached"),
        ("kex_exchange_identification: Connection closed by remote host", "was lost", "again"),
        ("command-line: line 0: Bad configuration option: x", "configuration", "options"),
        ("something {odd}", "ssh to far failed: something {odd}", "try"),
        ("", "it does not say why", "try"),
    ],
)
def test_what_ssh_says_becomes_a_sentence(said: str, sentence: str, hint: str) -> None:
    error = ssh_failure(FAR, said)
    assert sentence in error.message and "\n" not in error.message
    assert hint in error.hint


def test_what_wharf_says_there_becomes_a_sentence() -> None:
    error = wharf_failure(FAR, "Error: the database is damaged\nhint: restore it\n")
    assert (error.message, error.hint) == ("wharf on far failed: the database is damaged", "restore it")
    assert "it does not say why" in wharf_failure(FAR, "").message


def test_of_an_incompatible_wharf_nothing_but_its_version_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def ask(connections: Connections, host: Host, arguments: tuple[str, ...], timeout: float) -> bytes:
        asked.append(tuple(arguments))
        return b"welcome\nwharf version 99.1.0\n"

    monkeypatch.setattr(Connections, "ask", ask)
    with Connections() as connections:
        report = survey(connections, FAR)
    assert (report.version, report.is_compatible, report.reachable) == ("99.1.0", False, False)
    assert "99.1.0" in report.error and "same version" in report.hint
    assert asked == [("--version",)]


def test_a_machine_without_ssh_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("core.host.processes.search_path", lambda: str(tmp_path))
    with Connections() as connections:
        report = survey(connections, FAR)
    assert not report.reachable
    assert "ssh" in report.error and "openssh-client" in report.hint

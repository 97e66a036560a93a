"""Every flag of podman is taken, or refused by its name; a command that is not known is met with a suggestion."""

from __future__ import annotations

import pytest

from core.cli.commands import COMMANDS, GROUPS
from core.cli.complaints import is_of_podman, podman_flags, unknown_command, unknown_flag
from core.cli.declarations import declared
from tests.core.cli.conftest import Call
from tests.core.cli.fake_engine import FakeEngine

OWN = {"completion", "demo", "doctor", "foreign", "host ls", "journal", "man", "plain", "secret exists"}
"""Commands that podman 4.3 does not have."""


def own_flags(command: str) -> set[str]:
    return {flag for argument in declared(command).declared for flag in argument.flags}


@pytest.mark.parametrize("command", COMMANDS)
def test_each_flag_of_podman_is_taken_or_refused_by_name(command: str) -> None:
    taken = own_flags(command)
    for flag in podman_flags(command) - taken:
        refusal = unknown_flag(f"wharf {command}", flag, flag)
        assert (refusal.message, refusal.exit_code) == (f"the flag {flag} is not supported by wharf", 125)


def test_all_commands_are_podmans_but_a_few() -> None:
    assert {command for command in COMMANDS if not is_of_podman(command)} <= OWN


def test_a_flag_that_is_refused_stops_the_command(fake: FakeEngine, call: Call) -> None:
    for words in (
        ["secret", "create", "--driver-opts"],
        ["secret", "create", "--driver-opts=true"],
        ["secret", "create", "--driver-opts", "a"],
    ):
        ended = call(*words)
        assert (ended.code, ended.out) == (125, "")
        refusal = "Error: the flag --driver-opts is not supported by wharf"
        assert ended.err == f"{refusal}\nhint: see wharf secret create --help\n"
    assert call("save", "--compress", "demo").code == 125
    assert not fake.held


def test_flags_that_nobody_has(fake: FakeEngine, call: Call) -> None:
    assert call("ps", "--bogus").err == "Error: unknown flag: --bogus\nhint: see wharf ps --help\n"
    assert call("ps", "-aZ").err == "Error: unknown shorthand flag: 'Z' in -aZ\nhint: see wharf ps --help\n"


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("strat", "unrecognized command `wharf strat`", "did you mean start?"),
        ("pss", "unrecognized command `wharf pss`", "did you mean ps?"),
        ("image lss", "unrecognized command `wharf image lss`", "did you mean ls?"),
        ("aeroplane", "unrecognized command `wharf aeroplane`", "wharf --help lists the commands"),
        ("image aeroplane", "unrecognized command `wharf image aeroplane`", "behind image: ls, rm"),
        ("machine", "the command machine of podman is not supported by wharf", "wharf --help lists the commands"),
        ("image scp", "the command image scp of podman is not supported by wharf", "behind image: ls, rm"),
        ("kube apply", "the command kube apply of podman is not supported by wharf", "behind kube: down, play"),
    ],
)
def test_unknown_commands(words: str, message: str, hint: str) -> None:
    groups = {"image": ["ls", "rm"], "kube": ["play", "down"]}
    refusal = unknown_command(words, groups.get(words.split()[0], ["start", "ps", "run", "image"]))
    assert (refusal.message, refusal.hint, refusal.exit_code) == (message, hint, 125)


def test_no_command_of_a_group_leads_nowhere() -> None:
    assert {command for group in GROUPS.values() for command in group.values()} <= set(COMMANDS)


def test_the_help_of_a_group_has_its_commands(call: Call) -> None:
    for flag in ("--help", "-h"):
        ended = call("container", flag)
        assert ended.code == 0 and "usage: wharf container COMMAND" in ended.out and "  prune  " in ended.out
    other_name = call("unmount", "--help")
    assert other_name.code == 0 and "usage: wharf umount" in other_name.out

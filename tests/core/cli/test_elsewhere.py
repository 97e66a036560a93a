"""What is sent to another machine, and what stays here."""

from __future__ import annotations

import pytest

from core.cli.main import Invocation, parse_global


def sent(*words: str) -> list[str]:
    return parse_global(words).sent


def test_options_go_along_but_for_those_of_this_side() -> None:
    here = ("--host", "far", "--identity=/key", "--config", "/here.toml")
    assert sent(*here, "ps", "-a", "--host", "x") == ["ps", "-a", "--host", "x"]
    assert sent(*here, "--root", "/r oot", "--foreign-root=/a", "--foreign-root=/b", "ps") == [
        *("--root=/r oot", "--foreign-root=/a", "--foreign-root=/b", "ps"),
    ]
    assert sent(*here, "--discover-foreign=false", "--read-only") == ["--discover-foreign=false", "--read-only=true"]
    assert sent(*here, "--version") == ["version", "--brief"]
    assert sent(*here) == []


@pytest.mark.parametrize("flag", ["--host", "--connection", "-c", "--url"])
def test_podmans_words_for_it_mean_the_same(flag: str) -> None:
    assert parse_global([flag, "ssh://far", "ps"]).host == "ssh://far"


def test_the_environment_sends_all_commands_but_those_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHARF_HOST", "far")

    def host(*words: str) -> Invocation:
        return parse_global(words)

    assert host("ps").host == "far"
    assert host("--host", "near", "ps").host == "near"
    assert host("--host", "", "ps").host == ""
    assert [host(*words).host for words in (("cleanup", "x"), ("host", "ls"), ("config", "path"), ("workspace",))] == [
        "", "", "", "",
    ]  # fmt: skip
    assert host("--host", "near", "config", "path").host == "near"

"""wharf journal: which actions are shown, in which form, and what command lines did."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.cli.journal_events import SOURCE, command_lines
from core.events import Event, EventKind
from core.journal.file import Journal
from core.model.journal import Result
from tests.core.cli.conftest import Call
from tests.core.cli.fake_engine import FakeEngine
from tests.core.journal.conftest import action


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    """Three actions, a minute between them; the second failed."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    kept = Journal()
    kept.add(action(0))
    kept.add(
        action(1, verb="remove image", result=Result.FAILED, error="it is\nused", command=("wharf", "rmi", "a\x1b"))
    )
    kept.add(action(2, options=("--root", "/r")))
    return kept


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ((), ["web-0", "web-1", "web-2"]),
        (("--failed",), ["web-1"]),
        (("--verb", "stop"), ["web-0", "web-2"]),
        (("--verb", "stop", "--verb", "remove image"), ["web-0", "web-1", "web-2"]),
        (("-n", "2"), ["web-1", "web-2"]),
        (("--last", "0"), []),
        (("--last", "9"), ["web-0", "web-1", "web-2"]),
        (("--since", "2026-01-31T12:01:00+00:00"), ["web-1", "web-2"]),
        (("--until", "2026-01-31T12:01:00+00:00"), ["web-0", "web-1"]),
        (("--since", "10m"), []),
    ],
)
def test_those_that_are_asked_for_are_shown(call: Call, words: tuple[str, ...], names: list[str]) -> None:
    ended = call("journal", "--format", "{{.Name}}", *words)
    assert (ended.code, ended.err, ended.out.split()) == (0, "", names)


def test_as_a_table_for_people_and_as_json_whole(call: Call) -> None:
    head, first, second, *_ = call("journal").out.splitlines()
    assert head.split() == ["TIME", "USER", "RESULT", "SECONDS", "COMMAND"]
    assert first.split() == ["2026-01-31T12:00:00Z", "alice", "(as", "root)", "done", "0.2", "wharf", "stop", "web-0"]
    assert "\x1b" not in second
    known = json.loads(call("journal", "--format", "json").out)
    assert known[1]["Error"] == "it is\nused" and known[1]["Command"] == ["wharf", "rmi", "a\x1b"]
    assert (known[2]["Shell"], known[2]["Source"]) == ("wharf --root /r stop web-2", "screen")
    assert known[0]["Time"] == "2026-01-31T12:00:00+00:00"


def test_what_is_damaged_is_told_and_the_rest_shown(call: Call, journal: Journal) -> None:
    with journal.path.open("a") as file:
        file.write("nonsense\n")
    ended = call("journal", "--script")
    assert ended.err == f"Warning: {journal.path}: 1 damaged line is passed over\n"
    assert ended.out == call("journal", "--script", "--since", "2020-01-01").out
    assert ended.out.endswith("\nwharf --root /r stop web-2\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-n", "some"), "no number of actions"),
        (("--since", "yore"), "neither a time nor a span"),
        (("--all", "--script"), "--all and --script cannot be used together"),
        (("--format", "{{.Nope}}"), "can't evaluate field Nope"),
    ],
)
def test_what_is_wrong_is_said(call: Call, words: tuple[str, ...], said: str) -> None:
    ended = call("journal", *words)
    assert (ended.code, said in ended.err) == (125, True)


def event(number: int, command: str, name: str = "web", kind: EventKind = EventKind.KILL, process: int = 7) -> Event:
    attributes = {"runtime": f"runc {number}"}
    return Event(
        kind=kind, time=1e9 + number, container_id=name.encode().hex(), name=name, attributes=attributes,
        sequence=number, process=process, user="ann", command=command,
    )  # fmt: skip


def test_the_events_of_a_command_line_are_one_action() -> None:
    line = "wharf --root /r stop web db"
    [one, other] = command_lines([event(1, line), event(2, "wharf rm x", "x", process=8), event(3, line, "db")])
    assert (one.source, one.verb, one.name, one.user, one.seconds) == (SOURCE, "stop", "web db", "ann", 2.0)
    assert (one.command, one.runtime) == (("wharf", "--root", "/r", "stop", "web", "db"), "runc 1; runc 3")
    assert (other.verb, other.id) == ("rm", b"x".hex())


@pytest.mark.parametrize(
    "command",
    ["wharf", "wharf --root /r --read-only", "wharf web", "wharf --plain", "wharf --root /r cleanup 1", "python x", ""],
)
def test_what_the_screen_and_the_monitors_did_is_not_among_them(command: str) -> None:
    assert command_lines([event(1, command)]) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("wharf run -e A=hunter2 --env B=hunter2 --env=C=hunter2 -eD=hunter2 -l a=b demo", "-e A --env B --env=C -eD"),
        ("wharf container exec --env 'A=hunter2 x' web 'sh -c", "--env"),
    ],
)
def test_values_of_variables_are_not_shown(line: str, words: str) -> None:
    [one] = command_lines([event(1, line)])
    shown = " ".join(one.command)
    assert words in shown and "hunter2" not in shown
    assert one.verb in ("run", "exec")


def test_both_are_shown_with_where_they_came_from(
    call: Call, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake, "past_events", lambda: [event(1, "wharf kill web")], raising=False)
    lines = call("journal", "--all").out.splitlines()
    assert [line.split()[1] for line in lines] == ["SOURCE", "command", "screen", "screen", "screen"]
    assert lines[1].endswith("wharf kill web")

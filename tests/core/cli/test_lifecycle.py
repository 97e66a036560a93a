"""start stop restart kill pause unpause wait rm rename cleanup: what they ask of the engine, and their exit codes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.errors import StorageFailed
from core.model.state import Status
from core.paths import EnginePaths
from tests.core.cli.conftest import Call
from tests.core.cli.fake_engine import FakeContainer, FakeEngine

NOBODY = 'Error: no container with name or ID "nobody" found: no such container\n'


@pytest.mark.parametrize(
    ("arguments", "call_made"),
    [
        (["start", "a"], ("start",)),
        (["stop", "b"], ("stop", None)),
        (["stop", "-t", "3", "b"], ("stop", 3)),
        (["restart", "--time", "0", "b"], ("restart", 0)),
        (["kill", "b"], ("kill", "KILL")),
        (["kill", "-s", "HUP", "b"], ("kill", "HUP")),
        (["pause", "b"], ("pause",)),
        (["unpause", "c"], ("unpause",)),
        (["rm", "a"], ("remove", False)),
        (["rm", "-f", "b"], ("remove", True)),
        (["rm", "-v", "a"], ("remove", False, "volumes")),
    ],
)
def test_verbs(fake: FakeEngine, call: Call, arguments: list[str], call_made: tuple[object, ...]) -> None:
    fake.add("a", Status.EXITED)
    fake.add("b", Status.RUNNING)
    fake.add("c", Status.PAUSED)
    container = fake.lookup(arguments[-1])
    ended = call(*arguments)
    assert (ended.code, ended.out, ended.err) == (0, f"{arguments[-1]}\n", "")
    assert container.calls == [call_made]


@pytest.mark.parametrize("verb", ["start", "stop", "restart", "kill", "pause", "unpause", "wait"])
def test_an_unknown_name_keeps_nobody_else_from_it(fake: FakeEngine, call: Call, verb: str) -> None:
    fake.add("a", Status.EXITED)
    ended = call(verb, "nobody", "a")
    assert ended.code == 125
    assert ended.err.startswith(NOBODY)
    assert len(ended.out.splitlines()) == 1


@pytest.mark.parametrize("verb", ["start", "stop", "kill", "rm", "wait", "cleanup"])
def test_no_name_at_all(fake: FakeEngine, call: Call, verb: str) -> None:
    ended = call(verb)
    assert ended.code == 125
    assert "at least one name or id" in ended.err


def test_remove_has_codes_of_its_own(fake: FakeEngine, call: Call) -> None:
    fake.add("busy", Status.RUNNING)
    assert call("rm", "nobody").code == 1
    ended = call("rm", "busy")
    assert (ended.code, ended.out) == (2, "")
    assert "hint: stop it first" in ended.err
    assert call("rm", "--ignore", "nobody").code == 0
    assert [container.name for container in fake.held] == ["busy"]


def test_remove_after_a_polite_stop(fake: FakeEngine, call: Call) -> None:
    busy = fake.add("busy", Status.RUNNING)
    assert call("rm", "-f", "-t", "5", "busy").code == 0
    assert busy.calls == [("stop", 5), ("remove", True)]
    ended = call("rm", "-t", "5", "busy")
    refusal = "Error: --force option must be specified to use the --time option"
    assert (ended.code, ended.err) == (125, f"{refusal}\nhint: give --force, too, or leave --time out\n")


def test_all_takes_those_that_fit(fake: FakeEngine, call: Call) -> None:
    made = [fake.add(name, status) for name, status in zip("abcd", list(Status), strict=False)]
    assert call("stop", "-a").code == 0
    assert [container.calls for container in made] == [[], [("stop", None)], [("stop", None)], []]


def test_latest_filter_and_id_file(fake: FakeEngine, call: Call, tmp_path: Path) -> None:
    old, new = fake.add("old", Status.EXITED, labels={"x": "1"}), fake.add("new", Status.EXITED)
    assert call("start", "--latest").out == f"{new.id}\n"
    assert call("stop", "--filter", "label=x", "--all").out == ""
    assert call("start", "--filter", "label=x").out == f"{old.id}\n"
    file = tmp_path / "id"
    file.write_text(f"{old.id}\n")
    assert call("kill", "--cidfile", str(file)).code == 0
    assert old.calls[-1] == ("kill", "KILL")
    assert call("kill", "--cidfile", str(tmp_path / "absent")).code == 125


def test_all_and_names_exclude_each_other(fake: FakeEngine, call: Call) -> None:
    fake.add("a")
    hint = "hint: leave the names out, or --all and --latest\n"
    assert call("rm", "--all", "a").err == f"Error: no arguments are needed with --all\n{hint}"
    assert call("rm", "--latest", "a").err == f"Error: --latest and containers cannot be used together\n{hint}"
    both = call("rm", "--all", "--latest").err
    assert both == "Error: --all and --latest cannot be used together\nhint: choose one of them\n"
    assert [container.name for container in fake.held] == ["a"]


@pytest.mark.parametrize("time", ["-1", "soon"])
def test_a_time_is_a_number_of_seconds(fake: FakeEngine, call: Call, time: str) -> None:
    fake.add("a")
    assert call("stop", f"--time={time}", "a").code == 125


def test_start_leaves_a_running_one_alone(fake: FakeEngine, call: Call) -> None:
    running = fake.add("a")
    assert call("start", "a").out == "a\n"
    assert running.calls == []


def test_start_attaches_to_one_only(fake: FakeEngine, call: Call) -> None:
    fake.add("a", Status.EXITED)
    fake.add("b", Status.EXITED)
    ended = call("start", "-a", "a", "b")
    refusal = "Error: you cannot start and attach multiple containers at once"
    assert (ended.code, ended.err) == (125, f"{refusal}\nhint: name one, or leave --attach and --interactive out\n")


def test_wait_prints_the_codes_in_their_order(fake: FakeEngine, call: Call) -> None:
    fake.add("a", Status.EXITED, exit_code=3)
    fake.add("b", Status.EXITED, exit_code=0)
    assert call("wait", "b", "a").out == "0\n3\n"


def test_wait_for_a_state(fake: FakeEngine, call: Call) -> None:
    fake.add("a", Status.EXITED, exit_code=3)
    fake.add("b", Status.RUNNING)
    ended = call("wait", "--condition", "running", "--condition", "exited", "-i", "10ms", "a", "b")
    assert (ended.code, ended.out) == (0, "3\n-1\n")
    assert call("wait", "--condition", "flying", "a").err.startswith("Error: unknown container state: flying\n")
    assert call("wait", "--interval", "never", "a").code == 125


def test_what_is_gone_is_gone(fake: FakeEngine, call: Call) -> None:
    assert call("rm", "-f", "nobody") == (0, "", "")


def test_several_are_stopped_at_the_same_time(fake: FakeEngine, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(3)

    def stop(self: FakeContainer, timeout: int | None = None) -> None:
        together.wait(60)

    monkeypatch.setattr(FakeContainer, "stop", stop)
    for name in ("a", "b", "c"):
        fake.add(name)
    assert call("stop", "c", "a", "b").out == "c\na\nb\n"


def test_rename(fake: FakeEngine, call: Call) -> None:
    container = fake.add("a")
    assert call("rename", "a", "b") == (0, "", "")
    assert container.calls == [("rename", "b")]


def test_cleanup_is_quiet(fake: FakeEngine, call: Call) -> None:
    ended_one = fake.add("a", Status.EXITED)
    fake.add("b", Status.RUNNING)
    assert call("cleanup", "a", "b", "nobody") == (0, "", "")
    assert ended_one.calls == [("cleanup",)]


def test_who_expects_no_container_looks_for_it_nowhere_else(
    fake: FakeEngine, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What `lookup` does for its hint takes as long as all of a clean-up.
    monkeypatch.delattr(FakeEngine, "lookup")
    assert call("cleanup", "--ended", "nobody").code == 0
    assert call("rm", "--ignore", "nobody").code == 0
    assert call("container", "exists", "nobody").code == 1


def test_a_failed_cleanup_is_in_the_log(
    fake: FakeEngine, call: Call, private_paths: EnginePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: FakeContainer) -> None:
        raise StorageFailed("the layer is stuck", stderr="EBUSY")

    fake.add("a", Status.EXITED)
    monkeypatch.setattr(FakeContainer, "cleanup", fail)
    assert call("cleanup", "a").code == 125
    assert "the layer is stuck: EBUSY" in private_paths.log_file.read_text()

from __future__ import annotations

import pytest

from core.cli.plain.actions import ACTIONS, command_words, valid_actions
from core.cli.plain.wording import container_line, event_words
from core.events import Event, EventKind
from core.model.state import Status, Verb, allows
from tests.core.cli.fake_engine import picture


def test_every_action_has_a_number_of_its_own() -> None:
    assert [action.number for action in ACTIONS] == list(range(1, len(ACTIONS) + 1))


@pytest.mark.parametrize("status", Status)
def test_what_is_offered_is_what_the_state_allows(status: Status) -> None:
    shown = picture("web", status, exit_code=0, finished_at=1.0, mount_point="/somewhere")
    offered = {action.verb for action in valid_actions(shown)}
    assert all(allows(status, verb) for verb in offered)
    assert (Verb.STOP in offered) is (status in (Status.CREATED, Status.RUNNING))
    assert len({Verb.REMOVE, Verb.FORCE_REMOVE} & offered) == 1


def test_nothing_is_unmounted_that_is_not_mounted() -> None:
    assert Verb.UNMOUNT not in {action.verb for action in valid_actions(picture("web", Status.EXITED, exit_code=0))}


def test_an_answer_stands_as_words_in_the_command() -> None:
    run_a_command = next(action for action in ACTIONS if action.label == "run a command")
    assert command_words(run_a_command, "web", ["ls", "a b"]) == ["exec", "web", "ls", "a b"]


def test_what_destroys_warns() -> None:
    warned = {action.verb for action in ACTIONS if action.warning}
    assert {Verb.STOP, Verb.RESTART, Verb.REMOVE, Verb.FORCE_REMOVE} <= warned


def test_an_end_is_told_with_its_reason() -> None:
    line = container_line(picture("web", Status.EXITED, exit_code=139, finished_at=1.0))
    assert line.startswith("web: exited with 139") and "SIGSEGV" in line


def test_a_hostile_name_draws_nothing() -> None:
    assert "\x1b" not in container_line(picture("web", command=("\x1b[2J",)))
    assert "\x1b" not in event_words(Event(kind=EventKind.DIED, time=0.0, name="\x1b[2J"))

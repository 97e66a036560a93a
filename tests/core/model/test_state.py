"""The one table of which verb is allowed when."""

from __future__ import annotations

import pytest

from core.errors import StateForbids
from core.model.state import ALLOWED, Status, Verb, allows, require


def test_every_verb_is_in_the_table() -> None:
    assert set(ALLOWED) == set(Verb)


IMPROPER = "container state improper"


@pytest.mark.parametrize(
    ("verb", "allowed"),
    [
        (Verb.INIT, "configured exited"),
        (Verb.START, "configured created exited"),
        (Verb.STOP, "created running exited"),
        (Verb.KILL, "created running paused"),
        (Verb.PAUSE, "running"),
        (Verb.UNPAUSE, "paused"),
        (Verb.ATTACH, "created running paused"),
        (Verb.EXEC, "running"),
        (Verb.MOUNT, "configured created running paused exited unknown"),
        (Verb.UNMOUNT, "configured created exited unknown"),
        (Verb.EXPORT, "configured created running paused exited unknown"),
        (Verb.CLEANUP, "configured exited"),
        (Verb.REMOVE, "configured exited"),
    ],
)
def test_the_table_is_the_designs(verb: Verb, allowed: str) -> None:
    assert {str(status) for status in Status if allows(status, verb)} == set(allowed.split())


def test_a_refusal_gives_a_next_step_and_the_container() -> None:
    for verb in Verb:
        for status in Status:
            if allows(status, verb):
                require(verb, status, "web", "0" * 64)
                continue
            with pytest.raises(StateForbids) as refusal:
                require(verb, status, "web", "0" * 64)
            assert refusal.value.message
            assert refusal.value.hint
            assert refusal.value.container_id == "0" * 64


@pytest.mark.parametrize(
    ("verb", "status", "sentence"),
    [
        (Verb.STOP, Status.CONFIGURED, "can not stop container web: it is created"),
        (
            Verb.KILL,
            Status.EXITED,
            "can only kill running containers. web is in state exited: container state improper",
        ),
        (Verb.PAUSE, Status.CONFIGURED, '"created" is not running, can\'t pause: container state improper'),
        (Verb.PAUSE, Status.PAUSED, '"web" is already paused: container state improper'),
        (Verb.UNPAUSE, Status.RUNNING, '"web" is not paused, can\'t unpause: container state improper'),
        (Verb.ATTACH, Status.EXITED, "you can only attach to running containers"),
        (Verb.TOP, Status.EXITED, "top can only be used on running containers"),
    ],
)
def test_a_refusal_speaks_as_podman_does(verb: Verb, status: Status, sentence: str) -> None:
    with pytest.raises(StateForbids) as refusal:
        require(verb, status, "web", "0" * 64)
    assert refusal.value.message == sentence

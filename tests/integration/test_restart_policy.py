"""Restart policies on real containers: conmon's clean-up starts them again, and nobody waits for anything."""

from __future__ import annotations

import time

import pytest

from core.container import Container
from core.engine import Engine
from core.errors import InvalidArgument
from core.model.restart import parse_restart_policy
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status
from tests.worksite import eventually, make

pytestmark = pytest.mark.usefixtures("demo_image")


def begin(engine: Engine, policy: str, script: str) -> Container:
    container = make(engine, "sh", "-c", script, name="it", restart=parse_restart_policy(policy))
    container.start()
    return container


def wait_for_restarts(container: Container, restarts: int, status: Status) -> ContainerSnapshot:
    """Until it has been started again as often at least; the pause before another time may be missed."""
    for _ in eventually():
        picture = container.refresh()
        if picture.restarts >= restarts and picture.status is status and picture.intent is None:
            return picture
    raise AssertionError


def stays(container: Container, picture: ContainerSnapshot) -> bool:
    """Whether nothing happens in the time of several restarts."""
    time.sleep(1.5)
    now = container.refresh()
    return (now.status, now.restarts, now.started_at) == (picture.status, picture.restarts, picture.started_at)


def test_on_failure_gives_up_after_its_retries(engine: Engine) -> None:
    container = begin(engine, "on-failure:2", "echo run; exit 3")
    picture = wait_for_restarts(container, 2, Status.EXITED)
    assert picture.exit_code == 3
    assert stays(container, picture)
    assert container.replay() == b"run\n" * 3


def test_success_is_no_failure(engine: Engine) -> None:
    container = begin(engine, "on-failure", "exit 0")
    container.wait(60)
    picture = container.refresh()
    assert stays(container, picture) and picture.restarts == 0


def test_always_goes_on_until_it_is_stopped(engine: Engine) -> None:
    container = begin(engine, "always", "[ -e /stay ] && exec sleep 1000; touch /stay; exit 0")
    wait_for_restarts(container, 1, Status.RUNNING)
    container.stop(0)
    picture = container.refresh()
    assert picture.status is Status.EXITED and stays(container, picture)
    container.start()
    assert container.refresh().restarts == 0


@pytest.mark.parametrize("policy", ["always", "unless-stopped"])
def test_a_kill_by_somebody_is_a_stop_and_one_from_within_is_none(engine: Engine, policy: str) -> None:
    container = begin(engine, policy, "[ -e /stay ] && exec sleep 1000; touch /stay; kill -9 $$; sleep 1")
    wait_for_restarts(container, 1, Status.RUNNING)
    container.kill("KILL")
    container.wait(60)
    assert stays(container, container.refresh())


def test_a_stop_or_a_removal_during_the_pause_is_the_last_word(engine: Engine) -> None:
    container = begin(engine, "always", "exit 1")
    wait_for_restarts(container, 3, Status.EXITED)
    container.stop()
    assert stays(container, container.refresh())
    container.remove()
    assert engine.containers() == []


def test_a_container_that_removes_itself_has_no_policy(engine: Engine) -> None:
    with pytest.raises(InvalidArgument, match="removed at its end"):
        make(engine, "true", name="it", auto_remove=True, restart=parse_restart_policy("always"))

"""demo: what is made, what is brought up again, and what is left alone."""

from __future__ import annotations

import socket

from core.cli.demo import FIRST_PORT, demo_containers, free_port
from core.model.state import Status
from tests.core.cli.conftest import Call
from tests.core.cli.fake_engine import FakeEngine

NAMES = ["shell", "web", "worker", "failed", "ready"]


def states(fake: FakeEngine) -> dict[str, Status]:
    return {container.name: container.snapshot().status for container in fake.held}


def test_five_containers_in_their_states(fake: FakeEngine, call: Call) -> None:
    assert call("demo").code == 0
    assert fake.images.built == 1
    assert [container.name for container in fake.held] == NAMES
    assert fake.lookup("ready").calls == []
    assert all(fake.lookup(name).calls == [("start",)] for name in NAMES[:4])
    assert all(container.options.labels == {"wharf.demo": "1"} for container in fake.held)


def test_again_changes_nothing(fake: FakeEngine, call: Call) -> None:
    call("demo")
    before = {container.name: list(container.calls) for container in fake.held}
    assert call("demo") == (0, "", "")
    assert fake.images.built == 1
    assert {container.name: container.calls for container in fake.held} == before


def test_again_brings_up_what_has_ended(fake: FakeEngine, call: Call) -> None:
    call("demo")
    fake.lookup("web").stop()
    fake.lookup("failed").stop()
    fake.lookup("shell").pause()
    call("demo")
    assert states(fake)["web"] is Status.RUNNING
    assert states(fake)["failed"] is Status.EXITED
    assert states(fake)["shell"] is Status.PAUSED


def test_a_container_of_the_users_is_left_alone(fake: FakeEngine, call: Call) -> None:
    mine = fake.add("web", Status.EXITED)
    ended = call("demo")
    assert ended.code == 0
    assert "web: it is left alone" in ended.err
    assert mine.calls == []
    call("demo", "--remove")
    assert fake.held == [mine]


def test_the_web_server_listens_on_loopback_on_a_free_port() -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port = free_port()
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert port >= FIRST_PORT
        assert free_port() != port
    web = next(options for options, _ in demo_containers(1234) if options.name == "web")
    assert "127.0.0.1:1234" in web.command
    assert web.network == "host"

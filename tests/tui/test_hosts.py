"""The views of machines, over other machines that answer, are silent or refuse, as a test has it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import cast

import pytest

from core.engine import Engine
from core.model.state import Status
from core.remote.host import Host
from core.remote.survey import HostReport, RemoteContainer, Usage
from tests.fakes.engine import FakeEngine
from tests.tui.conftest import main_screen, row_of, selected_name, shown, status, until, until_shown
from tui.app import WharfApp
from tui.bridge import Bridge
from tui.bridge.host_watch import HostWatch
from tui.configuration.schema import Configuration
from tui.opening import Opening

HOSTS = tuple(Host(name=name, destination=f"ssh://{name}") for name in ("near", "refusing", "silent"))
THERE = (
    RemoteContainer("1" * 64, ("api",), "localhost/api:1", "running", "Up 3 minutes (unhealthy)"),
    RemoteContainer("2" * 64, ("old",), "localhost/old:1", "exited", "Exited (3) 2 hours ago"),
)


class Others:
    """What the machines answer. `asked`: how often each was."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}
        self.spoken = threading.Event()

    def survey(self, connections: object, host: Host, *, with_usage: bool) -> HostReport:
        self.asked[host.name] = self.asked.get(host.name, 0) + 1
        if host.name == "silent":
            self.spoken.wait(20)
        if host.name == "strange":
            return HostReport(
                host, "99.1.0", error="99.1.0 does not work", hint="the same on both", is_compatible=False
            )
        if host.name != "near":
            return HostReport(host, error=f"{host.name} \x1b[2Jrefuses", hint="look there")
        usage = {"1" * 12: Usage(0.5 * self.asked["near"], "380.9kB")} if with_usage else {}
        return HostReport(host, "9.9.9", THERE, usage=usage, asked_at=2.0 * self.asked["near"])


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> Iterator[Others]:
    made = Others()
    monkeypatch.setattr("tui.bridge.host_watch.survey", made.survey)
    monkeypatch.setattr("tui.bridge.host_watch.INTERVAL", 0.2)
    yield made
    made.spoken.set()


@pytest.fixture
def app(fake: FakeEngine, others: Others) -> Iterator[WharfApp]:
    fake.add("web")
    bridge = Bridge(cast(Engine, fake), HOSTS)
    yield WharfApp(bridge)
    others.spoken.set()
    bridge.close()


async def test_a_silent_machine_keeps_nobody_waiting(app: WharfApp, others: Others) -> None:
    async with app.run_test(size=(120, 30)) as pilot:
        await until_shown(pilot, "web")
        assert others.asked == {}
        await pilot.press("9")
        await until_shown(pilot, "9.9.9", "not reached")
        assert row_of(app, "near").split()[1:6] == ["reachable", "near", "1", "2", "1"]
        assert "asking" in row_of(app, "silent")
        await pilot.press("end", "up")
        await until_shown(pilot, "why not", "look there")
        assert "\x1b" not in shown(app)
        others.spoken.set()
        await until(pilot, lambda: "not reached" in row_of(app, "silent"))


async def test_of_a_machine_with_another_wharf_the_version_is_shown_and_nobody_goes_there(
    app: WharfApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=(120, 30)) as pilot:
        await until_shown(pilot, "web")
        strange = Host(name="strange", destination="ssh://strange")
        main_screen(app).take_configuration(Configuration(hosts=(strange,)))
        await pilot.press("9")
        await until_shown(pilot, "◐ other version", "99.1.0")
        await pilot.press("end", "enter")
        await until_shown(pilot, "99.1.0 does not work", "→ the same on both")


async def test_nobody_is_asked_while_nobody_looks(app: WharfApp, others: Others) -> None:
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("9")
        await until(pilot, lambda: others.asked.get("near", 0) >= 3)
        await pilot.press("1")
        await until_shown(pilot, "UP / EXIT")
        before = others.asked["near"]
        await pilot.pause(0.4)
        assert others.asked["near"] <= before + 1
        await pilot.press("9")
        await until(pilot, lambda: others.asked["near"] > before + 1)


async def test_hosts_come_and_go_with_the_configuration(app: WharfApp, others: Others) -> None:
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("9")
        await until_shown(pilot, "9.9.9", "refusing")
        added = Host(name="added", destination="ssh://added")
        main_screen(app).take_configuration(Configuration(hosts=(HOSTS[0], added)))
        await until(pilot, lambda: "not reached" in row_of(app, "added") and not row_of(app, "refusing"))
        assert "reachable" in row_of(app, "near")
        before = others.asked["refusing"]
        await until(pilot, lambda: others.asked["added"] >= 3)
        assert others.asked["refusing"] <= before + 1


async def test_the_containers_of_all_machines_are_one_list(app: WharfApp, fake: FakeEngine) -> None:
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("9")
        await until_shown(pilot, "9.9.9")
        await pilot.press("down", "t")
        await until_shown(pilot, "/host:near", "api", "old")
        await until(pilot, lambda: row_of(app, "api").split()[4:6] == ["25.0", "380.9kB"])
        assert row_of(app, "old").split()[4:6] == ["–", "–"]
        assert "web" not in shown(app)
        await pilot.press("full_stop")
        await until(pilot, lambda: "old" not in row_of(app, "exited"))
        await pilot.press("escape", "full_stop", "slash", *"web", "enter")
        await until(pilot, lambda: selected_name(app) == "web")
        fake.add("new-web", Status.EXITED, exit_code=1)
        fake.find("web").stop()
        await until_shown(pilot, "new-web")
        await pilot.press("home", "enter")
        await until(pilot, lambda: main_screen(app).view.name == "containers" and selected_name(app) == "web")


async def test_one_goes_there_with_the_container_and_the_lock(app: WharfApp, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, tuple[str, ...]]] = []

    class Call:
        def run(self) -> int:
            return 0

        def end(self) -> None: ...

    def call(watch: HostWatch, host: Host, arguments: tuple[str, ...]) -> Call:
        called.append((host.name, tuple(arguments)))
        return Call()

    monkeypatch.setattr(HostWatch, "call", call)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("0")
        await until_shown(pilot, "api", "old")
        await pilot.press("L", "end", "enter")
        await until(pilot, lambda: "can not be handed over" in status(app))
    assert called == [("near", ("--read-only", f"--select={'2' * 64}"))]


async def test_the_screen_opens_at_a_container(fake: FakeEngine) -> None:
    for name in ("one", "two", "three"):
        fake.add(name)
    for wanted, selected in (("two", "two"), (fake.find("three").id[:12], "three"), ("four", "one")):
        bridge = Bridge(cast(Engine, fake))
        app = WharfApp(bridge, opening=Opening(select=wanted))
        async with app.run_test(size=(120, 30)) as pilot:
            await until_shown(pilot, "three")
            await until(pilot, lambda: selected_name(app) == selected)  # noqa: B023
            assert ("no container four" in status(app)) == (wanted == "four")
        bridge.close()

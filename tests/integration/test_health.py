"""Health checks on real containers: run on demand, on their schedule while somebody watches, and acted upon."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Callable

import pytest

from core.container import Container
from core.engine import Engine
from core.errors import InvalidArgument, StateForbids
from core.events import EventKind
from core.model.health import FailureAction, HealthStatus, StartupOptions
from core.model.options import HealthOptions
from core.model.state import Status
from tests.worksite import DEMO, Worksite, eventually, make, run

pytestmark = pytest.mark.usefixtures("demo_image")
Wharf = Callable[..., subprocess.CompletedProcess[str]]
SHELL = ("/bin/sh", "-c")


def checked(engine: Engine, script: str, **wanted: object) -> Container:
    """A running container whose check is this script."""
    options = HealthOptions(args=(*SHELL, script), **{"interval": 0.0, **wanted})  # type: ignore[arg-type]
    return run(engine, "sleep", "1000", name="it", health=options)


def health_of(container: Container) -> HealthStatus | None:
    health = container.snapshot().health
    return health.status if health is not None else None


def test_results_are_kept_and_judged(engine: Engine) -> None:
    container = checked(engine, "echo looked; test -e /well", retries=2)
    assert health_of(container) is HealthStatus.STARTING
    first = container.check_health()
    assert (first.exit_code, first.output) == (1, "looked\n")
    assert health_of(container) is HealthStatus.STARTING
    container.check_health()
    assert health_of(container) is HealthStatus.UNHEALTHY
    for _ in range(5):
        container.check_health()
    assert [result.exit_code for result in container.health_report().results] == [1] * 5
    told = [event for event in engine.past_events() if event.kind is EventKind.HEALTH_STATUS]
    assert [event.attributes["health_status"] for event in told] == ["unhealthy"], "only a change is an event"


def test_a_start_begins_anew(engine: Engine) -> None:
    container = checked(engine, "exit 1", retries=1)
    container.check_health()
    assert health_of(container) is HealthStatus.UNHEALTHY
    container.restart(0)
    assert health_of(container) is HealthStatus.STARTING


def test_a_check_that_hangs_is_killed_with_all_of_its_processes(engine: Engine) -> None:
    container = checked(engine, "sleep 4321 & sleep 4321", timeout=1.0, retries=1)
    result = container.check_health()
    assert result.exit_code == -1 and "1 second" in result.output
    for _ in eventually():
        if not any("4321" in process.command for process in container.top()):
            break


def test_a_check_that_can_not_be_run_is_a_failure(engine: Engine) -> None:
    options = HealthOptions(args=("/no/such",), interval=0.0, retries=1)
    container = run(engine, "sleep", "1000", health=options)
    result = container.check_health()
    assert result.exit_code == 127 and "/no/such" in result.output
    assert health_of(container) is HealthStatus.UNHEALTHY


def test_who_has_none_and_who_does_not_run(engine: Engine) -> None:
    with pytest.raises(InvalidArgument, match="no defined healthcheck"):
        run(engine, "sleep", "1000").check_health()
    with pytest.raises(StateForbids):
        make(engine, "sleep", "1000", health=HealthOptions(args=("true",))).check_health()


@pytest.mark.parametrize("action", [FailureAction.STOP, FailureAction.KILL, FailureAction.RESTART])
def test_what_is_done_to_an_unhealthy_one(engine: Engine, action: FailureAction) -> None:
    options = HealthOptions(args=("false",), interval=0.0, retries=1, on_failure=action)
    container = run(engine, "sleep", "1000", health=options, stop_timeout=0)
    began = container.snapshot().started_at
    container.check_health()
    for _ in eventually():
        picture = container.refresh()
        if action is FailureAction.RESTART:
            if picture.status is Status.RUNNING and picture.started_at > began:
                break
        elif picture.status is Status.EXITED:
            break


def test_the_schedule_of_several_clients_is_one(engine: Engine, worksite: Worksite) -> None:
    """Each of two open clients would run it every 0.3 seconds; together they do not run it twice as often."""
    container = checked(engine, "date +%s%N >>/ran", interval=0.3)
    with Engine.open(worksite.paths) as other, engine.subscribe(), other.subscribe():
        for _ in eventually():
            if health_of(container) is HealthStatus.HEALTHY and len(container.health_report().results) >= 4:
                break
    results = container.health_report().results
    for before, behind in itertools.pairwise(results):
        assert behind.started_at - before.finished_at >= 0.29


def test_the_health_check_begins_when_the_startup_check_has_succeeded(engine: Engine, wharf: Wharf) -> None:
    startup = StartupOptions(args=(*SHELL, "test -e /up"), interval=0.2)
    container = checked(engine, "echo regular", interval=0.2, startup=startup)
    with engine.subscribe():
        for _ in eventually():
            if len(container.health_report().results) >= 2:
                break
        assert health_of(container) is HealthStatus.STARTING
        assert wharf("exec", "it", "touch", "/up").returncode == 0
        for _ in eventually():
            if any(one.output == "regular\n" for one in container.health_report().results):
                break
    assert health_of(container) is HealthStatus.HEALTHY


def test_nobody_looks_while_no_client_is_open(engine: Engine) -> None:
    container = checked(engine, "exit 0", interval=0.1)
    for _ in range(3):
        container.refresh()
    assert container.health_report().results == ()


def test_a_startup_check_by_the_command_line(engine: Engine, wharf: Wharf) -> None:
    startup = ("--health-startup-cmd", "test -e /up", "--health-startup-retries", "2", "--health-startup-success", "1")
    made = wharf(
        "run", "-d", "--name", "it", "--health-cmd", "true", *startup, "--stop-timeout", "0", DEMO, "sleep", "9"
    )
    assert made.returncode == 0, made.stderr
    shown = json.loads(wharf("inspect", "it").stdout)[0]["Config"]["StartupHealthCheck"]
    assert (shown["Test"], shown["Retries"], shown["Successes"]) == (["CMD", *SHELL, "test -e /up"], 2, 1)
    assert shown["Interval"] == 30_000_000_000
    container = engine.lookup("it")
    began = container.snapshot().started_at
    failed = wharf("healthcheck", "run", "it")
    assert (failed.returncode, failed.stdout) == (1, "starting\n")
    wharf("healthcheck", "run", "it")
    assert container.refresh().started_at > began, "two failures restart it"
    assert wharf("exec", "it", "touch", "/up").returncode == 0
    assert wharf("healthcheck", "run", "it").returncode == 0
    assert "(healthy)" in wharf("ps").stdout


def test_by_the_command_line(engine: Engine, wharf: Wharf) -> None:
    health = ("--health-cmd", "test -e /well", "--health-retries", "1")
    made = wharf("run", "-d", "--name", "it", *health, DEMO, "sleep", "99")
    assert made.returncode == 0, made.stderr
    failed = wharf("healthcheck", "run", "it")
    assert (failed.returncode, failed.stdout) == (1, "unhealthy\n")
    assert "(unhealthy)" in wharf("ps").stdout
    assert wharf("exec", "it", "touch", "/well").returncode == 0
    works = wharf("healthcheck", "run", "it")
    assert (works.returncode, works.stdout) == (0, "")
    assert wharf("ps", "-q", "--filter", "health=healthy").stdout.strip() == made.stdout.strip()[:12]
    state = json.loads(wharf("inspect", "it").stdout)[0]["State"]["Health"]
    assert (state["Status"], state["FailingStreak"], [r["ExitCode"] for r in state["Log"]]) == ("healthy", 0, [1, 0])
    nobody = wharf("healthcheck", "run", "nobody")
    assert nobody.returncode == 125 and "no such container" in nobody.stderr


def test_a_check_is_changed_while_it_runs_and_taken_away(engine: Engine, wharf: Wharf) -> None:
    container = checked(engine, "exit 1", retries=1)
    container.check_health()
    assert health_of(container) is HealthStatus.UNHEALTHY
    assert wharf("update", "--health-cmd", "exit 0", "--health-on-failure", "stop", "it").returncode == 0
    container.refresh()
    assert health_of(container) is HealthStatus.STARTING, "what another command found counts for nothing"
    assert container.check_health().exit_code == 0
    assert health_of(container) is HealthStatus.HEALTHY
    assert wharf("update", "--health-retries", "7", "it").returncode == 0
    container.refresh()
    assert health_of(container) is HealthStatus.HEALTHY
    shown = json.loads(wharf("inspect", "it").stdout)[0]["Config"]["Healthcheck"]
    assert (shown["Test"], shown["Retries"]) == (["CMD", *SHELL, "exit 0"], 7)
    assert wharf("update", "--no-healthcheck", "it").returncode == 0
    with pytest.raises(InvalidArgument, match="has no defined healthcheck"):
        container.check_health()
    container.restart(0)
    assert health_of(container) is None
    refused = wharf("update", "--health-retries", "3", "it")
    assert (refused.returncode, "has no health check that could be changed" in refused.stderr) == (125, True)

"""Health checks: what results amount to, and what is inherited of the image."""

from __future__ import annotations

import pytest

from core.errors import InvalidArgument
from core.model.durations import parse_duration
from core.model.health import (
    FailureAction,
    Health,
    HealthCheck,
    HealthResult,
    HealthStatus,
    StartupCheck,
    StartupOptions,
    check_args,
    check_in_turn,
    due_action,
    due_at,
    judged,
)
from core.model.image import ImageConfig
from core.model.options import HealthOptions
from core.oci.merge import merge_health_check
from core.storage.image_config import parse_config

BEGAN = 1000.0
CHECK = HealthCheck(args=("true",), interval=10, retries=2, start_period=30)


def result(code: int, at: float) -> HealthResult:
    return HealthResult(started_at=at, finished_at=at + 1, exit_code=code)


def after(*results: HealthResult) -> Health:
    health = Health()
    for one in results:
        health = judged(health, CHECK, one, BEGAN)
    return health


def test_one_success_is_healthy() -> None:
    assert after(result(0, BEGAN + 5)) == Health(status=HealthStatus.HEALTHY, checked_at=BEGAN + 6)


def test_failures_of_the_start_period_do_not_count() -> None:
    assert after(result(1, BEGAN + 5), result(1, BEGAN + 29)) == Health(checked_at=BEGAN + 30)


def test_the_start_period_ends_with_the_first_success() -> None:
    health = after(result(0, BEGAN + 1), result(1, BEGAN + 2))
    assert (health.status, health.failing_streak) == (HealthStatus.HEALTHY, 1)


def test_failures_in_a_row_make_it_unhealthy_and_a_success_heals_it() -> None:
    bad = after(result(1, BEGAN + 31), result(2, BEGAN + 41))
    assert (bad.status, bad.failing_streak) == (HealthStatus.UNHEALTHY, 2)
    assert judged(bad, CHECK, result(0, BEGAN + 51), BEGAN).status is HealthStatus.HEALTHY
    assert after(result(1, BEGAN + 31), result(0, BEGAN + 41), result(1, BEGAN + 51)).failing_streak == 1


def test_when_it_is_due() -> None:
    assert due_at(Health(), CHECK, BEGAN) == BEGAN + 10
    assert due_at(Health(checked_at=BEGAN + 5), CHECK, BEGAN) == BEGAN + 15


@pytest.mark.parametrize(
    ("test", "args"),
    [
        ([], ()),
        (["NONE"], ()),
        (["CMD", "/bin/check", "-q"], ("/bin/check", "-q")),
        (["CMD-SHELL", "test -e /x || exit 1"], ("/bin/sh", "-c", "test -e /x || exit 1")),
        (["/bin/check"], ("/bin/check",)),
    ],
)
def test_the_forms_of_a_test(test: list[str], args: tuple[str, ...]) -> None:
    assert check_args(test) == args


def test_an_image_s_check_and_what_is_asked_over_it() -> None:
    raw = {"Healthcheck": {"Test": ["CMD", "check"], "Interval": 5_000_000_000, "Retries": 7}}
    image = parse_config({"config": raw})
    own = HealthCheck(args=("check",), interval=5, retries=7)
    assert merge_health_check(HealthOptions(), image) == own
    assert merge_health_check(HealthOptions(disabled=True), image) is None
    changed = merge_health_check(HealthOptions(args=("other",), timeout=3), image)
    assert changed == HealthCheck(args=("other",), interval=5, retries=7, timeout=3)


def test_without_a_command_there_is_no_check() -> None:
    assert merge_health_check(HealthOptions(interval=3), ImageConfig()) is None
    assert merge_health_check(HealthOptions(interval=3), None) is None


@pytest.mark.parametrize("wrong", [{"timeout": 0.5}, {"retries": 0}, {"interval": -1.0}])
def test_what_no_check_can_have(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidArgument):
        merge_health_check(HealthOptions(args=("true",), **wrong), None)  # type: ignore[arg-type]


UNTIL_UP = StartupCheck(args=("up",), interval=2, retries=3, successes=2)
SLOW = HealthCheck(args=("true",), interval=10, retries=1, on_failure=FailureAction.KILL, startup=UNTIL_UP)


def test_the_startup_check_is_run_until_it_has_succeeded_often_enough() -> None:
    health = Health()
    assert (check_in_turn(health, SLOW), due_at(health, SLOW, BEGAN)) == (UNTIL_UP, BEGAN + 2)
    once = judged(judged(health, SLOW, result(1, BEGAN), BEGAN), SLOW, result(0, BEGAN + 2), BEGAN)
    assert (once.status, once.failing_streak, once.started_up) == (HealthStatus.STARTING, 0, False)
    up = judged(once, SLOW, result(0, BEGAN + 4), BEGAN)
    assert up == Health(status=HealthStatus.HEALTHY, checked_at=BEGAN + 5, started_up=True)
    assert (check_in_turn(up, SLOW), due_at(up, SLOW, BEGAN)) == (SLOW, BEGAN + 15)
    bad = judged(up, SLOW, result(1, BEGAN + 15), BEGAN)
    assert (bad.status, bad.started_up) == (HealthStatus.UNHEALTHY, True)
    assert due_action(up, bad, SLOW) is FailureAction.KILL
    assert judged(bad, SLOW, result(0, BEGAN + 25), BEGAN).started_up


def test_a_startup_check_that_failed_too_often_has_it_restarted() -> None:
    health, done = Health(), []
    for code in (1, 0, 1, 1):
        after = judged(health, SLOW, result(code, BEGAN), BEGAN)
        done.append(str(due_action(health, after, SLOW)))
        health = after
    assert done == ["none", "none", "none", "restart"]
    assert health.status is HealthStatus.STARTING
    patient = HealthCheck(args=("true",), startup=StartupCheck(args=("up",)))
    for _ in range(50):
        after = judged(health, patient, result(1, BEGAN), BEGAN)
        assert due_action(health, after, patient) is FailureAction.NONE
        health = after


def test_a_startup_check_is_asked_for_beside_a_health_check() -> None:
    asked = HealthOptions(args=("check",), startup=StartupOptions(args=("up",), retries=4, interval=1))
    made = merge_health_check(asked, None)
    assert made is not None and made.startup == StartupCheck(args=("up",), retries=4, interval=1)
    with pytest.raises(InvalidArgument, match="no regular healthcheck"):
        merge_health_check(HealthOptions(startup=StartupOptions(args=("up",))), None)
    with pytest.raises(InvalidArgument, match="startup check needs a command"):
        merge_health_check(HealthOptions(args=("check",), startup=StartupOptions(retries=4)), None)
    for wrong in ({"timeout": 0.5}, {"retries": -1}, {"successes": -1}, {"interval": -1.0}):
        startup = StartupOptions(args=("up",), **wrong)  # type: ignore[arg-type]
        with pytest.raises(InvalidArgument):
            merge_health_check(HealthOptions(args=("check",), startup=startup), None)


def test_durations() -> None:
    assert parse_duration("1m30s") == 90
    assert parse_duration("500ms") == 0.5
    for wrong in ("", "3", "3 s", "1x"):
        with pytest.raises(ValueError, match="no span"):
            parse_duration(wrong)

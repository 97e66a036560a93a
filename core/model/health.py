"""Health checks: the command that tells whether a container works, and what its results mean. Pure.

Fields and meanings as in Docker's image configuration (`Healthcheck`) and podman's `--health-*`.
"""

import enum
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from core.errors import InvalidArgument

DEFAULT_INTERVAL: Final = 30.0
DEFAULT_TIMEOUT: Final = 30.0
DEFAULT_RETRIES: Final = 3
SHORTEST_TIMEOUT: Final = 1.0
OUTPUT_LIMIT: Final = 500
"""Characters that are kept of a check's output, as podman keeps them."""
HEALTH_LOG: Final = 5
"""Results that are kept of a container."""


class HealthStatus(enum.StrEnum):
    """`starting`: not known yet, or failed only within the start period."""

    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


class FailureAction(enum.StrEnum):
    """What is done to a container that has become unhealthy."""

    NONE = "none"
    KILL = "kill"
    RESTART = "restart"
    STOP = "stop"


class StartupCheck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Run after each start in place of the health check, which begins when it has succeeded. Fields as there, but:

    `retries`: failures at which `on_failure` is done, 0 for never. `successes`: how many are needed, 0 as 1.
    """

    args: tuple[str, ...]
    interval: float = DEFAULT_INTERVAL
    timeout: float = DEFAULT_TIMEOUT
    retries: int = 0
    successes: int = 0
    on_failure: FailureAction = FailureAction.RESTART


class HealthCheck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`args`: run in the container, 0 is healthy. `interval`, `timeout`, `start_period`: seconds; interval 0: only when
    asked. `retries`: failures in a row that make it unhealthy."""

    args: tuple[str, ...]
    interval: float = DEFAULT_INTERVAL
    timeout: float = DEFAULT_TIMEOUT
    start_period: float = 0.0
    retries: int = DEFAULT_RETRIES
    on_failure: FailureAction = FailureAction.NONE
    startup: StartupCheck | None = None


class StartupOptions(msgspec.Struct, frozen=True, kw_only=True):
    """As `HealthOptions`, for the startup check."""

    args: tuple[str, ...] = ()
    interval: float | None = None
    timeout: float | None = None
    retries: int | None = None
    successes: int | None = None
    on_failure: FailureAction | None = None


class HealthOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for over a health check that is there; None: as that has it, else the default. Times: seconds.

    `args`: empty for those that are there. `disabled`: no check at all.
    """

    disabled: bool = False
    args: tuple[str, ...] = ()
    interval: float | None = None
    timeout: float | None = None
    start_period: float | None = None
    retries: int | None = None
    on_failure: FailureAction | None = None
    startup: StartupOptions = StartupOptions()


class HealthResult(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a check. Times: Unix seconds. `exit_code`: -1 where it took too long."""

    started_at: float
    finished_at: float
    exit_code: int
    output: str = ""


class Health(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the results since the start amount to. `checked_at`: Unix seconds, 0.0 for never.

    `started_up`: the startup check has succeeded; until then its failures and successes are counted.
    """

    status: HealthStatus = HealthStatus.STARTING
    failing_streak: int = 0
    checked_at: float = 0.0
    started_up: bool = False
    startup_failures: int = 0
    startup_successes: int = 0


class HealthReport(msgspec.Struct, frozen=True, kw_only=True):
    """`health` and `startup`: None without such a check. `results`: the last ones, oldest first.

    `due_at`: Unix seconds of the next run by the schedule, 0.0 where there is none.
    """

    health: Health | None
    startup: StartupCheck | None = None
    results: tuple[HealthResult, ...] = ()
    due_at: float = 0.0


def check_args(test: Sequence[str]) -> tuple[str, ...]:
    """The command of a `Test` list of an image configuration; nothing for none, or for `NONE`."""
    if not test or test[0] == "NONE":
        return ()
    if test[0] == "CMD":
        return tuple(test[1:])
    if test[0] == "CMD-SHELL":
        return ("/bin/sh", "-c", " ".join(test[1:]))
    return tuple(test)


def changed_check(own: HealthCheck | None, asked: HealthOptions) -> HealthCheck | None:
    """A health check with what is asked for in its place; None for no check. Raises `InvalidArgument`."""
    if asked.disabled or not (asked.args or own):
        if asked.startup.args:
            raise InvalidArgument(
                "cannot set a startup healthcheck when there is no regular healthcheck",
                hint="give it with --health-cmd",
            )
        return None
    check = HealthCheck(args=asked.args) if own is None else own
    changed = msgspec.structs.replace(
        check,
        args=asked.args or check.args,
        startup=_changed_startup(check.startup, asked.startup),
        **_given(asked, ("interval", "timeout", "start_period", "retries", "on_failure")),
    )
    require_valid(changed)
    return changed


def _changed_startup(own: StartupCheck | None, asked: StartupOptions) -> StartupCheck | None:
    if asked == StartupOptions():
        return own
    if not (asked.args or own):
        raise InvalidArgument("a startup check needs a command", hint="give it with --health-startup-cmd")
    check = StartupCheck(args=asked.args) if own is None else own
    names = ("interval", "timeout", "retries", "successes", "on_failure")
    return msgspec.structs.replace(check, args=asked.args or check.args, **_given(asked, names))


def _given(asked: HealthOptions | StartupOptions, names: Iterable[str]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(asked, name)) is not None}


def require_valid(check: HealthCheck) -> None:
    """Raise `InvalidArgument` for a check that podman would not take either."""
    if not check.args or not check.args[0]:
        raise InvalidArgument("a health check needs a command", hint="give it with --health-cmd")
    if check.timeout < SHORTEST_TIMEOUT:
        raise InvalidArgument(
            "the timeout of a health check must be at least 1 second", hint="give --health-timeout 1s or more"
        )
    if check.interval < 0 or check.start_period < 0:
        raise InvalidArgument(
            "the times of a health check can not be negative",
            hint="give --health-interval and --health-start-period 0s or more",
        )
    if check.retries < 1:
        raise InvalidArgument(
            "the retries of a health check must be more than 0", hint="give --health-retries 1 or more"
        )
    startup = check.startup
    if startup is None:
        return
    if not startup.args[0]:
        raise InvalidArgument("a startup check needs a command", hint="give it with --health-startup-cmd")
    if startup.timeout < SHORTEST_TIMEOUT:
        raise InvalidArgument(
            "the timeout of a startup check must be at least 1 second", hint="give --health-startup-timeout 1s or more"
        )
    if startup.interval < 0 or startup.retries < 0 or startup.successes < 0:
        raise InvalidArgument(
            "the interval, retries and successes of a startup check can not be negative",
            hint="give --health-startup-interval, --health-startup-retries and --health-startup-success 0 or more",
        )


def startup_check(health: Health, check: HealthCheck) -> StartupCheck | None:
    """The startup check where it is that which is run now."""
    return None if health.started_up else check.startup


def check_in_turn(health: Health, check: HealthCheck) -> HealthCheck | StartupCheck:
    """That which is run next: until the container has started up its startup check, if it has one."""
    return startup_check(health, check) or check


def judged(health: Health, check: HealthCheck, result: HealthResult, started_at: float) -> Health:
    """The health after one more result of a container that runs since `started_at` (Unix seconds)."""
    startup = startup_check(health, check)
    if startup is not None:
        return _judged_startup(health, startup, result)
    if result.exit_code == 0:
        return Health(status=HealthStatus.HEALTHY, checked_at=result.finished_at, started_up=health.started_up)
    if health.status is HealthStatus.STARTING and result.started_at < started_at + check.start_period:
        return msgspec.structs.replace(health, checked_at=result.finished_at)
    streak = health.failing_streak + 1
    status = HealthStatus.UNHEALTHY if streak >= check.retries else health.status
    return msgspec.structs.replace(health, status=status, failing_streak=streak, checked_at=result.finished_at)


def _judged_startup(health: Health, startup: StartupCheck, result: HealthResult) -> Health:
    seen = msgspec.structs.replace(health, checked_at=result.finished_at)
    if result.exit_code:
        return msgspec.structs.replace(seen, startup_failures=health.startup_failures + 1)
    successes = health.startup_successes + 1
    if successes < startup.successes:
        return msgspec.structs.replace(seen, startup_successes=successes)
    return Health(status=HealthStatus.HEALTHY, checked_at=result.finished_at, started_up=True)


def due_action(before: Health, after: Health, check: HealthCheck) -> FailureAction:
    """What is to be done about a result that led from one health to the other."""
    startup = startup_check(after, check)
    if startup is not None:
        failed = after.startup_failures > before.startup_failures
        return startup.on_failure if failed and 0 < startup.retries <= after.startup_failures else FailureAction.NONE
    became_unhealthy = after.status is HealthStatus.UNHEALTHY and before.status is not after.status
    return check.on_failure if became_unhealthy else FailureAction.NONE


def is_scheduled(health: Health, check: HealthCheck) -> bool:
    """Whether the check in turn runs by itself."""
    return check_in_turn(health, check).interval > 0


def due_at(health: Health, check: HealthCheck, started_at: float) -> float:
    """Unix seconds of the next run by the schedule."""
    return max(health.checked_at, started_at) + check_in_turn(health, check).interval

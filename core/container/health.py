"""The verbs on a container's health."""

from __future__ import annotations

from core.container.lifecycle import Lifecycle
from core.errors import TimedOut
from core.host.locks import FileLock
from core.model.health import (
    FailureAction,
    Health,
    HealthCheck,
    HealthReport,
    HealthResult,
    StartupCheck,
    check_in_turn,
    due_at,
    is_scheduled,
    startup_check,
)
from core.model.state import Status, Verb


class HealthChecks(Lifecycle):
    """The health check: run on demand, or when its time has come."""

    def check_health(self) -> HealthResult:
        """Run the health check now and judge by it; a run of another process is waited for. Allowed: running.

        Until the container has started up, it is its startup check that runs, if it has one. A container that becomes
        unhealthy by it is killed, restarted or stopped where that was asked for. Raises
        `InvalidArgument` for one without a health check.
        """
        with FileLock(self._parts.paths.health_lock(self.id)):
            result, action = self._check_health()
        self._act_on(action)
        return result

    def check_health_if_due(self, now: float) -> bool:
        """Run the health check where its time has come and no other process is at it; whether it was run.

        `now`: Unix seconds. Allowed: running. Raises what `check_health` raises.
        """
        lock = FileLock(self._parts.paths.health_lock(self.id))
        try:
            lock.acquire(timeout=0)
        except TimedOut:
            return False
        try:
            check, state = self._record.health_check, self._record.state
            if check is None or state.status is not Status.RUNNING:
                return False
            if now < due_at(state.health or Health(), check, state.started_at):
                return False
            _, action = self._check_health()
        finally:
            lock.release()
        self._act_on(action)
        return True

    @property
    def health_check(self) -> HealthCheck | None:
        """The one in force; None for none."""
        return self._record.health_check

    @property
    def startup_check(self) -> StartupCheck | None:
        """The startup check, for as long as it runs in place of the health check."""
        check = self._record.health_check
        return None if check is None else startup_check(self._record.state.health or Health(), check)

    def health_report(self) -> HealthReport:
        """How it is, what the last runs of the health check gave, and when the next is due. Allowed: any state."""
        record = self._record
        check, health = record.health_check, record.state.health
        runs = record.state.status is Status.RUNNING
        scheduled = check is not None and is_scheduled(health or Health(), check) and runs
        return HealthReport(
            health=health,
            startup=check.startup if check is not None else None,
            results=tuple(self._parts.store.health_results(self.id)),
            due_at=due_at(health or Health(), check, record.state.started_at) if check and scheduled else 0.0,
        )

    def _check_health(self) -> tuple[HealthResult, FailureAction]:
        from core.operations import health

        with self.hold(Verb.EXEC) as held:
            check = health.required_check(held)
            run_began = held.state.started_at
            in_turn = check_in_turn(held.state.health or Health(), check)
            session = health.prepare_check(held, in_turn)
        with session:
            result = health.run_check(session, in_turn)
        with self.hold() as held:
            return result, health.record_result(held, check, result, run_began)

    def _act_on(self, action: FailureAction) -> None:
        if action is FailureAction.KILL:
            self.kill()
        elif action is FailureAction.RESTART:
            self.restart()
        elif action is FailureAction.STOP:
            self.stop()

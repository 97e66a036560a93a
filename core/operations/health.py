"""Running a container's health check, and keeping what came of it."""

from __future__ import annotations

import time
from pathlib import Path

from core.errors import InvalidArgument, TimedOut
from core.events import EventKind
from core.host.processes import kill_session, run
from core.model.health import (
    OUTPUT_LIMIT,
    FailureAction,
    Health,
    HealthCheck,
    HealthResult,
    StartupCheck,
    due_action,
    judged,
)
from core.model.options import ExecOptions
from core.model.state import Status
from core.operations.exec import ExecSession, prepare_exec
from core.operations.parts import Transaction

TIMED_OUT = -1


def required_check(held: Transaction) -> HealthCheck:
    """Raises `InvalidArgument` for a container without a health check."""
    check = held.record.health_check
    if check is None:
        raise InvalidArgument(
            f"container {held.name} has no defined healthcheck",
            hint="create it with --health-cmd, or of an image that has one",
            container_id=held.id,
        )
    return check


def prepare_check(held: Transaction, check: HealthCheck | StartupCheck) -> ExecSession:
    """The process of the check. Allowed: running."""
    return prepare_exec(held, ExecOptions(args=check.args), announce=False)


def run_check(session: ExecSession, check: HealthCheck | StartupCheck) -> HealthResult:
    """Run it to its end, or to the end of its time: then all of its processes are killed. Holds no lock."""
    began = time.time()
    try:
        finished = run(session.argv, timeout=check.timeout)
    except TimedOut:
        _kill(session.pid_file)
        code, output = TIMED_OUT, f"the health check exceeded its timeout of {check.timeout:g} seconds"
    else:
        error = session.log_error() if finished.returncode else None
        code = error.exit_code if error is not None else finished.returncode
        output = error.message if error is not None else (finished.stdout + finished.stderr).decode(errors="replace")
    return HealthResult(started_at=began, finished_at=time.time(), exit_code=code, output=output[:OUTPUT_LIMIT])


def record_result(held: Transaction, check: HealthCheck, result: HealthResult, run_began: float) -> FailureAction:
    """Keep a result, and what is to be done about it. One of a run that is over by now counts for nothing."""
    before = held.state.health or Health()
    if held.state.started_at != run_began or held.state.status not in (Status.RUNNING, Status.PAUSED):
        return FailureAction.NONE
    after = judged(before, check, result, run_began)
    held.parts.store.add_health_result(held.id, result)
    held.save(health=after)
    if after.status is not before.status:
        held.emit(EventKind.HEALTH_STATUS, health_status=str(after.status), exit_code=str(result.exit_code))
    return due_action(before, after, check)


def _kill(pid_file: Path) -> None:
    try:
        pid = int(pid_file.read_text())
    except (OSError, ValueError):
        return
    kill_session(pid)

"""Carrying out a restart policy after a container has ended by itself."""

from __future__ import annotations

from core.model.restart import LONG_RUN, pause_before_restart
from core.model.state import ContainerState, Status
from core.operations.parts import Transaction
from core.operations.start import start


def wants_restart(held: Transaction) -> bool:
    """Whether the policy is to start it again: it has ended, and nobody stopped it."""
    state = held.state
    if state.status is not Status.EXITED or state.stopped_by_user or state.exit_code is None:
        return False
    return held.record.restart.wants_restart(state.exit_code, state.restarts)


def pause(state: ContainerState) -> float:
    """Seconds to wait before the restart: longer with each run that was short."""
    return pause_before_restart(quick_ends(state) - 1)


def quick_ends(state: ContainerState) -> int:
    """How many runs in a row were short, the last one counted."""
    ran = state.finished_at - state.started_at
    return 1 if ran >= LONG_RUN else state.quick_ends + 1


def start_again(held: Transaction) -> None:
    """Start it, and count this. Raises what `start` raises."""
    restarts, quick = held.state.restarts + 1, quick_ends(held.state)
    start(held)
    held.save(restarts=restarts, quick_ends=quick)

"""A container that ends by itself while something is done to it."""

from __future__ import annotations

from typing import Final

from core.errors import RuntimeFailed, StateForbids
from core.model.state import Status, Verb, require
from core.operations.kill import kill
from core.operations.parts import Transaction
from core.operations.synchronise import synchronise

_NOT_RUNNING: Final = ("not running", "stopped", "does not exist", "no such process")


def kill_if_alive(held: Transaction, signal: int | str) -> bool:
    """Send a signal; False where the container has ended of itself just before."""
    try:
        kill(held, signal)
    except RuntimeFailed:
        synchronise(held)
        if held.state.status is Status.EXITED:
            return False
        raise
    return True


def blame_its_end(held: Transaction, verb: Verb, error: RuntimeFailed) -> None:
    """Raise `StateForbids` where the container ended between the look and the act, and nothing else was wrong."""
    synchronise(held)
    require(verb, held.state.status, held.name, held.id)
    if held.state.status is Status.EXITED and any(words in error.message for words in _NOT_RUNNING):
        raise StateForbids(
            f"can not {verb} container {held.name}: it has ended meanwhile",
            hint="try again",
            container_id=held.id,
        ) from error

"""start: run the created process, creating it first where that is needed."""

from __future__ import annotations

import time

from core.events import EventKind
from core.model.health import Health
from core.model.state import Intent, Status
from core.operations.init import init
from core.operations.notify import tell_of_start
from core.operations.parts import Transaction
from core.operations.synchronise import synchronise


def start(held: Transaction) -> None:
    """Start the container's process. Allowed: configured, created, exited. Ends in running, or exited if it is quick.

    Raises what `init` raises, and `RuntimeFailed`.
    """
    if held.state.status is not Status.CREATED:
        init(held, then=Intent.STARTING)
    else:
        held.save(intent=Intent.STARTING)
    # Taken before: the program may have ended when the runtime has come back.
    began = time.time()
    try:
        held.runtime.start(held.id)
    except Exception:
        held.save(intent=None)
        synchronise(held)
        raise
    health = Health() if held.record.health_check is not None else None
    held.save(status=Status.RUNNING, intent=None, started_at=began, finished_at=0.0, exit_code=None, health=health)
    tell_of_start(held)
    held.emit(EventKind.START)

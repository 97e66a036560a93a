"""kill: send a signal to the container's first process."""

from __future__ import annotations

from core.events import EventKind
from core.oci.signals import parse_signal, signal_name
from core.operations.parts import Transaction


def kill(held: Transaction, signal: int | str) -> None:
    """Send `signal` (name or number). Allowed: created, running, paused. Does not wait for what it does.

    A paused one gets it when it goes on; SIGKILL thaws it at once (runc, `Container.Signal`).

    Raises `InvalidSignal`, `RuntimeFailed`.
    """
    number = parse_signal(str(signal))
    held.runtime.kill(held.id, number)
    held.emit(EventKind.KILL, signal=signal_name(number))

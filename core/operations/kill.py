"""kill: send a signal to the container's first process."""

from __future__ import annotations

from core.events import EventKind
from core.oci.signals import parse_signal, signal_name
from core.operations.parts import Transaction


def kill(held: Transaction, signal: int | str) -> None:
    """Send `signal` (name or number). Allowed: created, running. Does not wait for what it does.

    Raises `InvalidSignal`, `RuntimeFailed`.
    """
    number = parse_signal(str(signal))
    held.parts.runtime.kill(held.id, number)
    held.emit(EventKind.KILL, signal=signal_name(number))

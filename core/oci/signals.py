"""Signals by name and by number."""

from __future__ import annotations

import signal
from typing import Final

from core.errors import InvalidSignal

_LAST: Final = 64


def _names() -> dict[str, int]:
    names = {item.name.removeprefix("SIG"): int(item) for item in signal.Signals}
    first, last = int(signal.SIGRTMIN), int(signal.SIGRTMAX)
    names.update({f"RTMIN+{n}": first + n for n in range(1, last - first)})
    names.update({f"RTMAX-{n}": last - n for n in range(1, last - first)})
    return names


SIGNALS: Final = _names()
"""Name without SIG → number."""


def parse_signal(text: str) -> int:
    """`TERM`, `sigterm`, `15`, `RTMIN+3` → number. Raises `InvalidSignal`."""
    name = text.strip().upper().removeprefix("SIG")
    if name.isascii() and name.isdecimal() and 1 <= int(name) <= _LAST:
        return int(name)
    if name in SIGNALS:
        return SIGNALS[name]
    raise InvalidSignal(f"invalid signal: {text}", hint="use a name such as TERM or a number from 1 to 64")


def signal_name(number: int) -> str:
    """15 → `SIGTERM`; the number itself where it has no name."""
    for name, value in SIGNALS.items():
        if value == number:
            return f"SIG{name}"
    return str(number)

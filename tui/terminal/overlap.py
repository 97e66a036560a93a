"""Where a log and a live stream meet."""

from __future__ import annotations

from typing import Final

_HEAD: Final = 32


def overlap_length(log: bytes, live: bytes) -> int:
    """How many of the first bytes of `live` are the last bytes of `log`, at most."""
    head = live[:_HEAD]
    position = log.find(head, max(0, len(log) - len(live))) if head else -1
    while position >= 0:
        if live.startswith(log[position:]):
            return len(log) - position
        position = log.find(head, position + 1)
    return next((length for length in range(len(head), 0, -1) if log.endswith(live[:length])), 0)

"""Times as podman takes them: a moment, Unix seconds, or a span before now."""

from __future__ import annotations

import contextlib
import time
from datetime import datetime

from core.errors import InvalidArgument
from core.model.durations import parse_duration


def moment(text: str) -> float:
    """Unix seconds of a time, or of a span before now. Raises `InvalidArgument`."""
    for read in (_span_ago, float, lambda given: datetime.fromisoformat(given).timestamp()):
        with contextlib.suppress(ValueError, OverflowError):
            return read(text)
    raise InvalidArgument(f"{text!r} is neither a time nor a span", hint="use 2026-01-31T12:00:00 or 1h30m")


def _span_ago(text: str) -> float:
    return time.time() - parse_duration(text)

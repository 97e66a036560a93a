"""Times as podman takes them: a moment, Unix seconds, or a span before now."""

from __future__ import annotations

import contextlib
import re
import time
from datetime import datetime
from typing import Final

from core.errors import InvalidArgument

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_SECONDS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def moment(text: str) -> float:
    """Unix seconds of a time, or of a span before now. Raises `InvalidArgument`."""
    for read in (_span_ago, float, lambda given: datetime.fromisoformat(given).timestamp()):
        with contextlib.suppress(ValueError, OverflowError):
            return read(text)
    raise InvalidArgument(f"{text!r} is neither a time nor a span", hint="use 2026-01-31T12:00:00 or 1h30m")


def _span_ago(text: str) -> float:
    parts: list[tuple[str, str]] = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(text)
    return time.time() - sum(float(number) * _SECONDS[unit] for number, unit in parts)

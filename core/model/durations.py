"""Spans of time as Go and podman write them: `1h30m`, `500ms`."""

from __future__ import annotations

import re
from typing import Final

_PART: Final = r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)"
_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 0.001, "s": 1, "m": 60, "h": 3600}


def parse_duration(text: str) -> float:
    """Seconds of a span. Raises `ValueError`."""
    parts: list[tuple[str, str]] = re.findall(_PART, text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is no span of time")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)

"""Sizes, spans and times as Go programs print them: `536.6kB`, `1m2.5s`."""

from __future__ import annotations

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def human_size(number: float) -> str:
    """Bytes in decimal units, four digits, no blank: `2.141MB`."""
    for unit in _UNITS[:-1]:
        if number < 999.95:
            return f"{number:.4g}{unit}"
        number /= 1000
    return f"{number:.4g}{_UNITS[-1]}"


def go_duration(nanoseconds: int) -> str:
    """A span as Go's Duration prints itself: `0s`, `809.666847ms`, `1h2m3.5s`."""
    for unit, factor in (("ns", 1), ("µs", 1_000), ("ms", 1_000_000)):
        if nanoseconds < factor * 1_000 and nanoseconds:
            return f"{_short(nanoseconds, factor)}{unit}"
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{_short(seconds * 1_000_000_000 + rest, 1_000_000_000)}s"
    if hours:
        return f"{hours}h{minutes}m{text}"
    return f"{minutes}m{text}" if minutes else text


def _short(number: int, factor: int) -> str:
    whole, rest = divmod(number, factor)
    digits = f"{rest:0{len(str(factor)) - 1}d}".rstrip("0") if factor > 1 else ""
    return f"{whole}.{digits}" if digits else str(whole)


def go_time(moment: float) -> str:
    """`2026-01-31 12:00:00.5 +0000 UTC`, from Unix seconds, as Go writes a time; its zero time for 0."""
    if not moment:
        return "0001-01-01 00:00:00 +0000 UTC"
    from datetime import UTC, datetime

    text = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0").rstrip(".")
    return f"{text} +0000 UTC"

"""The times before the lines of a log: their format, and the zone that they are told in."""

from __future__ import annotations

import datetime
import re
from typing import Final

LOCAL: Final = "local"
_MILLISECONDS: Final = re.compile(r"(?<!%)((?:%%)*)%3f")

_DIRECTIVE: Final = re.compile(r"%(?:3f|[-_0^#]*\d*[EO]?(.?))", re.DOTALL)
_KNOWN: Final = frozenset("aAbBcCdDeFgGhHIjklmMpPrRsSTuUVwWxXyYzZf%")
"""Conversions of strftime(3) that stay on their line, and Python's `%f`."""


def format_complaint(pattern: str) -> str:
    """What of a format has no meaning, or would break the line; empty where all is well."""
    for found in _DIRECTIVE.finditer(pattern):
        letter = found[1]
        if letter is not None and (letter not in _KNOWN or (letter == "f" and found[0] != "%f")):
            return f"{found[0]} is not known: see strftime(3), and %3f for milliseconds"
    if not pattern.isprintable():
        return "a time stands on its line: the format has to be of signs that can be printed"
    return ""


def zone_of(name: str) -> datetime.tzinfo | None:
    """The zone of this name (IANA); None for `local`, the zone of this machine. Raises `ValueError`."""
    if name == LOCAL:
        return None
    if name == "UTC":
        return datetime.UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise ValueError(f"there is no time zone {name}: local, UTC or a name such as Europe/Oslo") from error


def told(seconds: float, pattern: str, zone: datetime.tzinfo | None) -> str:
    """A moment (Unix seconds) in a format of strftime(3), which knows `%3f` for milliseconds, too."""
    moment = datetime.datetime.fromtimestamp(seconds, zone)
    if zone is None:
        moment = moment.astimezone()
    thousandths = f"{moment.microsecond // 1000:03d}"
    return moment.strftime(_MILLISECONDS.sub(lambda found: f"{found[1]}{thousandths}", pattern))

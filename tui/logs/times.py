"""The times before the lines of a log: their format, and the zone that they are told in."""

from __future__ import annotations

import datetime
import re
from typing import Final

LOCAL: Final = "local"
_MILLISECONDS: Final = re.compile(r"(?<!%)((?:%%)*)%3f")


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

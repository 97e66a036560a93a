"""Restart policies: whether a container that has ended is started again by itself, and after how long. Pure."""

import enum
from typing import Final

import msgspec

from core.errors import InvalidArgument

FIRST_PAUSE: Final = 0.1
"""Seconds before the first restart; each further one doubles it, as Docker does."""
LONGEST_PAUSE: Final = 60.0
LONG_RUN: Final = 10.0
"""Seconds of a run after which the pauses begin anew."""


class RestartName(enum.StrEnum):
    NO = "no"
    ON_FAILURE = "on-failure"
    ALWAYS = "always"
    UNLESS_STOPPED = "unless-stopped"


class RestartPolicy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`retries`: restarts at most with `on-failure`; 0 for no limit."""

    name: RestartName = RestartName.NO
    retries: int = 0

    def __str__(self) -> str:
        return f"{self.name}:{self.retries}" if self.retries else str(self.name)

    def wants_restart(self, exit_code: int, restarts: int) -> bool:
        """Whether a container that ended by itself after so many restarts is to be started again."""
        if self.name is RestartName.ON_FAILURE:
            return exit_code != 0 and (not self.retries or restarts < self.retries)
        return self.name is not RestartName.NO


NO_RESTART: Final = RestartPolicy()


def parse_restart_policy(text: str) -> RestartPolicy:
    """`no`, `on-failure[:RETRIES]`, `always` or `unless-stopped`. Raises `InvalidArgument`."""
    name, separator, retries = text.partition(":")
    try:
        policy = RestartPolicy(name=RestartName(name or "no"), retries=int(retries) if separator else 0)
    except ValueError as error:
        raise InvalidArgument(
            f"{text!r} is not a restart policy", hint="use no, on-failure[:RETRIES], always or unless-stopped"
        ) from error
    if separator and (policy.name is not RestartName.ON_FAILURE or policy.retries < 0):
        raise InvalidArgument(f"{text!r} is not a restart policy", hint="only on-failure has a number of retries")
    return policy


def pause_before_restart(quick_ends: int) -> float:
    """Seconds to wait after so many runs in a row that were short."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(quick_ends, 20))

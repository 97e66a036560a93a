"""Which wharf this is, and which others it works with."""

from __future__ import annotations

VERSION = "0.1.0"
CALLER = "WHARF_CALLER"
"""In the environment of a wharf that another machine calls: the version there."""


def is_compatible(other: str) -> bool:
    """Whether a wharf of another version takes the same commands and answers in the same words.

    As semantic versions have it: the first number says so, before 1.0 the second one, too.
    """
    return _kind_of(other) == _kind_of(VERSION)


def _kind_of(version: str) -> tuple[str, str] | None:
    major, minor, *_ = (*version.split("."), "")
    if not (major.isdecimal() and minor.isdecimal()):
        return None
    return (major, minor if major == "0" else "")

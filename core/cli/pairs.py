"""Options that are given as NAME=VALUE."""

from __future__ import annotations

from core.errors import InvalidArgument


def name_value_pairs(texts: list[str]) -> dict[str, str]:
    """Values by their names; of a name that is given twice the last counts. Raises `InvalidArgument` without a name."""
    pairs = {}
    for text in texts:
        name, _, value = text.partition("=")
        if not name:
            raise InvalidArgument(f"{text!r} has no name", hint="use NAME=VALUE")
        pairs[name] = value
    return pairs

"""Options that are given as NAME=VALUE."""

from __future__ import annotations

from core.errors import InvalidArgument


def name_value_pairs(texts: list[str]) -> dict[str, str]:
    """Labels or options by their names; of one that is given twice the last counts. Raises `InvalidArgument`."""
    pairs = {name: value for name, _, value in (text.partition("=") for text in texts)}
    if "" in pairs:
        raise InvalidArgument("a label or an option has no name", hint="use NAME=VALUE")
    return pairs

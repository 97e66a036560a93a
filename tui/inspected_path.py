"""Paths into what inspect says, as JSONPath has them (RFC 9535): `.Config.Labels.team`, `$.Mounts[*].Source`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonpath import CompoundJSONPath, JSONPath

NOTHING = "–"


def path_complaint(path: str) -> str:
    """What is wrong with a path; empty for nothing."""
    try:
        _compiled(path)
    except ValueError as error:
        return str(error)
    return ""


def values_at(path: str, facts: Mapping[str, Any]) -> list[Any]:
    """What stands there: plain values of JSON. Raises `ValueError` for what is no path."""
    from jsonpath import JSONPathError

    try:
        return _compiled(path).findall(facts)
    except JSONPathError:
        # Of a function in the path that these values are not for.
        return []


def value_text(values: Sequence[Any]) -> str:
    """In one line; a dash for nothing."""
    return " ".join(filter(None, map(_one, values))) or NOTHING


def value_order(values: Sequence[Any]) -> tuple[int, float, str]:
    """What values are ordered by: numbers by size before texts, and nothing last."""
    if len(values) == 1 and isinstance(values[0], int | float) and not isinstance(values[0], bool):
        return (0, float(values[0]), "")
    text = value_text(values)
    return (2, 0.0, "") if text == NOTHING else (1, 0.0, text.casefold())


def _one(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Mapping():
            return " ".join(f"{name}={_one(each)}" for name, each in value.items())
        case list() | tuple():
            return " ".join(filter(None, map(_one, value)))
    return str(value)


@lru_cache(64)
def _compiled(path: str) -> JSONPath | CompoundJSONPath:
    """Raises `ValueError`."""
    # Only who has such a column pays for it.
    import jsonpath

    if not path.strip(" $."):
        raise ValueError("the path is empty: .Config.Labels.team, say")
    try:
        return jsonpath.compile(path)
    except jsonpath.JSONPathError as error:
        raise ValueError(f"{path} is no path: {str(error).splitlines()[0]}") from error

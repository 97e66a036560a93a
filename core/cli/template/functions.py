"""The functions that a template may call: those of Go's text/template and podman's own."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote_plus

from core.cli.template.printf import sprintf
from core.cli.template.values import NO_VALUE, is_true, plain, shown, type_name


class FunctionFailed(Exception):
    """What was wrong with the arguments, in Go's words."""


def _index(value: Any, *keys: Any) -> object:
    for key in keys:
        if value is None or value is NO_VALUE:
            raise FunctionFailed("index of untyped nil")
        if isinstance(value, Mapping):
            if not isinstance(key, str):
                raise FunctionFailed(f"value has type {type_name(key)}; should be string")
            value = value.get(key, _empty_like(value))
        elif isinstance(value, (list, tuple, str)):
            if isinstance(key, bool) or not isinstance(key, int):
                raise FunctionFailed(f"cannot index slice/array with type {type_name(key)}")
            if not 0 <= key < len(value):
                raise FunctionFailed(f"index out of range: {key}")
            value = ord(value[key]) if isinstance(value, str) else value[key]
        else:
            raise FunctionFailed(f"can't index item of type {type_name(value)}")
    return value


def _empty_like(value: Mapping[str, object]) -> object:
    """The zero value of a map's values, as far as they tell it: text for a map of text."""
    return "" if all(isinstance(inner, str) for inner in value.values()) else NO_VALUE


def _slice(value: Any, *bounds: Any) -> object:
    if not isinstance(value, (str, list, tuple)):
        raise FunctionFailed(f"can't slice item of type {type_name(value)}")
    if len(bounds) > 3 or (isinstance(value, str) and len(bounds) > 2):
        raise FunctionFailed(f"too many slice indexes: {len(bounds)}")
    for bound in bounds:
        if isinstance(bound, bool) or not isinstance(bound, int):
            raise FunctionFailed(f"cannot index slice/array with type {type_name(bound)}")
        if not 0 <= bound <= len(value):
            raise FunctionFailed(f"index out of range: {bound}")
    start, end = (*bounds, 0)[0] if bounds else 0, bounds[1] if len(bounds) > 1 else len(value)
    if start > end:
        raise FunctionFailed(f"invalid slice index: {start} > {end}")
    return value[start:end]


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, (list, tuple, Mapping)):
        return len(value)
    raise FunctionFailed("len of nil pointer" if value is None else f"len of type {type_name(value)}")


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "int" if isinstance(value, int) else "float"
    return "string" if isinstance(value, str) else ""


def _equal(first: Any, *others: Any) -> bool:
    if not others:
        raise FunctionFailed("missing argument for comparison")
    for other in others:
        if None not in (first, other) and not (first is NO_VALUE or other is NO_VALUE):
            if not _kind(first) or not _kind(other):
                raise FunctionFailed(f"non-comparable type {type_name(first if not _kind(first) else other)}")
            if _kind(first) != _kind(other):
                raise FunctionFailed("incompatible types for comparison")
        if first == other:
            return True
    return False


def _less(first: Any, other: Any) -> bool:
    if _kind(first) in ("", "bool"):
        raise FunctionFailed("invalid type for comparison")
    if _kind(first) != _kind(other):
        raise FunctionFailed("incompatible types for comparison")
    return bool(first < other)


def _and(*values: Any) -> object:
    return next((value for value in values if not is_true(value)), values[-1])


def _or(*values: Any) -> object:
    return next((value for value in values if is_true(value)), values[-1])


def _print(*values: Any) -> str:
    """Blanks between two operands of which neither is text, as fmt.Sprint."""
    text = ""
    for place, value in enumerate(values):
        if place and not isinstance(value, str) and not isinstance(values[place - 1], str):
            text += " "
        text += shown(value)
    return text


def as_json(value: Any) -> str:
    """On one line, as Go's encoder writes it."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))


def _title(text: str) -> str:
    return "".join(
        char.upper() if place == 0 or not (text[place - 1].isalnum() or text[place - 1] in "_'") else char
        for place, char in enumerate(text)
    )


def _pad(text: str, before: int, behind: int) -> str:
    return " " * before + text + " " * behind if text else text


SIGNATURES: Final[dict[str, tuple[Callable[..., object], tuple[type, ...] | None, int]]] = {
    "and": (_and, None, 1),
    "eq": (_equal, None, 1),
    "ge": (lambda first, other: not _less(first, other), (object, object), 2),
    "gt": (lambda first, other: _less(other, first), (object, object), 2),
    "html": (lambda *values: html.escape(_print(*values)).replace("&quot;", "&#34;"), None, 0),
    "index": (_index, None, 1),
    "join": (lambda values, separator: separator.join(values), (list, str), 2),
    "json": (as_json, (object,), 1),
    "le": (lambda first, other: not _less(other, first), (object, object), 2),
    "len": (_length, (object,), 1),
    "lower": (str.lower, (str,), 1),
    "lt": (_less, (object, object), 2),
    "ne": (lambda first, other: not _equal(first, other), (object, object), 2),
    "not": (lambda value: not is_true(value), (object,), 1),
    "or": (_or, None, 1),
    "pad": (_pad, (str, int, int), 3),
    "print": (_print, None, 0),
    "printf": (lambda form, *values: sprintf(form, values), None, 1),
    "println": (lambda *values: " ".join(map(shown, values)) + "\n", None, 0),
    "slice": (_slice, None, 1),
    "split": (lambda text, separator: text.split(separator) if separator else list(text), (str, str), 2),
    "title": (_title, (str,), 1),
    "truncate": (lambda text, length: text[:length], (str, int), 2),
    "upper": (str.upper, (str,), 1),
    "urlquery": (lambda *values: quote_plus(_print(*values)), None, 0),
}
"""Name → the function; the types of its arguments, or None for any number of any; how many it needs at least."""

"""The values of a Go template: what is true, how one is printed, and what Go calls its type."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final


class Record(Mapping[str, Any]):
    """Fields, as a Go struct has them: a name that it lacks is an error, where a map gives `<no value>`.

    A field that can be called is a method; `name` is what errors call the type.
    """

    def __init__(self, fields: Mapping[str, Any], name: str = "record") -> None:
        self._fields = fields
        self.name = name

    def __getitem__(self, name: str) -> Any:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


class NoValue:
    """What a map gives for a key that it lacks."""


NO_VALUE: Final = NoValue()

_MAPS: Final = frozenset(
    {"Annotations", "Driver_opts", "Labels", "Networks", "Options", "Ports", "PortBindings", "Sysctls", "Tmpfs"}
)
"""Fields of what inspect shows that are maps, with names chosen by users."""


def recorded(value: object, name: str = "record") -> object:
    """JSON-like data with its dictionaries as records, apart from those that are maps."""
    if isinstance(value, Mapping):
        fields = {
            key: dict(inner) if key in _MAPS and isinstance(inner, Mapping) else recorded(inner, f"{name}.{key}")
            for key, inner in value.items()
        }
        return Record(fields, name)
    if isinstance(value, (list, tuple)):
        return [recorded(inner, name) for inner in value]
    return value


def type_name(value: object) -> str:
    """Go's name of the type."""
    match value:
        case None | NoValue():
            return "interface {}"
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float64"
        case str():
            return "string"
        case Record():
            return value.name
        case Mapping():
            kinds = {type_name(inner) for inner in value.values()}
            return f"map[string]{kinds.pop() if len(kinds) == 1 else 'interface {}'}"
        case Sequence():
            kinds = {type_name(inner) for inner in value}
            return f"[]{kinds.pop() if len(kinds) == 1 else 'interface {}'}"
    return type(value).__name__


def is_true(value: object) -> bool:
    """Whether `if` and `with` take it: not zero, empty, false or nothing. A struct always is."""
    return isinstance(value, Record) or (value is not NO_VALUE and bool(value))


def shown(value: object) -> str:
    """As Go's fmt prints it with %v."""
    match value:
        case NoValue():
            return "<no value>"
        case None:
            return "<nil>"
        case bool():
            return "true" if value else "false"
        case float():
            return _float(value)
        case Record():
            return "{" + " ".join(shown(inner) for inner in value.values() if not callable(inner)) + "}"
        case Mapping():
            return "map[" + " ".join(f"{shown(key)}:{shown(value[key])}" for key in sorted(value)) + "]"
        case str():
            return value
        case Sequence():
            return "[" + " ".join(map(shown, value)) + "]"
    return str(value)


def _float(value: float) -> str:
    """The shortest that reads back the same; with an exponent below 1e-4 and from 1e21 on."""
    digits = repr(value)
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    if "e" not in digits and abs(value) < 1e-4:
        digits = f"{value:e}"
    return digits


def quoted(text: str) -> str:
    """As Go's %q."""
    return json.dumps(text, ensure_ascii=False)


def plain(value: object) -> object:
    """Without methods, for JSON."""
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items() if not callable(inner)}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return None if value is NO_VALUE else value

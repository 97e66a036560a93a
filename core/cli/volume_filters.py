"""--filter of volume ls and volume prune: podman's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from core.cli.moments import moment
from core.errors import InvalidArgument
from core.model.volume import VolumeSnapshot

Fits = Callable[[VolumeSnapshot], bool]


def volume_filter(texts: Sequence[str]) -> Fits:
    """One filter of many `KEY=VALUE`, all of which have to fit. Raises `InvalidArgument`."""
    wanted = [_one(text) for text in texts]
    return lambda volume: all(fits(volume) for fits in wanted)


def _one(text: str) -> Fits:
    key, separator, value = text.partition("=")
    if key == "label!" or text.startswith("label!="):
        having = _label(text.removeprefix("label!="))
        return lambda volume: not having(volume)
    if not separator or key not in _MAKERS:
        raise InvalidArgument(f'"{key}" is an invalid volume filter', hint=f"use one of {', '.join(_MAKERS)}")
    return _MAKERS[key](value)


def _name(value: str) -> Fits:
    try:
        pattern = re.compile(value)
    except re.error as error:
        raise InvalidArgument(
            f"the filter {value!r} is not a regular expression: {error}",
            hint="put a backslash before characters that stand for themselves",
        ) from error
    return lambda volume: pattern.search(volume.name) is not None


def _local(value: str) -> Fits:
    return lambda _: value == "local"


def _label(value: str) -> Fits:
    name, has_value, wanted = value.partition("=")
    return lambda volume: name in volume.labels and (not has_value or volume.labels[name] == wanted)


def _option(value: str) -> Fits:
    name, has_value, wanted = value.partition("=")
    return lambda volume: name in volume.options and (not has_value or volume.options[name] == wanted)


def _boolean(value: str) -> bool:
    if value.lower() not in ("true", "1", "false", "0"):
        raise InvalidArgument(f"{value!r} is neither true nor false", hint="use true or false")
    return value.lower() in ("true", "1")


def _dangling(value: str) -> Fits:
    wanted = _boolean(value)
    return lambda volume: (not volume.used_by) == wanted


def _anonymous(value: str) -> Fits:
    wanted = _boolean(value)
    return lambda volume: volume.anonymous == wanted


def _until(value: str) -> Fits:
    latest = moment(value)
    return lambda volume: volume.created_at < latest


def _since(value: str) -> Fits:
    earliest = moment(value)
    return lambda volume: volume.created_at > earliest


_MAKERS: Final[dict[str, Callable[[str], Fits]]] = {
    "name": _name,
    "label": _label,
    "driver": _local,
    "scope": _local,
    "opt": _option,
    "dangling": _dangling,
    "anonymous": _anonymous,
    "until": _until,
    "since": _since,
}

"""--filter of network ls and network prune: podman's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from typing import Final

from core.cli.moments import moment
from core.errors import InvalidArgument
from core.model.network import DEFAULT_NETWORK, Network

Fits = Callable[[Network], bool]


def network_filter(texts: Sequence[str], used: Container[str]) -> Fits:
    """One filter of many `KEY=VALUE`. Several of one key: any of them, but all of the labels; different keys: all.

    `used`: the names of the networks that containers are connected to. Raises `InvalidArgument`.
    """
    groups: dict[str, list[Fits]] = {}
    for text in texts:
        key, separator, value = text.partition("=")
        if key == "label!":
            having = _label(value)
            groups.setdefault(text, []).append(lambda network, having=having: not having(network))  # type: ignore[misc]
            continue
        if not separator or key not in (*_MAKERS, "dangling"):
            known = ", ".join((*_MAKERS, "dangling"))
            raise InvalidArgument(f'invalid filter "{key}"', hint=f"use one of {known} with =VALUE")
        made = _dangling(value, used) if key == "dangling" else _MAKERS[key](value)
        groups.setdefault(text if key == "label" else key, []).append(made)
    return lambda network: all(any(fits(network) for fits in group) for group in groups.values())


def _name(value: str) -> Fits:
    try:
        pattern = re.compile(value)
    except re.error as error:
        raise InvalidArgument(
            f"the filter {value!r} is not a regular expression: {error}",
            hint="put a backslash before characters that stand for themselves",
        ) from error
    return lambda network: pattern.search(network.name) is not None


def _id(value: str) -> Fits:
    return lambda network: network.id.startswith(value)


def _driver(value: str) -> Fits:
    return lambda network: network.driver == value


def _label(value: str) -> Fits:
    name, has_value, wanted = value.partition("=")
    return lambda network: name in network.labels and (not has_value or network.labels[name] == wanted)


def _until(value: str) -> Fits:
    latest = moment(value)
    return lambda network: network.created_at < latest


def _dangling(value: str, used: Container[str]) -> Fits:
    if value.lower() not in ("true", "false", "1", "0"):
        raise InvalidArgument(f"{value!r} is neither true nor false", hint="use true or false")
    wanted = value.lower() in ("true", "1")
    return lambda network: (network.name not in used and network.name != DEFAULT_NETWORK) == wanted


_MAKERS: Final[dict[str, Callable[[str], Fits]]] = {
    "name": _name,
    "id": _id,
    "driver": _driver,
    "label": _label,
    "until": _until,
}

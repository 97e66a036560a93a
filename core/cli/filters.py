"""--filter: podman's words for which containers are meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from core.cli.moments import moment
from core.cli.state_words import STATE_WORDS
from core.errors import InvalidArgument
from core.model.health import HealthStatus
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status

Filter = Callable[[ContainerSnapshot], bool]


def container_filter(texts: Sequence[str], pictures: Sequence[ContainerSnapshot]) -> Filter:
    """One filter of many `KEY=VALUE`. Several of one key: any of them, but all of the labels; different keys: all.

    `pictures`: all containers, for those that are relative to another one. Raises `InvalidArgument`.
    """
    groups: dict[str, list[Filter]] = {}
    for text in texts:
        key, separator, value = text.partition("=")
        if not separator or key not in _MAKERS:
            raise InvalidArgument(
                f"the filter {text!r} is not known", hint=f"use one of {', '.join(_MAKERS)} with =VALUE"
            )
        # Each label is a group of its own.
        groups.setdefault(text if key.startswith("label") else key, []).append(_MAKERS[key](value, pictures))
    return lambda picture: all(any(fits(picture) for fits in group) for group in groups.values())


def _status(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    if value not in STATE_WORDS:
        raise InvalidArgument(f"{value!r} is not a status", hint=f"use one of {', '.join(STATE_WORDS)}")
    return lambda picture: picture.status in STATE_WORDS[value]


def _name(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    pattern = _pattern(value)
    return lambda picture: pattern.search(picture.name) is not None


def _id(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    pattern = _pattern(value)
    return lambda picture: pattern.match(picture.id) is not None


def _pattern(value: str) -> re.Pattern[str]:
    try:
        return re.compile(value)
    except re.error as error:
        raise InvalidArgument(
            f"the filter {value!r} is not a regular expression: {error}",
            hint="put a backslash before characters that stand for themselves",
        ) from error


def _label(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    name, has_value, wanted = value.partition("=")
    return lambda picture: name in picture.labels and (not has_value or picture.labels[name] == wanted)


def _without_label(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    has = _label(value, pictures)
    return lambda picture: not has(picture)


def _until(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    latest = moment(value)
    return lambda picture: picture.created_at < latest


def _ancestor(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    def fits(picture: ContainerSnapshot) -> bool:
        bare = _without_tag(picture.image)
        named = value in (picture.image, bare) or picture.image.endswith(f"/{value}") or bare.endswith(f"/{value}")
        return named or (bool(value) and picture.image_id.startswith(value))

    return fits


def _without_tag(image: str) -> str:
    name, _, tag = image.rpartition(":")
    return name if name and "/" not in tag else image


def _exited(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    try:
        code = int(value)
    except ValueError as error:
        raise InvalidArgument(f"{value!r} is not an exit code", hint="use a number from 0 to 255") from error
    return lambda picture: picture.status is Status.EXITED and picture.exit_code == code


def _before(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    moment = _creation(value, pictures)
    return lambda picture: picture.created_at < moment


def _since(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    moment = _creation(value, pictures)
    return lambda picture: picture.created_at > moment


def _creation(value: str, pictures: Sequence[ContainerSnapshot]) -> float:
    named = [p for p in pictures if value in (p.name, p.id)]
    found = named or [p for p in pictures if value and p.id.startswith(value)]
    if len(found) != 1:
        raise InvalidArgument(
            f"the filter needs one container: {value!r} is {'none' if not found else 'more'}",
            hint="see the containers with wharf ps --all, and name one in full",
        )
    return found[0].created_at


def _network(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    return lambda picture: value in (picture.network, *picture.networks)


def _health(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    known = ("none", *HealthStatus)
    if value not in known:
        raise InvalidArgument(f"{value!r} is not a state of health", hint=f"use one of {', '.join(known)}")
    return lambda picture: (str(picture.health.status) if picture.health is not None else "none") == value


def _volume(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    return lambda picture: value in picture.mounts


def _restart_policy(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    return lambda picture: picture.restart_policy.partition(":")[0] == value


def _pod(value: str, pictures: Sequence[ContainerSnapshot]) -> Filter:
    return lambda picture: bool(value) and (picture.pod_name == value or picture.pod.startswith(value))


_MAKERS: Final = {
    "id": _id,
    "name": _name,
    "status": _status,
    "label": _label,
    "label!": _without_label,
    "until": _until,
    "ancestor": _ancestor,
    "exited": _exited,
    "before": _before,
    "since": _since,
    "network": _network,
    "health": _health,
    "restart-policy": _restart_policy,
    "pod": _pod,
    "volume": _volume,
}

"""--filter of `pod ps`: podman's words for which pods are meant."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Final

from core.cli.moments import moment
from core.errors import InvalidArgument
from core.model.pod import PodSnapshot, PodStatus
from core.model.state import podman_state

Filter = Callable[[PodSnapshot], bool]


def pod_filter(texts: Sequence[str], makers: Mapping[str, Callable[[str], Filter]]) -> Filter:
    """One filter of many `KEY=VALUE`. Several of one key: any of them, but all of the labels; different keys: all.

    `makers`: `PRUNE_FILTERS` or `list_filters`. Raises `InvalidArgument`.
    """
    groups: dict[str, list[Filter]] = {}
    for text in texts:
        key, separator, value = text.partition("=")
        if not separator or key not in makers:
            raise InvalidArgument(f"{text} is an invalid filter", hint=f"use one of {', '.join(makers)} with =VALUE")
        groups.setdefault(text if key.startswith("label") else key, []).append(makers[key](value))
    return lambda pod: all(any(fits(pod) for fits in group) for group in groups.values())


def _label(value: str) -> Filter:
    name, has_value, wanted = value.partition("=")
    return lambda pod: name in pod.labels and (not has_value or pod.labels[name] == wanted)


def _without_label(value: str) -> Filter:
    has_it = _label(value)
    return lambda pod: not has_it(pod)


def _until(value: str) -> Filter:
    latest = moment(value)
    return lambda pod: pod.created_at < latest


def _status(value: str) -> Filter:
    if value.lower() not in {status.lower() for status in PodStatus}:
        raise InvalidArgument(f"{value} is not a valid pod status", hint=f"use one of {', '.join(PodStatus)}")
    return lambda pod: str(pod.status).lower() == value.lower()


def _member_status(value: str) -> Filter:
    return lambda pod: any(value == podman_state(member.status) for member in pod.members)


def list_filters(networks: Mapping[str, Container[str]]) -> Mapping[str, Callable[[str], Filter]]:
    """Those of the list. `networks`: the id of a container → the networks that it is in."""
    return {**_MAKERS, "network": lambda value: lambda pod: value in networks.get(pod.infra_id, ())}


_MAKERS: Final[dict[str, Callable[[str], Filter]]] = {
    "id": lambda value: lambda pod: pod.id.startswith(value),
    "name": lambda value: lambda pod: value in pod.name,
    "label": _label,
    "status": _status,
    "ctr-ids": lambda value: lambda pod: any(member.id.startswith(value) for member in pod.members),
    "ctr-names": lambda value: lambda pod: any(value in member.name for member in pod.members),
    "ctr-number": lambda value: lambda pod: str(len(pod.members)) == value,
    "ctr-status": _member_status,
    "until": _until,
}

PRUNE_FILTERS: Final[dict[str, Callable[[str], Filter]]] = {
    "label": _label,
    "label!": _without_label,
    "until": _until,
}
"""Those of `system prune`."""

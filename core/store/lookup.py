"""The rule by which a name or an id finds a container, and the words for when it does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.errors import AmbiguousName, NameInUse, NoSuchContainer, NoSuchObject

JOURNAL_LIMIT: Final = 10_000
"""Events that the journal keeps."""


def no_such_container(name_or_id: str) -> NoSuchContainer:
    return NoSuchContainer(
        f'no container with name or ID "{name_or_id}" found: no such container', hint="see the list: wharf ps --all"
    )


def name_in_use(name: str, holder: str) -> NameInUse:
    return NameInUse(
        f'the container name "{name}" is already in use by {holder}',
        hint="remove or rename that container, or choose another name",
        container_id=holder,
    )


def no_such_object(kind: str, name: str) -> NoSuchObject:
    return NoSuchObject(f'no {kind} with name "{name}" found: no such {kind}', hint=f"see the list: wharf {kind} ls")


def object_name_in_use(kind: str, name: str) -> NameInUse:
    return NameInUse(f"{kind} with name {name} already exists: {kind} already exists", hint="choose another name")


def only_match(prefix: str, matches: Sequence[str]) -> str:
    """The one id that begins with `prefix`. Raises `NoSuchContainer`, `AmbiguousName`."""
    if not matches or not prefix:
        raise no_such_container(prefix)
    if len(matches) > 1:
        some = ", ".join(match[:12] for match in matches[:5])
        raise AmbiguousName(
            f'more than one container has an ID that begins with "{prefix}": {some}', hint="give more of the ID"
        )
    return matches[0]

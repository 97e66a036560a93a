"""Where containers are kept: their configuration, name and state, and a journal of what happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from core.events import Event
from core.model.config import ContainerRecord
from core.model.health import HealthResult
from core.model.state import ContainerState


class Store(Protocol):
    """May be called from any thread. Every change is on disk when a call returns, whole or not at all."""

    def add(self, record: ContainerRecord) -> None:
        """Raises `NameInUse`."""

    def get(self, container_id: str) -> ContainerRecord:
        """Raises `NoSuchContainer`."""

    def resolve(self, name_or_id: str) -> str:
        """The id of the container with this name, else this id, else this unique prefix of an id.

        Raises `NoSuchContainer`, and `AmbiguousName` with the candidates.
        """

    def all(self) -> Iterator[ContainerRecord]:
        """In the order of creation, as they are now, each made when it is asked for: many at once take fresh memory."""

    # These ask for few of many, and do not read the others.

    def named(self, name: str) -> str | None:
        """The id of the container with this very name."""

    def mentioning(self, identifier: str) -> list[ContainerRecord]:
        """Those in whose configuration an id stands, as their own, their pod's, or of what they need; as `all`."""

    def unsettled(self) -> list[ContainerRecord]:
        """Those with an intent, and those at rest that have something mounted or connected; as `all`."""

    def save_state(self, container_id: str, state: ContainerState) -> None:
        """Raises `NoSuchContainer`."""

    def rename(self, container_id: str, new_name: str) -> None:
        """Raises `NoSuchContainer`, `NameInUse`."""

    def remove(self, container_id: str) -> None:
        """No error where it is not there."""

    def boot_id(self) -> str:
        """The boot that the states belong to; empty before the first."""

    def set_boot_id(self, boot_id: str) -> None: ...

    def record_event(self, event: Event) -> Event:
        """Append to the journal, which keeps the last `JOURNAL_LIMIT` events; the event with its sequence."""

    def events_after(self, sequence: int, limit: int = 1000) -> list[Event]:
        """The events with a higher sequence, oldest first."""

    def last_sequence(self) -> int:
        """The sequence of the newest event, 0 where there is none."""

    def add_health_result(self, container_id: str, result: HealthResult) -> None:
        """Keep a result, and the last `HEALTH_LOG` of the container in all; they go with it.

        Raises `NoSuchContainer`.
        """

    def health_results(self, container_id: str) -> list[HealthResult]:
        """Oldest first."""

    def add_object(self, kind: str, name: str, content: bytes) -> None:
        """Keep something that is no container, as JSON; see `Catalogue`. Raises `NameInUse`."""

    def object(self, kind: str, name: str) -> bytes | None:
        """None where it is not there."""

    def objects(self, kind: str) -> list[bytes]:
        """In the order of their names."""

    def save_object(self, kind: str, name: str, content: bytes) -> None:
        """Raises `NoSuchObject`."""

    def remove_object(self, kind: str, name: str) -> None:
        """No error where it is not there."""

    def close(self) -> None: ...

"""A store in memory, for tests and for what nobody wants to keep."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator

import msgspec

from core.events import Event
from core.model.config import ContainerRecord
from core.model.health import HEALTH_LOG, HealthResult
from core.model.state import IDLE_STATUSES, ContainerState
from core.store.lookup import (
    JOURNAL_LIMIT,
    name_in_use,
    no_such_container,
    no_such_object,
    object_name_in_use,
    only_match,
)


class MemoryStore:
    """See `Store`."""

    def __init__(self) -> None:
        self._records: dict[str, ContainerRecord] = {}
        self._events: deque[Event] = deque(maxlen=JOURNAL_LIMIT)
        self._objects: dict[tuple[str, str], bytes] = {}
        self._health: dict[str, deque[HealthResult]] = {}
        self._sequence = 0
        self._boot_id = ""
        self._lock = threading.RLock()

    def add(self, record: ContainerRecord) -> None:
        with self._lock:
            self._require_free(record.name)
            self._records[record.id] = record

    def get(self, container_id: str) -> ContainerRecord:
        with self._lock:
            try:
                return self._records[container_id]
            except KeyError:
                raise no_such_container(container_id) from None

    def resolve(self, name_or_id: str) -> str:
        with self._lock:
            for record in self._records.values():
                if record.name == name_or_id:
                    return record.id
            if name_or_id in self._records:
                return name_or_id
            return only_match(name_or_id, [known for known in self._records if known.startswith(name_or_id)])

    def all(self) -> Iterator[ContainerRecord]:
        with self._lock:
            return iter(sorted(self._records.values(), key=lambda record: (record.config.created_at, record.id)))

    def named(self, name: str) -> str | None:
        with self._lock:
            return next((record.id for record in self._records.values() if record.name == name), None)

    def mentioning(self, identifier: str) -> list[ContainerRecord]:
        return [record for record in self.all() if identifier.encode() in msgspec.json.encode(record.config)]

    def unsettled(self) -> list[ContainerRecord]:
        return [record for record in self.all() if record.state.intent is not None or _is_held(record.state)]

    def save_state(self, container_id: str, state: ContainerState) -> None:
        with self._lock:
            self._records[container_id] = msgspec.structs.replace(self.get(container_id), state=state)

    def rename(self, container_id: str, new_name: str) -> None:
        with self._lock:
            record = self.get(container_id)
            self._require_free(new_name)
            self._records[container_id] = msgspec.structs.replace(record, name=new_name)

    def remove(self, container_id: str) -> None:
        with self._lock:
            self._records.pop(container_id, None)
            self._health.pop(container_id, None)

    def boot_id(self) -> str:
        return self._boot_id

    def set_boot_id(self, boot_id: str) -> None:
        self._boot_id = boot_id

    def record_event(self, event: Event) -> Event:
        with self._lock:
            self._sequence += 1
            recorded = msgspec.structs.replace(event, sequence=self._sequence)
            self._events.append(recorded)
            return recorded

    def events_after(self, sequence: int, limit: int = 1000) -> list[Event]:
        with self._lock:
            return [event for event in self._events if event.sequence > sequence][:limit]

    def last_sequence(self) -> int:
        return self._sequence

    def add_health_result(self, container_id: str, result: HealthResult) -> None:
        with self._lock:
            self.get(container_id)
            self._health.setdefault(container_id, deque(maxlen=HEALTH_LOG)).append(result)

    def health_results(self, container_id: str) -> list[HealthResult]:
        with self._lock:
            return list(self._health.get(container_id, ()))

    def add_object(self, kind: str, name: str, content: bytes) -> None:
        with self._lock:
            if (kind, name) in self._objects:
                raise object_name_in_use(kind, name)
            self._objects[kind, name] = content

    def object(self, kind: str, name: str) -> bytes | None:
        return self._objects.get((kind, name))

    def objects(self, kind: str) -> list[bytes]:
        with self._lock:
            return [content for key, content in sorted(self._objects.items()) if key[0] == kind]

    def save_object(self, kind: str, name: str, content: bytes) -> None:
        with self._lock:
            if (kind, name) not in self._objects:
                raise no_such_object(kind, name)
            self._objects[kind, name] = content

    def remove_object(self, kind: str, name: str) -> None:
        with self._lock:
            self._objects.pop((kind, name), None)

    def close(self) -> None:
        """Nothing is open."""

    def _require_free(self, name: str) -> None:
        for record in self._records.values():
            if record.name == name:
                raise name_in_use(name, record.id)


def _is_held(state: ContainerState) -> bool:
    return state.status in IDLE_STATUSES and bool(state.mount_point or state.leases)

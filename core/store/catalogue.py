"""Typed records of one kind in the store: volumes, networks, pods and what else has a name and is no container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from core.errors import DatabaseDamaged
from core.store.lookup import no_such_object

if TYPE_CHECKING:
    from core.store.contract import Store

T = TypeVar("T", bound=msgspec.Struct)


class Catalogue(Generic[T]):
    """All records of a `kind`, by their name. May be called from any thread; every change is whole or not at all."""

    def __init__(self, store: Store, kind: str, record: type[T]) -> None:
        self._store = store
        self._kind = kind
        self._decoder = msgspec.json.Decoder(record)

    def add(self, name: str, record: T) -> None:
        """Raises `NameInUse`."""
        self._store.add_object(self._kind, name, msgspec.json.encode(record))

    def find(self, name: str) -> T | None:
        """None where there is none."""
        content = self._store.object(self._kind, name)
        return None if content is None else self._decoded(content)

    def get(self, name: str) -> T:
        """Raises `NoSuchObject`."""
        record = self.find(name)
        if record is None:
            raise no_such_object(self._kind, name)
        return record

    def all(self) -> list[T]:
        """In the order of their names."""
        return [self._decoded(content) for content in self._store.objects(self._kind)]

    def save(self, name: str, record: T) -> None:
        """Write a record anew. Raises `NoSuchObject`."""
        self._store.save_object(self._kind, name, msgspec.json.encode(record))

    def remove(self, name: str) -> None:
        """No error where it is not there."""
        self._store.remove_object(self._kind, name)

    def _decoded(self, content: bytes) -> T:
        try:
            return self._decoder.decode(content)
        except msgspec.MsgspecError as error:
            raise DatabaseDamaged(f"the record of a {self._kind} can not be read: {error}") from error

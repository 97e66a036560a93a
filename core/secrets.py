"""The secrets of one root directory."""

from __future__ import annotations

from collections.abc import Mapping

from core.model.secret import Secret
from core.operations import secrets as operations
from core.operations.parts import EngineParts


class Secrets:
    """The `secrets` of an engine. May be called from any thread."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts

    def all(self) -> list[Secret]:
        """In the order of their names."""
        return operations.secrets_of(self._parts).all()

    def find(self, name_or_id: str) -> Secret:
        """Raises `NoSuchObject`, `AmbiguousName`."""
        return operations.find_secret(self._parts, name_or_id)

    def create(
        self, name: str, data: bytes, labels: Mapping[str, str] | None = None, *, replace: bool = False
    ) -> Secret:
        """Keep one; with `replace` in place of the one that has the name. Raises `InvalidArgument`, `NameInUse`."""
        return operations.create_secret(self._parts, name, data, labels or {}, replace=replace)

    def data(self, name_or_id: str) -> bytes:
        """Raises `NoSuchObject`, `AmbiguousName`."""
        return self._parts.paths.secret(self.find(name_or_id).id).read_bytes()

    def keys(self, name_or_id: str) -> dict[str, bytes]:
        """The data of one that `kube play` made, by key. Raises `InvalidArgument` for any other."""
        return operations.keys_of(self.data(name_or_id))

    def remove(self, name_or_id: str) -> Secret:
        """Forget it, and give what it was; containers keep their files. Raises `NoSuchObject`, `AmbiguousName`."""
        secret = self.find(name_or_id)
        operations.remove_secret(self._parts, secret)
        return secret

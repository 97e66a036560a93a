"""What every verb of a container stands on: its record, and the container under its lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from core.errors import NoSuchContainer, RuntimeFailed
from core.events import EventKind
from core.host.locks import FileLock
from core.model.config import ContainerConfig, ContainerRecord
from core.model.options import CreateOptions
from core.model.snapshot import ContainerSnapshot
from core.model.state import IDLE_STATUSES, Verb, require
from core.operations.parts import EngineParts, Transaction
from core.operations.snapshot import snapshot_of
from core.operations.synchronise import synchronise

LOCK_PATIENCE: Final = 60.0
"""Seconds that a verb waits for another that holds the container."""


class Handle:
    """Lock, synchronise, check the state; what the verbs have in common."""

    def __init__(self, parts: EngineParts, container_id: str) -> None:
        self._parts = parts
        self.id = container_id

    @property
    def name(self) -> str:
        return self._record.name

    @property
    def config(self) -> ContainerConfig:
        """What the container was made with; never changes."""
        return self._record.config

    @property
    def _record(self) -> ContainerRecord:
        return self._parts.store.get(self.id)

    @contextmanager
    def hold(self, verb: Verb | None = None, patience: float = LOCK_PATIENCE) -> Iterator[Transaction]:
        """The container under its lock, synchronised, and allowed to do `verb`."""
        lock = FileLock(self._parts.paths.lock(self.id))
        lock.acquire(timeout=patience)
        try:
            held = Transaction(self._parts, self._parts.store.get(self.id))
            synchronise(held)
            if verb is not None:
                require(verb, held.state.status, held.name, held.id)
            try:
                yield held
            except RuntimeFailed as error:
                if verb is not None and not held.removed:
                    from core.operations.endings import blame_its_end

                    blame_its_end(held, verb, error)
                raise
        finally:
            lock.release()

    def refresh(self) -> ContainerSnapshot:
        """Bring the stored state in line with what is there."""
        with self.hold() as held:
            return snapshot_of(self._parts, held.record)

    def snapshot(self) -> ContainerSnapshot:
        """What is stored, without waiting for whoever works on it."""
        return snapshot_of(self._parts, self._record)

    def options(self, pod: str = "") -> CreateOptions:
        """What makes a container like it, in `pod` or, where that is empty, in its own one; without a name.

        Raises `NoSuchObject` for no such pod.
        """
        from core.operations.clone import options_in_pod

        return options_in_pod(self._parts, self._record, pod)

    def inspect(self) -> dict[str, object]:
        """All that is known, as nested plain values with podman's keys."""
        from core.operations.inspect import inspect

        self.refresh()
        return inspect(self._parts, self._record)

    def rename(self, new_name: str) -> None:
        """Give another name. Allowed: any state. Raises `InvalidArgument`, `NameInUse`."""
        from core.operations.create import check_name

        check_name(new_name)
        with self.hold(Verb.RENAME) as held:
            self._parts.store.rename(self.id, new_name)
            self._parts.emit(EventKind.RENAME, self.id, new_name, former=held.name)

    def unmount_unused(self) -> None:
        """Unmount a root that was mounted only to be read or written from here, unless somebody else still does.

        Nothing is left to do for a container that is gone.
        """
        from core.operations import mount as mount_operation
        from core.operations.release import is_exporting

        with suppress(NoSuchContainer), self.hold() as held:
            idle = held.state.status in IDLE_STATUSES
            if idle and not held.state.kept_mounted and not is_exporting(self._parts, self.id):
                mount_operation.unmount(held)

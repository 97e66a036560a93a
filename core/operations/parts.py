"""What the operations work with: the engine's parts, and one container under its lock."""

from __future__ import annotations

import os
import time
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from core.errors import HostIncomplete
from core.events import Event, EventBus, EventKind
from core.host.actor import acting_command, acting_user
from core.host.process_stat import boot_id
from core.host.processes import find_program
from core.host.rootless import outside_user
from core.model.config import ContainerConfig, ContainerRecord
from core.model.state import ContainerState

if TYPE_CHECKING:
    from core.monitor.contract import Monitor
    from core.network.contract import NetworkDriver
    from core.paths import EnginePaths
    from core.runtime.contract import Runtime
    from core.settings import Settings
    from core.storage.contract import Storage
    from core.store.contract import Store


class EngineParts:
    """The parts that one engine is made of, on the directories of `paths`. `boot_id`: of the running kernel.

    What few verbs need is loaded by the first that asks for it. Raises `HostIncomplete`.
    """

    def __init__(self, paths: EnginePaths, settings: Settings, store: Store) -> None:
        self.paths = paths
        self.settings = settings
        self.store = store
        self.bus = EventBus()
        self.boot_id = boot_id()
        self._runtimes: dict[str, Runtime] = {}

    @property
    def runtime(self) -> Runtime:
        """That of new containers. It observes those of every runtime: their files are in one place."""
        return self.runtime_named("")

    def runtime_named(self, name: str) -> Runtime:
        """A runtime by name or path, the engine's own for an empty one.

        One that is not on this machine can still observe, and forget what is not there.
        """
        name = name or self.settings.runtime
        if name not in self._runtimes:
            from core.runtime.runc import Runc

            try:
                path = find_program(name)
            except HostIncomplete:
                path = name
            self._runtimes[name] = Runc(path, self.paths.runtime_root, self.settings.operation_timeout)
        return self._runtimes[name]

    @cached_property
    def monitor(self) -> Monitor:
        from core.monitor.conmon import Conmon

        path, runtime, timeout = find_program(self.settings.monitor), self.runtime, self.settings.operation_timeout
        return Conmon(path, self.paths, runtime.path, runtime.create_argv_options(), timeout)

    @cached_property
    def storage(self) -> Storage:
        from core.storage.containers_storage import ContainersStorage

        return ContainersStorage(self.paths, self.settings)

    @cached_property
    def network(self) -> NetworkDriver:
        from core.network.netavark import Netavark

        if outside_user() is None:
            return Netavark(self.paths, self.settings)
        from core.network.user_bridges import UserBridges

        return Netavark(self.paths, self.settings, UserBridges(self.paths))

    def emit(self, kind: EventKind, container_id: str = "", name: str = "", **attributes: str) -> None:
        """Write an event to the journal, with the runtime's commands that led to it and who is at work here.

        Listeners, here and in other processes, learn it from there.
        """
        ran = [command for runtime in list(self._runtimes.values()) for command in runtime.take_commands()]
        commands = [command for command in ran if container_id and container_id in command]
        if commands:
            attributes["runtime"] = "; ".join(commands)
        self.store.record_event(
            Event(
                kind=kind,
                time=time.time(),
                container_id=container_id,
                name=name,
                attributes=attributes,
                process=os.getpid(),
                user=acting_user(),
                command=acting_command(),
            )
        )


class Transaction:
    """One container, held under its lock: its record, and the only way to change it."""

    def __init__(self, parts: EngineParts, record: ContainerRecord) -> None:
        self.parts = parts
        self.record = record
        self.removed = False
        self._has_notes = False

    @property
    def id(self) -> str:
        return self.record.config.id

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def config(self) -> ContainerConfig:
        return self.record.config

    @property
    def state(self) -> ContainerState:
        return self.record.state

    @property
    def runtime(self) -> Runtime:
        """The one that it was made for, whichever the engine has now."""
        return self.parts.runtime_named(self.config.runtime)

    def note(self, **changes: object) -> None:
        """Change these fields of the state here; in the store they change with the next that is written.

        For what a repair finds out without it.
        """
        self.record = msgspec.structs.replace(self.record, state=msgspec.structs.replace(self.state, **changes))
        self._has_notes = True

    def save(self, **changes: object) -> None:
        """Write the state with these fields changed."""
        self.write(msgspec.structs.replace(self.state, **changes))

    def write(self, state: ContainerState) -> None:
        """Write a whole state; nothing is written where nothing changed."""
        if state != self.state or self._has_notes:
            self.parts.store.save_state(self.id, state)
            self.record = msgspec.structs.replace(self.record, state=state)
            self._has_notes = False

    def emit(self, kind: EventKind, **attributes: str) -> None:
        self.parts.emit(kind, self.id, self.name, **attributes)

"""What the engine needs of an OCI runtime. No policy and no state is kept here."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec

from core.model.options import CheckpointOptions


class Phase(enum.StrEnum):
    """Where the runtime sees a container. `absent`: it knows none of that id."""

    ABSENT = "absent"
    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class Observation(msgspec.Struct, frozen=True):
    """`pid` with its start (clock ticks since boot); `cgroup_paths` by controller of version 1, "" for version 2."""

    phase: Phase
    pid: int
    pid_start: int
    cgroup_paths: dict[str, str]


class Runtime(Protocol):
    """An OCI runtime with runc's command line.

    Every call but `observe` may run the program. Raises `RuntimeFailed`, `TimedOut` where it hangs, `HostIncomplete`.
    """

    path: str

    def version(self) -> str:
        """The first line of what it says of its version."""

    def observe(self, container_id: str) -> Observation:
        """What the files of the runtime and of the kernel tell. Raises `RuntimeFailed` where its file is damaged."""

    def take_commands(self) -> list[str]:
        """The command lines that this thread has had run since it asked last, as one would type them."""

    def state(self, container_id: str) -> Observation:
        """What the runtime itself says, without the start of the process and the cgroups."""

    def start(self, container_id: str) -> None:
        """Run the created process."""

    def finish_start(self, container_id: str) -> None:
        """Let a process be seen as running whose start was killed once it ran."""

    def kill(self, container_id: str, signal: int) -> None:
        """Send a signal to the first process."""

    def pause(self, container_id: str) -> None:
        """Freeze; returns when all is frozen."""

    def resume(self, container_id: str) -> None:
        """Thaw."""

    def checkpoint(self, container_id: str, image: Path, work: Path, options: CheckpointOptions) -> None:
        """Write the processes into the directory `image`, and CRIU's log into `work`; they end unless left running."""

    def update(self, container_id: str, resources: Mapping[str, Any]) -> None:
        """Set other limits, in the form of a runtime spec's `resources`; undone where one of them is refused."""

    def delete(self, container_id: str, *, force: bool = False) -> None:
        """Forget a container; with `force` kill it before. No error where it is absent."""

    def processes(self, container_id: str) -> list[int]:
        """The PIDs, as the host counts them, of all of a container's processes."""

    def exec_argv(
        self,
        container_id: str,
        *,
        process_file: Path,
        terminal: bool,
        pid_file: Path | None = None,
        detach: bool = False,
        log: Path | None = None,
        descriptors: int = 0,
    ) -> list[str]:
        """The command that runs a further process, described in `process_file`; its errors go to `log` as JSON.

        It hands on that many `descriptors`, from 3 on.
        """

    def create_argv_options(self) -> list[str]:
        """The options that a monitor must give before `create`."""

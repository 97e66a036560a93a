"""What the engine needs of a container's monitor: the process that keeps its console, log and exit code."""

from __future__ import annotations

from typing import Protocol

import msgspec

from core.model.log_target import OWN_FILE, LogTarget


class MonitorRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A container to create. Its bundle with config.json is in place. `log_size_max`: bytes.
    `stdin_once`: the input ends with the first client's.

    `log`: where what it prints is written down. `time_limit`: seconds after which it is killed; 0 for never.
    `exit_command`: what the monitor runs when the container has ended; empty for nothing.
    """

    container_id: str
    name: str
    terminal: bool
    stdin_open: bool
    stdin_once: bool = False
    log_size_max: int
    log: LogTarget = OWN_FILE
    time_limit: int = 0
    exit_command: tuple[str, ...] = ()
    restore: str = ""
    """The directory of a checkpoint to take up; empty for a new process."""
    runtime_options: tuple[str, ...] = ()
    """Further options of the runtime's verb."""
    descriptors: tuple[int, ...] = ()
    """Kept open by the monitor for as long as it lives: the ports that the container publishes."""
    handed_on: int = 0
    """How many of our own descriptors, from 3 on, the container's process gets."""
    runtime: str = ""
    """The path of the container's own runtime; empty for the monitor's."""
    runtime_arguments: tuple[str, ...] = ()
    """Further options of the runtime, before its verb."""
    is_alone: bool = False
    """Nothing comes of the create but the container's first process, which waits to be started, and the monitor."""
    notify_socket: str = ""
    """The socket of systemd to which the monitor passes on what the container says of itself; empty for none."""


class Monitor(Protocol):
    """One monitor process a container. It outlives the process that started it."""

    def create(self, request: MonitorRequest) -> int:
        """Have the runtime create the container; its PID.

        What a former run left is removed first. Raises `MonitorFailed`, `RuntimeFailed`, `NoSuchExecutable`,
        `NotExecutable`, `TimedOut`.
        """

    def find(self, container_id: str) -> tuple[int, int] | None:
        """PID and start (ticks) of the container's living monitor."""

    def created_pid(self, container_id: str) -> int | None:
        """The PID that the monitor reported, None while it has said nothing. Raises what it reported as an error."""

    def exit_code(self, container_id: str) -> int | None:
        """The exit code of the last run, None where there is none yet."""

    def oom_killed(self, container_id: str) -> bool:
        """Whether the kernel killed a process of the last run for want of memory."""

    def wait_exit(self, container_id: str, pid: int, pid_start: int, timeout: float | None) -> int:
        """The exit code, as soon as it is there; -1 where nobody is left who could tell it.

        Raises `TimedOut` after `timeout` seconds.
        """

    def wait_gone(self, container_id: str, timeout: float) -> bool:
        """Whether the monitor process itself ended within `timeout` seconds."""

    def resize(self, container_id: str, columns: int, rows: int) -> None:
        """Set the size of the container's terminal and see that it holds. Raises `MonitorFailed` where it does not."""

    def console_size(self, container_id: str) -> tuple[int, int] | None:
        """Columns and rows of the container's terminal now; None where there is none or it can not be seen."""

    def forget(self, container_id: str) -> None:
        """Remove the exit code and the other files of the last run."""

"""Frozen pictures of a container for those who show it."""

from __future__ import annotations

import msgspec

from core.model.config import ResourceLimits
from core.model.state import Intent, Status


class ContainerSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A container as a list shows it. Times: Unix seconds, 0.0 for never. `image`: name as asked, or a directory.

    `intent` is what some process is doing to it right now, or None.
    """

    id: str
    name: str
    image: str
    image_id: str
    command: tuple[str, ...]
    status: Status
    intent: Intent | None
    pid: int
    exit_code: int | None
    oom_killed: bool
    monitor_lost: bool
    created_at: float
    started_at: float
    finished_at: float
    mount_point: str
    terminal: bool
    stdin_open: bool
    labels: dict[str, str]
    log_path: str
    stop_timeout: int
    network: str
    restarts: int
    restart_policy: str
    stopped_by_user: bool
    resources: ResourceLimits
    error: str


class ResourceSample(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a container's cgroup. `at`: monotonic seconds. `cpu_ns`: nanoseconds used since it began.

    `memory`: bytes charged, without inactive file cache (as `podman stats` counts). `memory_limit`: bytes, 0 for none.
    `cpu_percent`: percent of one CPU since the reading before, 0.0 at the first.
    """

    at: float
    cpu_ns: int
    cpu_percent: float
    memory: int
    memory_limit: int
    pids: int


class ProcessEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A process in a container. `pid`: the host's number. `cpu_time`: seconds. `memory`: resident bytes."""

    pid: int
    parent: int
    user: str
    state: str
    cpu_time: float
    memory: int
    command: str


class ExportProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an export is. `done`, `total`: bytes of tar; `total` is an estimate. `rate`: bytes a second."""

    done: int
    total: int
    rate: float


class PullProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an image transfer is. Bytes; `total` is 0 while unknown. `phase`: downloading, applying."""

    done: int
    total: int
    phase: str

"""Frozen pictures of a container for those who show it."""

import msgspec

from core.model.config import ResourceLimits
from core.model.health import Health
from core.model.log_target import LogDriver
from core.model.network import PortMapping
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
    log_driver: LogDriver = LogDriver.K8S_FILE
    """Only with the first there is something at `log_path`."""
    stop_timeout: int
    network: str
    networks: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    ports: tuple[PortMapping, ...] = ()
    restarts: int
    restart_policy: str
    stopped_by_user: bool
    resources: ResourceLimits
    health: Health | None = None
    pod: str = ""
    """The id of its pod."""
    pod_name: str = ""
    is_infra: bool = False
    mounts: tuple[str, ...] = ()
    """Names of volumes and paths of the host that are shown in it, and where."""
    error: str
    checkpointed: bool = False


class ResourceSample(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a container's cgroup. `at`: monotonic seconds. `cpu_ns`: nanoseconds used since it began.

    `memory`: bytes charged, without inactive file cache (as `podman stats` counts); `memory_anonymous` and
    `memory_file`: the program's own and the cache's. `memory_limit`: bytes, 0 for none. `cpu_percent`: percent of one
    CPU since the reading before; `throttled_percent`: percent of that time in which its CPU limit held it back; rates:
    bytes a second; all 0.0 at the first. `pressure`: of `cpu`, `io` and `memory`, percent of the last ten seconds in
    which some of it waited (PSI).
    """

    at: float
    cpu_ns: int
    cpu_percent: float
    memory: int
    memory_limit: int
    pids: int
    throttled_percent: float = 0.0
    memory_anonymous: int = 0
    memory_file: int = 0
    oom_kills: int = 0
    """Processes that the kernel has killed in it for want of memory."""
    block_read: int = 0
    block_written: int = 0
    block_read_rate: float = 0.0
    block_written_rate: float = 0.0
    network_received: int = 0
    network_sent: int = 0
    network_received_rate: float = 0.0
    network_sent_rate: float = 0.0
    network_shared: bool = False
    """It is on the host's network: what it receives and sends can not be told from what all others do."""
    pressure: dict[str, float] = {}


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


class LayerProgress(msgspec.Struct, frozen=True, kw_only=True):
    """One layer of a transfer. `digest`: of the packed layer. `done`, `total`: bytes."""

    digest: str
    done: int
    total: int


class PullProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an image transfer is. Bytes; `total` is 0 while unknown. `phase`: downloading, applying.

    `layers`: those of an image that is copied in, the lowest first; none while unknown.
    """

    done: int
    total: int
    phase: str
    layers: tuple[LayerProgress, ...] = ()

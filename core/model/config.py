"""A container's configuration. It never changes once it is written; the name lives beside it, as it can change."""

import enum
from typing import Final

import msgspec

from core.model.health import HealthCheck
from core.model.id_mappings import IdMappings
from core.model.kernel_settings import KernelSettings
from core.model.limits import DEFAULT_PIDS_LIMIT as DEFAULT_PIDS_LIMIT
from core.model.limits import ResourceLimits as ResourceLimits
from core.model.log_target import OWN_FILE, LogTarget
from core.model.namespaces import Namespaces
from core.model.network import NO_NAME_OPTIONS, NameOptions, PortMapping
from core.model.restart import NO_RESTART, RestartPolicy
from core.model.secret import SecretUse
from core.model.state import ContainerState
from core.model.surroundings import NO_SURROUNDINGS, Surroundings

DEFAULT_SHM_SIZE: Final = 64 * 1024 * 1024
DEFAULT_STOP_TIMEOUT: Final = 10
DEFAULT_LOG_SIZE_MAX: Final = 64 * 1024 * 1024
DEFAULT_CGROUP_PARENT: Final = "/wharfinger"


class ProcessConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The container's first process, as merged from the image and the request.

    `user`: `USER[:GROUP]` by name or number, empty for root. `env`: `NAME=VALUE` lines. `stdin_once`: the open input
    ends when the first client has no more to type or leaves, as Docker's StdinOnce; only without a terminal.
    """

    args: tuple[str, ...]
    env: tuple[str, ...] = ()
    cwd: str = "/"
    user: str = ""
    terminal: bool = False
    stdin_open: bool = False
    stdin_once: bool = False


class BindMount(msgspec.Struct, frozen=True, kw_only=True):
    """A host directory or file shown in the container. `options` as in the runtime spec (ro, rw, rbind, rprivate …).

    `chown`: all of it is given to the container's user at each start.
    """

    source: str
    destination: str
    options: tuple[str, ...] = ("rbind", "rprivate", "rw")
    chown: bool = False


class VolumeMount(msgspec.Struct, frozen=True, kw_only=True):
    """A volume shown in the container. `name`: in a request, empty for an anonymous one.

    `copy`: one that is used for the first time is filled with what the image has there. `chown`: as of `BindMount`.
    """

    destination: str
    name: str = ""
    options: tuple[str, ...] = ("rbind", "rprivate", "rw", "nosuid", "nodev")
    copy: bool = True
    chown: bool = False
    anonymous: bool = False


class TmpfsMount(msgspec.Struct, frozen=True, kw_only=True):
    """A file system of the container's own that no disk has. `options` as of mount(8), such as size=16m, mode=1777.

    `kind`: tmpfs, ramfs or devpts.
    """

    destination: str
    kind: str = "tmpfs"
    options: tuple[str, ...] = ("rw", "noexec", "nosuid", "nodev")


class ImageMount(msgspec.Struct, frozen=True, kw_only=True):
    """The root of an image shown in the container. `image`: the name or id that was asked for; `image_id` its id.

    `writable`: what is written is kept until the container ends.
    """

    destination: str
    image: str
    image_id: str = ""
    writable: bool = False


class InitKind(enum.StrEnum):
    """When an init container runs: before every start of its pod, or before the first, after which it is removed."""

    ALWAYS = "always"
    ONCE = "once"


class NetworkMode(enum.StrEnum):
    """`host`: the host's network. `none`: a namespace with loopback alone. `container`: that of another container.

    `bridge`: a namespace connected to networks, of whatever driver. `ns`: the namespace that a path names.
    `slirp4netns`, `pasta`: a namespace whose traffic a process of that name carries; no root is needed.
    """

    HOST = "host"
    NONE = "none"
    CONTAINER = "container"
    BRIDGE = "bridge"
    PATH = "ns"
    SLIRP4NETNS = "slirp4netns"
    PASTA = "pasta"

    @property
    def is_user_mode(self) -> bool:
        """Whether a process of its own carries the traffic."""
        return self in (NetworkMode.SLIRP4NETNS, NetworkMode.PASTA)


class Security(msgspec.Struct, frozen=True, kw_only=True):
    """What the container may do. `seccomp_profile`: a path, `unconfined`, or empty for the default profile.

    `masked_paths`: hidden beside the usual ones; `unmasked_paths`: shown nevertheless, `ALL` for all. `proc_options`:
    of the mount of /proc. `apparmor_profile`: empty for none. `seccomp_of_image`: the profile that the image brings as
    a label goes first.
    """

    privileged: bool = False
    capabilities_add: tuple[str, ...] = ()
    capabilities_drop: tuple[str, ...] = ()
    no_new_privileges: bool = False
    seccomp_profile: str = ""
    read_only_root: bool = False
    masked_paths: tuple[str, ...] = ()
    unmasked_paths: tuple[str, ...] = ()
    proc_options: tuple[str, ...] = ()
    apparmor_profile: str = ""
    seccomp_of_image: bool = False


class ContainerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """All that defines a container. `id`: 64 hexadecimal digits. `created_at`: Unix seconds.

    Exactly one of `image_id` and `rootfs` is set. `image` is the name that was asked for. `stop_timeout`: seconds.
    """

    id: str
    created_at: float
    process: ProcessConfig
    runtime: str = ""
    """Its OCI runtime, by name or path, for as long as it lives; empty for the engine's."""
    image: str = ""
    image_id: str = ""
    rootfs: str = ""
    hostname: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    stop_signal: int = 15
    stop_timeout: int = DEFAULT_STOP_TIMEOUT
    bind_mounts: tuple[BindMount, ...] = ()
    tmpfs_mounts: tuple[TmpfsMount, ...] = ()
    volume_mounts: tuple[VolumeMount, ...] = ()
    image_mounts: tuple[ImageMount, ...] = ()
    shm_size: int = DEFAULT_SHM_SIZE
    resources: ResourceLimits = ResourceLimits()
    security: Security = Security()
    network: NetworkMode = NetworkMode.NONE
    network_container: str = ""
    """With `NetworkMode.CONTAINER`: the id of the container whose network is joined."""
    network_path: str = ""
    """With `NetworkMode.PATH`."""
    network_options: str = ""
    """With `slirp4netns` and `pasta`: what follows their name and a colon."""
    namespaces: Namespaces = Namespaces()
    id_mappings: IdMappings | None = None
    """Of its user namespace; None for the host's."""
    requires: tuple[str, ...] = ()
    """The ids of further containers that have to run before it."""
    pod: str = ""
    """The id of its pod."""
    is_infra: bool = False
    """It holds the namespaces of its pod."""
    init_kind: InitKind | None = None
    """It runs to its end before the others of its pod start."""
    systemd: bool = False
    """Its first process is systemd, or is treated as that."""
    without_cgroup: bool = False
    """It stays in the control groups of who starts it; then `cgroup_parent` counts for nothing."""
    cgroup_parent: str = DEFAULT_CGROUP_PARENT
    """The control group that its own is in, as a path below the top."""
    secrets: tuple[SecretUse, ...] = ()
    """Variables are looked up at each start: their values stand nowhere in here."""
    env_of_secrets: tuple[str, ...] = ()
    """`NAME=TEXT` with `$(NAME)` for the value of a secret's variable, filled in at each start."""
    ports: tuple[PortMapping, ...] = ()
    """With `NetworkMode.BRIDGE`. The networks can change, so they are in the state."""
    exposed_ports: tuple[str, ...] = ()
    """`80/tcp`: what the image and the request say is served, published or not."""
    names: NameOptions = NO_NAME_OPTIONS
    init: bool = False
    """Its first process is an init (catatonit) that reaps orphans and passes signals on."""
    auto_remove: bool = False
    restart: RestartPolicy = NO_RESTART
    health_check: HealthCheck | None = None
    log_size_max: int = DEFAULT_LOG_SIZE_MAX
    """Bytes at which conmon starts the log anew."""
    log: LogTarget = OWN_FILE
    time_limit: int = 0
    """Seconds after which the monitor kills it; 0 for none."""
    kernel: KernelSettings = KernelSettings()
    surroundings: Surroundings = NO_SURROUNDINGS
    removes_image: bool = False
    """With `auto_remove`: its image goes, too, where nobody else has it."""
    create_command: tuple[str, ...] = ()

    @property
    def root_owner(self) -> tuple[int, int]:
        """The container's root and its group, as the host counts them."""
        return (0, 0) if self.id_mappings is None else self.id_mappings.root


class ContainerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A container as the store keeps it."""

    config: ContainerConfig
    name: str
    state: ContainerState

    @property
    def id(self) -> str:
        return self.config.id

    @property
    def limits(self) -> ResourceLimits:
        """The limits in force: those that were set since, else the configuration's."""
        return self.config.resources if self.state.limits is None else self.state.limits

    @property
    def restart(self) -> RestartPolicy:
        """The restart policy in force."""
        return self.config.restart if self.state.restart is None else self.state.restart

    @property
    def health_check(self) -> HealthCheck | None:
        """The health check in force."""
        if self.state.no_health_check:
            return None
        return self.config.health_check if self.state.health_check is None else self.state.health_check

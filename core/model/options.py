"""What a caller asks for: the requests for create and exec, before the image's configuration is merged in."""

from typing import Final, Literal

import msgspec

from core.model.config import (
    DEFAULT_LOG_SIZE_MAX,
    DEFAULT_SHM_SIZE,
    BindMount,
    ImageMount,
    InitKind,
    ResourceLimits,
    Security,
    TmpfsMount,
    VolumeMount,
)
from core.model.health import HealthOptions as HealthOptions
from core.model.kernel_settings import KernelSettings
from core.model.log_target import OWN_FILE, LogTarget
from core.model.namespaces import NamespaceOptions
from core.model.network import NO_NAME_OPTIONS, Attachment, NameOptions, PortMapping
from core.model.restart import NO_RESTART, RestartPolicy
from core.model.secret import SecretUse
from core.model.surroundings import NO_SURROUNDINGS, Surroundings

Compression = Literal["none", "gzip", "zstd"]
ImageVolumes = Literal["anonymous", "tmpfs", "ignore"]


class UserNamespaceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`mode`: host, auto or keep-id with options, nomap, container:NAME-OR-ID or ns:PATH. The maps:
    `CONTAINER:HOST:SIZE` each.

    `subuid_name`, `subgid_name`: whose subordinate ids to take (subuid(5)).
    """

    mode: str = ""
    uid_map: tuple[str, ...] = ()
    gid_map: tuple[str, ...] = ()
    subuid_name: str = ""
    subgid_name: str = ""


class CreateOptions(msgspec.Struct, frozen=True, kw_only=True):
    """A container to create, from exactly one of `image` (name or id) and `rootfs` (a directory of the host).

    None means that the image decides, or the default. An empty `entrypoint` removes the image's. `network`: `host`,
    `none`, `container:NAME-OR-ID`, `bridge` or the name of a network; with `bridge`, `attachments` are the networks,
    none for the default one. `publish_all`: the exposed ports, at free ones of the host. `stop_signal`: by name or
    number. `stop_timeout`: seconds. `shm_size`: bytes.
    `volumes_from`: containers whose mounts are had, too, as `NAME-OR-ID[:ro|rw|z]`. `image_volumes`: what the image's
    volumes become.
    """

    image: str = ""
    rootfs: str = ""
    name: str = ""
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] | None = None
    env: tuple[str, ...] = ()
    workdir: str | None = None
    user: str | None = None
    terminal: bool = False
    stdin_open: bool = False
    stdin_once: bool = False
    hostname: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    stop_signal: str | None = None
    stop_timeout: int | None = None
    bind_mounts: tuple[BindMount, ...] = ()
    tmpfs_mounts: tuple[TmpfsMount, ...] = ()
    volume_mounts: tuple[VolumeMount, ...] = ()
    image_mounts: tuple[ImageMount, ...] = ()
    volumes_from: tuple[str, ...] = ()
    image_volumes: ImageVolumes = "anonymous"
    shm_size: int = DEFAULT_SHM_SIZE
    resources: ResourceLimits = ResourceLimits()
    security: Security = Security()
    network: str = "none"
    namespaces: NamespaceOptions = NamespaceOptions()
    user_namespace: UserNamespaceOptions = UserNamespaceOptions()
    requires: tuple[str, ...] = ()
    """Names or ids of containers that have to run before it."""
    pod: str = ""
    """The name or id of its pod: what is shared there is shared where nothing else is asked for."""
    is_infra: bool = False
    init_kind: InitKind | None = None
    secrets: tuple[SecretUse, ...] = ()
    env_of_secrets: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    ports: tuple[PortMapping, ...] = ()
    publish_all: bool = False
    exposed_ports: tuple[str, ...] = ()
    names: NameOptions = NO_NAME_OPTIONS
    init: bool = False
    auto_remove: bool = False
    restart: RestartPolicy = NO_RESTART
    health: HealthOptions = HealthOptions()
    log_size_max: int = DEFAULT_LOG_SIZE_MAX
    log: LogTarget = OWN_FILE
    time_limit: int = 0
    kernel: KernelSettings = KernelSettings()
    unset_env: tuple[str, ...] = ()
    """Variables of the image, or those that every container has, to be left out; `*` for all."""
    image_env: tuple[str, ...] = ()
    """`NAME=VALUE` for variables that the image has; `$NAME` in it is the image's value."""
    surroundings: Surroundings = NO_SURROUNDINGS
    systemd: Literal["true", "false", "always"] = "true"
    """Whether its first process is treated as systemd: true where it is called so."""
    without_cgroup: bool = False
    cgroup_parent: str = ""
    """Below the top; empty for the pod's, or the usual one."""
    removes_image: bool = False
    runtime: str = ""
    """By name or path; empty for the engine's."""
    create_command: tuple[str, ...] = ()


class ExecOptions(msgspec.Struct, frozen=True, kw_only=True):
    """A process to run in a running container. None: as the container's own. `env` is added to the container's.

    `columns` and `rows` give the size of the terminal, with `terminal`.
    """

    args: tuple[str, ...]
    terminal: bool = False
    stdin_open: bool = False
    env: tuple[str, ...] = ()
    workdir: str | None = None
    user: str | None = None
    privileged: bool = False
    columns: int = 80
    rows: int = 24
    descriptors: int = 0
    """How many of the caller's own, from 3 on, the process gets."""


class CheckpointOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`leave_running`: it goes on afterwards. `keep`: CRIU's files stay also where it failed.

    `tcp_established`: with its TCP connections. `file_locks`: with the locks that it holds on files. `export`: an
    archive to be written, packed by `compression`, without what `ignore_…` say. `pre_checkpoint`: its memory alone,
    while it goes on; `with_previous`: what has changed since. `create_image`: the name of an image to be made of it.
    """

    leave_running: bool = False
    export: str = ""
    create_image: str = ""
    compression: Compression = "zstd"
    ignore_rootfs: bool = False
    ignore_volumes: bool = False
    pre_checkpoint: bool = False
    with_previous: bool = False
    keep: bool = False
    tcp_established: bool = False
    file_locks: bool = False


class RestoreOptions(msgspec.Struct, frozen=True, kw_only=True):
    """As `CheckpointOptions`. `keep`: the checkpoint stays, and can be restored again.

    `ignore_static_ip`, `ignore_static_mac`: it gets addresses anew in its networks.
    """

    keep: bool = False
    tcp_established: bool = False
    file_locks: bool = False
    ignore_static_ip: bool = False
    ignore_static_mac: bool = False


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`name`: a new one; empty for its own. `previous`: the archive of the pre-checkpoint, where there was one.

    `ignore_rootfs`, `ignore_volumes`: what of the archive is left out. `pod`: a pod to be in, by name or id. `publish`:
    its ports in place of those that it had.
    """

    name: str = ""
    pod: str = ""
    publish: tuple[PortMapping, ...] = ()
    previous: str = ""
    ignore_rootfs: bool = False
    ignore_volumes: bool = False


DEFAULT_IMPORT: Final = ImportOptions()
DEFAULT_CHECKPOINT: Final = CheckpointOptions()
DEFAULT_RESTORE: Final = RestoreOptions()

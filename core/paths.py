"""Every path that the engine uses on disk."""

from __future__ import annotations

import os
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_ROOT = "/var/lib/wharfinger"
DEFAULT_RUN_ROOT = "/run/wharfinger"


def default_folders() -> tuple[str, str]:
    """The root and the run root of who runs this program: root's are the machine's, others have their own."""
    if os.geteuid() == 0:
        return DEFAULT_ROOT, DEFAULT_RUN_ROOT
    import warnings

    import platformdirs

    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR it takes a folder in /tmp, and says so: that is well.
        warnings.simplefilter("ignore")
        return platformdirs.user_data_dir("wharfinger"), platformdirs.user_runtime_dir("wharfinger")


def configuration_file() -> str:
    """The file that an operator writes: of the screen, and of other machines."""
    import platformdirs

    return os.path.join(platformdirs.user_config_dir("wharfinger"), "config.toml")


def action_journal() -> Path:
    """The journal of what was done from the screen, of who runs this program."""
    import platformdirs

    return platformdirs.user_state_path("wharfinger") / "journal.jsonl"


LOG_FILE = "wharfinger.log"
CONSOLE_LOG = "ctr.log"
DATABASE = "wharfinger.db"
RUNTIME_ROOT = "runc"
HOST_NETWORK_LOCK = "/run/wharfinger.network.lock"
"""Held by whoever changes networks of this machine: the firewall's chains belong to no engine alone."""


@lru_cache(maxsize=1024)
def _below(folder: Path, name: str) -> Path:
    """One verb asks for the same few paths some forty times, and to put one together is slow."""
    return folder / name


class EnginePaths:
    """The two directories of an engine: `root` for what outlives a boot, `run_root` for what does not.

    Those of its folders that are asked for at every step of every verb are made once.
    """

    __slots__ = ("bundles", "containers", "exits", "locks", "root", "run_root")

    def __init__(self, root: Path | None = None, run_root: Path | None = None) -> None:
        from pathlib import Path

        self.root = Path(DEFAULT_ROOT) if root is None else root
        self.run_root = Path(DEFAULT_RUN_ROOT) if run_root is None else run_root
        self.containers = self.root / "containers"
        self.bundles = self.run_root / "bundles"
        self.exits = self.run_root / "exits"
        self.locks = self.run_root / "locks"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EnginePaths) and (self.root, self.run_root) == (other.root, other.run_root)

    def __hash__(self) -> int:
        return hash((self.root, self.run_root))

    @property
    def database(self) -> Path:
        return _below(self.root, DATABASE)

    @property
    def log_file(self) -> Path:
        """The engine's own log, for a person who looks for a cause."""
        return self.root / LOG_FILE

    @property
    def storage_root(self) -> Path:
        return self.root / "storage"

    @property
    def storage_run_root(self) -> Path:
        return self.run_root / "storage"

    @property
    def storage_config(self) -> Path:
        return self.root / "storage.conf"

    @property
    def mount_programs(self) -> Path:
        """What begins the program that mounts layers, where the kernel does not, under that program's name."""
        return self.root / "mount-programs"

    @property
    def signature_policy(self) -> Path:
        return self.root / "policy.json"

    @property
    def transfers(self) -> Path:
        """Parent of the temporary folder of each pull."""
        return self.root / "transfers"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    def secret(self, secret_id: str) -> Path:
        """The data of a secret, of mode 0600."""
        return self.secrets / secret_id

    @property
    def secrets_lock(self) -> Path:
        return self.locks / "secrets"

    def container_secrets(self, container_id: str) -> Path:
        """A container's own copies of its secrets."""
        return _below(self.container(container_id), "secrets")

    def pod(self, pod_id: str) -> Path:
        """What was written for the containers of a pod."""
        return self.root / "pods" / pod_id

    @property
    def infra_root(self) -> Path:
        """The root file system of all infra containers: empty directories and files to mount on."""
        return self.root / "infra"

    @property
    def volumes(self) -> Path:
        return self.root / "volumes"

    def volume(self, name: str) -> Path:
        return self.volumes / name

    def volume_data(self, name: str) -> Path:
        """A volume's files, where podman has them, too."""
        return self.volume(name) / "_data"

    @property
    def volume_locks(self) -> Path:
        return self.run_root / "volume-locks"

    def volume_lock(self, name: str) -> Path:
        return self.volume_locks / name

    def container(self, container_id: str) -> Path:
        """What is kept of a container beside its record: log, secrets, checkpoints."""
        return _below(self.containers, container_id)

    def log(self, container_id: str) -> Path:
        """The container's console log, in the k8s-file format."""
        return _below(self.container(container_id), CONSOLE_LOG)

    def log_name(self, container_id: str) -> str:
        """The same as text, for lists: to put a thousand paths together takes as long as all else that they need."""
        return f"{self.containers}/{container_id}/{CONSOLE_LOG}"

    def bundle(self, container_id: str) -> Path:
        """The OCI bundle, which conmon works in: config.json, attach, ctl, winsz, PID files, the sync file.

        All of it is written anew for each start, and so no disk has to be waited for.
        """
        return _below(self.bundles, container_id)

    def spec(self, container_id: str) -> Path:
        return _below(self.bundle(container_id), "config.json")

    def shm(self, container_id: str) -> Path:
        return _below(self.bundle(container_id), "shm")

    def etc(self, container_id: str) -> Path:
        """hostname, hosts and resolv.conf that are shown in the container."""
        return _below(self.bundle(container_id), "etc")

    def checkpoint(self, container_id: str) -> Path:
        """CRIU's files of the last checkpoint."""
        return _below(self.container(container_id), "checkpoint")

    def shared_memory_archive(self, container_id: str) -> Path:
        """What was in its /dev/shm at the last checkpoint."""
        return _below(self.container(container_id), "devshm-checkpoint.tar")

    def pre_checkpoint(self, container_id: str) -> Path:
        """CRIU's files of what was written of its memory before."""
        return _below(self.container(container_id), "pre-checkpoint")

    def checkpoint_statistics(self, container_id: str) -> Path:
        """What CRIU writes of its work at a checkpoint."""
        return _below(self.container(container_id), "stats-dump")

    def restore_statistics(self, container_id: str) -> Path:
        """What CRIU writes of its work at a restore, where conmon bids it to."""
        return _below(self.bundle(container_id), "stats-restore")

    def attach_socket(self, container_id: str) -> Path:
        return _below(self.bundle(container_id), "attach")

    def control_fifo(self, container_id: str) -> Path:
        return _below(self.bundle(container_id), "ctl")

    def pid_file(self, container_id: str) -> Path:
        return _below(self.bundle(container_id), "pidfile")

    def monitor_pid_file(self, container_id: str) -> Path:
        return _below(self.bundle(container_id), "conmon.pid")

    def sync_file(self, container_id: str) -> Path:
        """What conmon reports to: a regular file, so that its report survives us."""
        return _below(self.bundle(container_id), "sync")

    def runtime_log(self, container_id: str) -> Path:
        return _below(self.bundle(container_id), "oci-log")

    @property
    def runtime_root(self) -> Path:
        return _below(self.run_root, RUNTIME_ROOT)

    def runtime_state(self, container_id: str) -> Path:
        return self.runtime_root / container_id

    def exit_file(self, container_id: str) -> Path:
        return _below(self.exits, container_id)

    def persist(self, container_id: str) -> Path:
        return _below(self.run_root, f"persist/{container_id}")

    def lock(self, container_id: str) -> Path:
        return _below(self.locks, container_id)

    def health_lock(self, container_id: str) -> Path:
        """Held by who runs the container's health check."""
        return self.locks / f"{container_id}.health"

    @property
    def network_lock(self) -> Path:
        """Held by who makes or removes networks, or gives out their addresses."""
        return self.locks / "networks"

    @property
    def namespaces(self) -> Path:
        return _below(self.run_root, "netns")

    def namespace(self, container_id: str) -> Path:
        """A mounted network namespace, of a container that is connected to networks."""
        return _below(self.namespaces, container_id)

    def stand_in_namespace(self, container_id: str) -> Path:
        """For the time of a repair, in place of a namespace that is gone."""
        return self.namespaces / f"{container_id}.repair"

    @property
    def bridges(self) -> Path:
        """The network namespace that an ordinary user's bridges are in, and the socket of its slirp4netns."""
        return self.run_root / "bridges"

    def user_network(self, container_id: str) -> Path:
        """The socket of a container's slirp4netns."""
        return self.run_root / "user-networks" / container_id

    @property
    def name_server(self) -> Path:
        """What aardvark-dns answers from, and its PID."""
        return self.run_root / "networks"

    @property
    def name_server_pid_file(self) -> Path:
        """Written by netavark, beside the names that are answered, a file a network."""
        return self.name_server / "aardvark-dns" / "aardvark.pid"

    @property
    def change_notice(self) -> Path:
        """A file that every writer of the database touches, so that the others notice without asking."""
        return _below(self.run_root, "changed")

    def exec_folder(self, container_id: str) -> Path:
        return _below(self.run_root, f"exec/{container_id}")

"""A container that another engine of this machine made and keeps: what we may see of it, and do to it."""

import enum
from typing import Final

import msgspec

from core.model.state import ALLOWED, Status, Verb


class Keeper(enum.StrEnum):
    """Whose container it is. `runc` and `crun`: of somebody who called the runtime itself.

    `wharfinger`: of an engine of ours on other directories.
    """

    PODMAN = "podman"
    CRIO = "cri-o"
    CONTAINERD = "containerd"
    DOCKER = "docker"
    WHARFINGER = "wharfinger"
    RUNC = "runc"
    CRUN = "crun"


class LogFormat(enum.StrEnum):
    """`cri`: as conmon and containerd write for Kubernetes. `json`: Docker's json-file."""

    CRI = "cri"
    JSON = "json"


SAFE_VERBS: Final = frozenset({Verb.PAUSE, Verb.UNPAUSE, Verb.KILL, Verb.EXEC})
"""What its keeper notices from the runtime or can do without knowing; all else is left to it."""


class ForeignContainer(msgspec.Struct, frozen=True, kw_only=True):
    """A container as its runtime's files show it, or, with the defaults, one that no runtime knows. `created_at`: Unix
    seconds.

    `key` is unique on this machine: the folder in which the runtime keeps it. `owner`: the login whose container it is.
    `image`: its name, the root directory where there is none, or empty where only its keeper knows. `verbs`: what we
    can do to it in some state. `console`: conmon's attach socket, or empty; `console_refusal`: why there is none.
    `log_path`: empty where there is none to be read; `log_hint` says then where it is.
    """

    key: str
    id: str
    name: str
    keeper: Keeper
    namespace: str = ""
    """containerd's."""
    owner: str
    image: str
    command: tuple[str, ...] = ()
    status: Status
    pid: int = 0
    pid_start: int = 0
    created_at: float
    runtime: str = ""
    """The program, by name or path."""
    runtime_root: str = ""
    bundle: str = ""
    cgroup_paths: dict[str, str] = {}
    monitor_pid: int = 0
    terminal: bool = False
    stdin_open: bool = False
    console: str = ""
    console_refusal: str
    log_path: str = ""
    log_format: LogFormat = LogFormat.CRI
    log_hint: str
    verbs: frozenset[Verb]
    error: str = ""
    exit_code: int | None = None
    """Of its last run; None where it runs, or its keeper alone knows."""
    finished_at: float = 0.0
    """As `exit_code`: Unix seconds."""
    labels: dict[str, str] = {}
    """What its keeper's files tell of its labels, and the annotations of its runtime."""

    @property
    def full_name(self) -> str:
        """`podman:web`: what a person types where the name alone means several."""
        return f"{self.keeper}:{self.name}"

    @property
    def started_at(self) -> float:
        """When this run began: a runtime makes each anew."""
        return self.created_at

    @property
    def keepers_command(self) -> str:
        """What its keeper's own command is called."""
        if self.keeper is Keeper.CONTAINERD:
            return f"ctr --namespace {self.namespace}"
        if self.keeper in (Keeper.RUNC, Keeper.CRUN):
            return f"{self.keeper} --root {self.runtime_root}"
        return {Keeper.CRIO: "crictl", Keeper.WHARFINGER: "wharf"}.get(self.keeper, str(self.keeper))

    def allows(self, verb: Verb) -> bool:
        """Whether `verb` can be done to it now."""
        return verb in self.verbs and self.status in ALLOWED[verb]

"""A container's state: what is observed of it, for one boot, and the one table of allowed verbs."""

import enum
from typing import Final

import msgspec

from core.errors import StateForbids
from core.model.health import Health, HealthCheck
from core.model.limits import ResourceLimits
from core.model.network import Attachment, Lease
from core.model.restart import RestartPolicy


class Status(enum.StrEnum):
    """Where a container is in its life. `unknown`: what is observed contradicts what is stored."""

    CONFIGURED = "configured"
    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    EXITED = "exited"
    UNKNOWN = "unknown"


class Verb(enum.StrEnum):
    """What can be done to a container."""

    INIT = "init"
    START = "start"
    STOP = "stop"
    KILL = "kill"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    RESTART = "restart"
    ATTACH = "attach"
    EXEC = "exec"
    MOUNT = "mount"
    UNMOUNT = "unmount"
    EXPORT = "export"
    WAIT = "wait"
    CLEANUP = "cleanup"
    RENAME = "rename"
    DIFF = "diff"
    COMMIT = "commit"
    TOP = "top"
    UPDATE = "update"
    CHECKPOINT = "checkpoint"
    RESTORE = "restore"
    COPY = "copy"
    REMOVE = "remove"
    FORCE_REMOVE = "force remove"


class Intent(enum.StrEnum):
    """An outside effect that was announced in the store before it began."""

    CREATING = "creating"
    INITIALISING = "initialising"
    STARTING = "starting"
    MOUNTING = "mounting"
    UNMOUNTING = "unmounting"
    PAUSING = "pausing"
    UNPAUSING = "unpausing"
    CLEANING = "cleaning"
    COMMITTING = "committing"
    UPDATING = "updating"
    CHECKPOINTING = "checkpointing"
    REMOVING = "removing"
    CONNECTING = "connecting"
    DISCONNECTING = "disconnecting"


LASTING_INTENTS: Final = frozenset({Intent.CREATING, Intent.COMMITTING, Intent.REMOVING})
"""Those with an effect that is still there after a boot."""
IDLE_STATUSES: Final = frozenset({Status.CONFIGURED, Status.EXITED})
"""Those without a process."""
_ANY: Final = frozenset(Status)
_LIVE: Final = frozenset({Status.CREATED, Status.RUNNING, Status.PAUSED})

ALLOWED: Final[dict[Verb, frozenset[Status]]] = {
    Verb.INIT: frozenset({Status.CONFIGURED, Status.EXITED}),
    Verb.START: frozenset({Status.CONFIGURED, Status.CREATED, Status.EXITED}),
    Verb.STOP: frozenset({Status.CREATED, Status.RUNNING, Status.EXITED}),
    Verb.KILL: _LIVE,
    Verb.PAUSE: frozenset({Status.RUNNING}),
    Verb.UNPAUSE: frozenset({Status.PAUSED}),
    Verb.RESTART: _ANY - {Status.UNKNOWN, Status.PAUSED},
    Verb.ATTACH: _LIVE,
    Verb.EXEC: frozenset({Status.RUNNING}),
    Verb.MOUNT: _ANY,
    Verb.UNMOUNT: _ANY - {Status.RUNNING, Status.PAUSED},
    Verb.EXPORT: _ANY,
    Verb.WAIT: _ANY,
    Verb.CLEANUP: frozenset({Status.CONFIGURED, Status.EXITED}),
    Verb.RENAME: _ANY,
    Verb.DIFF: _ANY - {Status.UNKNOWN},
    Verb.COMMIT: _ANY - {Status.UNKNOWN},
    Verb.TOP: frozenset({Status.RUNNING, Status.PAUSED}),
    Verb.CHECKPOINT: frozenset({Status.RUNNING}),
    Verb.RESTORE: frozenset({Status.CONFIGURED, Status.EXITED}),
    Verb.UPDATE: _ANY - {Status.UNKNOWN},
    Verb.COPY: _ANY - {Status.UNKNOWN},
    Verb.REMOVE: frozenset({Status.CONFIGURED, Status.EXITED}),
    Verb.FORCE_REMOVE: _ANY,
}
"""The states in which each verb is allowed: the guards, the keys of the screen and the tests all read this."""

_NEXT_STEP: Final[dict[Status, str]] = {
    Status.CONFIGURED: "start it first",
    Status.CREATED: "start it, or stop it first",
    Status.RUNNING: "stop it first",
    Status.PAUSED: "unpause it first",
    Status.EXITED: "start it first",
    Status.UNKNOWN: "remove it by force, or look at the log file",
}

_REFUSALS: Final[dict[Verb, str]] = {
    Verb.KILL: "can only kill running containers. {name} is in state {status}: container state improper",
    Verb.PAUSE: '"{status}" is not running, can\'t pause: container state improper',
    Verb.UNPAUSE: '"{name}" is not paused, can\'t unpause: container state improper',
    Verb.EXEC: "can only create exec sessions on running containers: container state improper",
    Verb.ATTACH: "you can only attach to running containers",
    Verb.TOP: "top can only be used on running containers",
    Verb.REMOVE: (
        "cannot remove container {name} as it is {status} - running or paused containers cannot be removed without "
        "force: container state improper"
    ),
}
"""podman's sentences, which scripts look for; the name in place of the id, and the hint says what to do."""


_PODMAN_STATES: Final = {Status.CONFIGURED: "created", Status.CREATED: "initialized"}


def podman_state(status: Status) -> str:
    """podman's word: what is configured here is created there, and what is created here initialized."""
    return _PODMAN_STATES.get(status, str(status))


def allows(status: Status, verb: Verb) -> bool:
    """Whether `verb` is allowed in `status`."""
    return status in ALLOWED[verb]


def require(verb: Verb, status: Status, name: str, container_id: str) -> None:
    """Raise `StateForbids` where `verb` is not allowed in `status`."""
    if not allows(status, verb):
        if verb is Verb.PAUSE and status is Status.PAUSED:
            raise StateForbids(
                f'"{name}" is already paused: container state improper',
                hint=_NEXT_STEP[status],
                container_id=container_id,
            )
        sentence = _REFUSALS.get(verb, "can not {verb} container {name}: it is {status}")
        raise StateForbids(
            sentence.format(verb=verb, name=name, status=podman_state(status)),
            hint=_NEXT_STEP[status],
            container_id=container_id,
        )


class ContainerState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a container now. Valid for the boot named by `boot_id`.

    Times are Unix seconds, 0.0 for never. `pid` and `monitor_pid` are 0 when there is no such process, and
    belong with their start times (field 22 of /proc/PID/stat, clock ticks since boot), so that a PID used again is
    never mistaken. `exit_code` is None until the container has exited once; -1 when it could not be learnt.
    """

    status: Status
    intent: Intent | None = None
    pid: int = 0
    pid_start: int = 0
    monitor_pid: int = 0
    monitor_start: int = 0
    monitor_lost: bool = False
    """The container lives, its conmon does not: its console and exit code are lost."""
    exit_code: int | None = None
    oom_killed: bool = False
    started_at: float = 0.0
    finished_at: float = 0.0
    freezer: str = ""
    """The file of its cgroup that tells whether it is frozen, for one that lives."""
    mount_point: str = ""
    """Where the root file system is mounted, or an empty string."""
    kept_mounted: bool = False
    """Mounted on somebody's explicit demand: a clean-up leaves it."""
    restarts: int = 0
    """How often the restart policy has started it since somebody did."""
    quick_ends: int = 0
    """How many runs in a row were short, up to the last restart by the policy."""
    stopped_by_user: bool = False
    """Somebody stopped or killed it: its restart policy leaves it alone."""
    health: Health | None = None
    """By the results since the last start; None for one without a health check, or never started."""
    removes_volumes: bool = False
    """With the intent to remove it: its anonymous volumes go, too."""
    checkpointed: bool = False
    """Its processes are on disk, to be restored."""
    limits: ResourceLimits | None = None
    """Set after its creation; None for those of the configuration."""
    restart: RestartPolicy | None = None
    """As `limits`."""
    health_check: HealthCheck | None = None
    """As `limits`."""
    no_health_check: bool = False
    """It was taken away after its creation."""
    networks: tuple[Attachment, ...] = ()
    """What it is connected to whenever it has a process; outlives the boot."""
    leases: tuple[Lease, ...] = ()
    """What it has in those networks now."""
    error: str = ""
    boot_id: str = ""

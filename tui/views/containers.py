"""The view of containers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from core.model.health import HealthStatus
from core.model.snapshot import ContainerSnapshot, ResourceSample
from core.model.state import Status, Verb, allows
from tui.history import sparkline
from tui.keymap import Action, Scope
from tui.live import Live
from tui.locks import SIGN
from tui.plain_text import GLYPHS, ago, duration_column, is_unhealthy, size
from tui.tabs.registry import CONTAINER_TABS
from tui.views.view import Column, View

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen

CHART: Final = 10
"""Columns of the chart, a second each."""
FULL: Final = 100.0
"""Percent of a CPU that a chart reaches to at least."""
_STATE_STYLES: Final = {Status.RUNNING: "good", Status.PAUSED: "warning", Status.EXITED: "bad", Status.UNKNOWN: "wrong"}
_ALIVE: Final = (Status.RUNNING, Status.PAUSED)


def _state(picture: ContainerSnapshot, live: Live) -> str:
    doing = live.doing(picture.id)
    if doing:
        return doing if doing.startswith("stopping ") else f"… {doing}"
    if is_unhealthy(picture):
        return f"{GLYPHS[picture.status]} {HealthStatus.UNHEALTHY}"
    return f"{GLYPHS[picture.status]} {'no console' if picture.monitor_lost else picture.status}"


def _state_style(picture: ContainerSnapshot, live: Live) -> str:
    if live.doing(picture.id):
        return "busy"
    if is_unhealthy(picture):
        return "bad"
    if picture.status is Status.EXITED and picture.exit_code == 0:
        return "faint"
    return _STATE_STYLES.get(picture.status, "")


def _name(picture: ContainerSnapshot, live: Live) -> str:
    return f"{picture.name} {SIGN}" if live.is_locked(picture.labels) else picture.name


def _image(picture: ContainerSnapshot, live: Live) -> str:
    return picture.image.removeprefix("localhost/").removeprefix("docker.io/library/")


def _command(picture: ContainerSnapshot, live: Live) -> str:
    return " ".join(picture.command)


def _since(picture: ContainerSnapshot, live: Live) -> float:
    """By which the column of times is ordered: what began or ended last stands first."""
    return -(picture.started_at if picture.status in _ALIVE else picture.finished_at)


def _faint(picture: ContainerSnapshot, live: Live) -> str:
    return "faint"


def _health(picture: ContainerSnapshot, live: Live) -> str:
    return str(picture.health.status) if picture.health is not None else "–"


def _chart(picture: ContainerSnapshot, live: Live) -> str:
    if picture.status not in _ALIVE or picture.id not in live.samples:
        return "–"
    return sparkline((kept.cpu_percent for kept in live.history.last(picture.id, CHART)), CHART, FULL)


def _busy(picture: ContainerSnapshot, live: Live) -> float:
    """The CPU of the seconds that the chart shows."""
    return sum(sample.cpu_percent for sample in live.history.last(picture.id, CHART))


def _figure(
    name: str, title: str, width: int, rank: int, of: Callable[[ResourceSample, Live], float], *, shown: str = "",
    chosen: bool = True, network: bool = False,
) -> Column:  # fmt: skip
    """A column of a figure that is sampled. `shown`: how it is written; as bytes where empty.

    `network`: for one on the host's network there is no such figure.
    """

    def text(picture: ContainerSnapshot, live: Live) -> str:
        sample = live.samples.get(picture.id) if picture.status in _ALIVE else None
        if sample is None:
            return "–"
        if network and sample.network_shared:
            return "host"
        number = of(sample, live)
        return format(number, shown) if shown else size(number)

    def order(picture: ContainerSnapshot, live: Live) -> float:
        sample = live.samples.get(picture.id) if picture.status in _ALIVE else None
        return -1.0 if sample is None else of(sample, live)

    return Column(
        name, title, text, width=width, rank=rank, right=True, sort=order, falls=True, live=True, chosen=chosen
    )


COLUMNS: Final = (
    Column("state", "STATE", _state, width=16, style=_state_style),
    Column("name", "NAME", _name, share=3),
    Column("image", "IMAGE", _image, share=3, rank=6),
    Column("command", "COMMAND", _command, share=4, rank=8, style=_faint),
    Column(
        "since", "UP / EXIT", lambda picture, live: duration_column(picture), width=12, rank=1, sort=_since
    ),
    _figure("cpu", "CPU %", 6, 2, lambda sample, live: sample.cpu_percent / live.cpu_parts, shown=".1f"),
    Column("cpu_chart", "CPU 10 S", _chart, width=10, rank=4, sort=_busy, falls=True, live=True),
    _figure("memory", "MEMORY", 8, 3, lambda sample, live: sample.memory),
    _figure("pids", "PIDS", 5, 5, lambda sample, live: sample.pids, shown=".0f"),
    Column("id", "ID", lambda picture, live: picture.id[:12], width=12, rank=7, style=_faint),
    _figure("read", "READ/S", 8, 9, lambda sample, live: sample.block_read_rate, chosen=False),
    _figure("written", "WRITE/S", 8, 9, lambda sample, live: sample.block_written_rate, chosen=False),
    _figure("received", "NET IN/S", 9, 9, lambda s, live: s.network_received_rate, chosen=False, network=True),
    _figure("sent", "NET OUT/S", 9, 9, lambda s, live: s.network_sent_rate, chosen=False, network=True),
    Column(
        "created", "CREATED", lambda p, live: ago(p.created_at), width=12, rank=9,
        sort=lambda p, live: -p.created_at, chosen=False,
    ),
    Column(
        "restarts", "RESTARTS", lambda p, live: str(p.restarts), width=8, rank=9, right=True,
        sort=lambda p, live: p.restarts, falls=True, chosen=False,
    ),
    Column("policy", "POLICY", lambda p, live: p.restart_policy, width=14, rank=9, chosen=False),
    Column("health", "HEALTH", _health, width=9, rank=9, chosen=False),
    Column(
        "pid", "PID", lambda p, live: str(p.pid or "–"), width=7, rank=9, right=True, sort=lambda p, live: p.pid,
        chosen=False,
    ),
    Column("pod", "POD", lambda p, live: p.pod_name, width=14, rank=9, chosen=False),
    Column("network", "NETWORK", lambda p, live: p.network, width=12, rank=9, chosen=False),
    Column("mounted", "MOUNTED AT", lambda p, live: p.mount_point, share=3, rank=9, chosen=False),
)  # fmt: skip


def _verb(*verbs: Verb) -> Callable[[ContainerSnapshot], bool]:
    return lambda picture: any(allows(picture.status, verb) for verb in verbs)


def _has_health(picture: ContainerSnapshot) -> bool:
    return picture.health is not None and allows(picture.status, Verb.EXEC)


def _start_or_stop(picture: ContainerSnapshot) -> bool:
    return picture.status in (Status.CONFIGURED, Status.CREATED, Status.EXITED, Status.RUNNING)


def run_word(picture: ContainerSnapshot) -> str:
    """What the key of start and stop does now."""
    return "stop" if picture.status is Status.RUNNING else "start"


def pause_word(picture: ContainerSnapshot) -> str:
    """What the key of pause does now."""
    return "unpause" if picture.status is Status.PAUSED else "pause"


def will_unmount(picture: ContainerSnapshot) -> bool:
    """Whether the mount key would unmount: something is mounted, and nothing runs on it."""
    return bool(picture.mount_point) and picture.status in (Status.CONFIGURED, Status.EXITED, Status.UNKNOWN)


def mount_word(picture: ContainerSnapshot) -> str:
    """What the mount key does now."""
    return "unmount" if will_unmount(picture) else "mount"


def _row(
    name: str, keys: str, label: str, description: str, group: str, *verbs: Verb, scope: Scope = Scope.ROW
) -> Action:
    enabled = _verb(*verbs) if verbs else lambda picture: True
    return Action(name, tuple(keys.split()), label, description, group, enabled, scope)


_RUN: Final = "Run"
_LOOK: Final = "Look inside"
_FILES: Final = "Files"
_SETTINGS: Final = "Settings"
ACTIONS: Final = (
    Action(
        "toggle_run", ("s",), "start/stop", "start the container, or stop it where it runs", _RUN, _start_or_stop,
        Scope.ROWS, run_word,
    ),
    _row("start", "S", "", "start the container; never stops it", _RUN, Verb.START, scope=Scope.ROWS),
    Action(
        "toggle_pause", ("p",), "pause", "pause the container, or let it go on", _RUN,
        _verb(Verb.PAUSE, Verb.UNPAUSE), Scope.ROWS, pause_word,
    ),
    _row("restart", "r", "restart", "stop the container and start it again", _RUN, Verb.RESTART, scope=Scope.ROWS),
    _row("kill", "ctrl+k", "kill", "send a signal of your choice", _RUN, Verb.KILL, scope=Scope.ROWS),
    _row("init", "", "", "create its process, without starting it", _RUN, Verb.INIT, scope=Scope.ROWS),
    _row("checkpoint", "", "", "write its processes to disk, which ends them", _RUN, Verb.CHECKPOINT, scope=Scope.ROWS),
    _row("restore", "", "", "take its processes up where the checkpoint left them", _RUN, Verb.RESTORE,
         scope=Scope.ROWS),
    _row("attach", "a", "attach", "open the container's console", _LOOK, Verb.ATTACH),
    _row("watch", "A", "", "open the console to watch, without typing", _LOOK, Verb.ATTACH),
    _row("shell", "e", "shell", "open a shell in the container", _LOOK, Verb.EXEC),
    _row("execute", "E", "", "run a command in the container", _LOOK, Verb.EXEC),
    _row("logs", "l", "logs", "what the container prints; of all that are marked, by time", _LOOK, scope=Scope.ROWS),
    _row("inspect", "i", "inspect", "show all that is known of the container", _LOOK),
    _row("stats", "t", "", "its figures and processes", _LOOK),
    Action(
        "check_health", ("H",), "", "run the health check now", _LOOK, _has_health, Scope.ROWS,
    ),
    Action("events", ("v",), "", "what happened to all containers, and who did it", _LOOK),
    _row("export", "X", "export", "write the container's files as a tar archive", _FILES, Verb.EXPORT),
    _row("files", "F", "", "browse its files: view, copy out and in, sizes", _FILES, Verb.COPY),
    _row("diff", "D", "", "show which files differ from the image", _FILES, Verb.DIFF),
    _row("commit", "C", "", "make an image of the container", _FILES, Verb.COMMIT),
    Action(
        "toggle_mount", ("M",), "mount", "mount the container's root, or unmount it", _FILES, scope=Scope.ROWS,
        word=mount_word,
    ),
    Action("new", ("n",), "new", "make a container, and run it", _SETTINGS),
    _row("clone", "N", "", "make another with the settings of this one", _SETTINGS),
    _row("rename", "R", "", "give it another name", _SETTINGS),
    _row("update", "U", "", "change its limits and its restart policy", _SETTINGS, Verb.UPDATE),
    Action("ports", ("w",), "", "copy where its ports are reached, as for a browser", _SETTINGS,
           lambda picture: bool(picture.ports), Scope.ROW),
    _row("copy", "c", "", "copy its id, name, address … or what it printed", _SETTINGS),
    _row("manifest", "", "", "show it as a Kubernetes manifest, and copy that", _SETTINGS, scope=Scope.ROWS),
    Action("prune", ("z",), "", "remove all that do not run, after a look at them", _SETTINGS),
    _row("remove", "d delete", "remove", "remove the container", _FILES, scope=Scope.ROWS),
    Action("running_only", ("full_stop",), "", "show all containers, or the running ones alone", "List"),
    Action("cpu_scale", ("percent_sign",), "", "CPU as a share of one core, or of the whole machine", "List"),
)  # fmt: skip


def _labels(picture: ContainerSnapshot) -> list[str]:
    return [f"{name}={value}" for name, value in picture.labels.items()]


def _searched(picture: ContainerSnapshot) -> str:
    return " ".join(
        (picture.name, picture.image, picture.status, picture.id, picture.pod_name, *picture.command, *_labels(picture))
    )  # fmt: skip


def _actions_of(deck: DeckScreen) -> object:
    from tui.views.container_actions import ContainerActions

    return ContainerActions(deck)


VIEW: Final = View(
    name="containers",
    noun="container",
    columns=COLUMNS,
    actions=ACTIONS,
    actions_of=_actions_of,
    tabs=CONTAINER_TABS,
    reader="containers",
    searched=_searched,
    terms={
        "name": lambda picture: (picture.name,),
        "state": lambda picture: (picture.status, str(picture.health.status) if picture.health else ""),
        "image": lambda picture: (picture.image,),
        "label": _labels,
        "id": lambda picture: (picture.id,),
        "pod": lambda picture: (picture.pod_name, picture.pod),
        "mount": lambda picture: picture.mounts,
        "network": lambda picture: (picture.network,),
    },
    runs=lambda picture: picture.status in _ALIVE,
    refusal=lambda picture: f"it is {picture.status}",
    empty="no containers yet: wharf demo; 8 shows those of other engines",
)

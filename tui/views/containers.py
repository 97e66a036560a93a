"""The view of containers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from core.model.snapshot import ContainerSnapshot
from core.model.state import Status, Verb, allows
from tui.keymap import Action, Scope
from tui.languages import N_, _
from tui.plain_text import is_unhealthy, shown_name
from tui.tabs.registry import CONTAINER_TABS
from tui.views.container_columns import ALIVE, COLUMNS
from tui.views.view import View

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


def _verb(*verbs: Verb) -> Callable[[ContainerSnapshot], bool]:
    return lambda picture: any(allows(picture.status, verb) for verb in verbs)


def _has_health(picture: ContainerSnapshot) -> bool:
    return picture.health is not None and allows(picture.status, Verb.EXEC)


def _start_or_stop(picture: ContainerSnapshot) -> bool:
    return picture.status in (Status.CONFIGURED, Status.CREATED, Status.EXITED, Status.RUNNING)


def run_word(picture: ContainerSnapshot) -> str:
    """What the key of start and stop does now."""
    return N_("stop") if picture.status is Status.RUNNING else N_("start")


def pause_word(picture: ContainerSnapshot) -> str:
    """What the key of pause does now."""
    return N_("unpause") if picture.status is Status.PAUSED else N_("pause")


def will_unmount(picture: ContainerSnapshot) -> bool:
    """Whether the mount key would unmount: something is mounted, and nothing runs on it."""
    return bool(picture.mount_point) and picture.status in (Status.CONFIGURED, Status.EXITED, Status.UNKNOWN)


def mount_word(picture: ContainerSnapshot) -> str:
    """What the mount key does now."""
    return N_("unmount") if will_unmount(picture) else N_("mount")


def _row(
    name: str, keys: str, label: str, description: str, group: str, *verbs: Verb, scope: Scope = Scope.ROW
) -> Action:
    enabled = _verb(*verbs) if verbs else lambda picture: True
    return Action(name, tuple(keys.split()), label, description, group, enabled, scope)


_RUN: Final = N_("Run")
_LOOK: Final = N_("Look inside")
_FILES: Final = N_("Files")
_SETTINGS: Final = N_("Settings")
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
    _row("attach", "a", "attach", "open the container's console", _LOOK, Verb.ATTACH, scope=Scope.ROWS),
    _row("watch", "A", "", "open the console to watch, without typing", _LOOK, Verb.ATTACH, scope=Scope.ROWS),
    _row("shell", "e", "shell", "open a shell in the container", _LOOK, Verb.EXEC, scope=Scope.ROWS),
    _row("root_shell", "", "", "open a shell in the container as root", _LOOK, Verb.EXEC),
    _row("host_shell", "", "", "debug it: a shell of the host's tools in its namespaces", _LOOK, Verb.EXEC),
    _row("execute", "E", "", "run a command in the container", _LOOK, Verb.EXEC),
    _row("logs", "l", "logs", "what the container prints; of all that are marked, by time", _LOOK, scope=Scope.ROWS),
    _row("inspect", "i", "inspect", "show all that is known of the container", _LOOK),
    _row("stats", "t", "", "its figures and processes", _LOOK),
    Action(
        "check_health", ("H",), "", "run the health check now", _LOOK, _has_health, Scope.ROWS,
    ),
    _row("await_end", "", "", "wait: tell when it has ended, and with which code", _RUN, scope=Scope.ROWS),
    Action(
        "reload_network", (), "", "set its networks up anew, after the firewall lost its rules", _SETTINGS,
        lambda picture: bool(picture.pid and picture.networks), Scope.ROWS,
    ),
    Action("events", ("v",), "", "what happened to all containers, and who did it", _LOOK),
    _row("export", "X", "export", "write the container's files as a tar archive", _FILES, Verb.EXPORT,
         scope=Scope.ROWS),
    _row("files", "F", "", "browse its files: view, copy out and in, sizes", _FILES, Verb.COPY),
    _row("diff", "D", "", "show which files differ from the image", _FILES, Verb.DIFF),
    _row("commit", "C", "", "make an image of the container", _FILES, Verb.COMMIT, scope=Scope.ROWS),
    _row("copy_files", "", "", "copy files out of it or into it, by their paths", _FILES, Verb.COPY),
    Action(
        "toggle_mount", ("M",), "mount", "mount the container's root, or unmount it", _FILES, scope=Scope.ROWS,
        word=mount_word,
    ),
    Action("new", ("n",), "new", "make a container, and run it", _SETTINGS),
    _row("clone", "N", "", "make another with the settings of this one", _SETTINGS),
    _row("rename", "R", "", "give it another name", _SETTINGS),
    _row("update", "U", "", "change its limits and its restart policy", _SETTINGS, Verb.UPDATE),
    Action("ports", ("w",), "", "open where its port is reached in a browser, and copy it", _SETTINGS,
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
        (
            shown_name(picture), picture.image, picture.status, picture.id, picture.pod_name, *picture.command,
            *_labels(picture),
        )
    )  # fmt: skip


def _has_failed(picture: ContainerSnapshot) -> bool:
    """Whether somebody should look: it ended badly though nobody stopped it, or it runs and is not well."""
    ended_badly = picture.status is Status.EXITED and picture.exit_code != 0 and not picture.stopped_by_user
    return (
        ended_badly
        or picture.oom_killed
        or picture.monitor_lost
        or bool(picture.error)
        or picture.status is Status.UNKNOWN
        or is_unhealthy(picture)
    )


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
    label=shown_name,
    has_failed=_has_failed,
    labelled=True,
    searched=_searched,
    terms={
        "name": lambda picture: (shown_name(picture),),
        "state": lambda picture: (picture.status, str(picture.health.status) if picture.health else ""),
        "image": lambda picture: (picture.image,),
        "label": _labels,
        "id": lambda picture: (picture.id,),
        "pod": lambda picture: (picture.pod_name, picture.pod),
        "mount": lambda picture: picture.mounts,
        "network": lambda picture: (picture.network,),
    },
    runs=lambda picture: picture.status in ALIVE,
    refusal=lambda picture: _("it is {state}").format(state=_(picture.status)),
    empty="no containers yet: wharf demo; 8 shows those of other engines",
)

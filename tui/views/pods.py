"""The view of pods."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from core.model.pod import PodSnapshot, PodStatus
from core.model.state import Status
from tui.keymap import Action, Scope
from tui.languages import N_, _
from tui.live import Live
from tui.plain_text import ago, infra_name
from tui.state_words import NARROW, doing_text, state_text
from tui.tabs.registry import POD_TABS
from tui.views.view import Column, View

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen

SIGNS: Final = {
    PodStatus.RUNNING: ("●", "good"),
    PodStatus.DEGRADED: ("◐", "warning"),
    PodStatus.PAUSED: ("◫", "warning"),
    PodStatus.CREATED: ("○", ""),
    PodStatus.EXITED: ("■", "faint"),
    PodStatus.STOPPED: ("■", "faint"),
    PodStatus.ERROR: ("?", "wrong"),
}
"""Of each state the sign, and the name of one of the table's styles."""


def _state(pod: PodSnapshot, live: Live) -> str:
    doing = live.doing(pod.id)
    if doing:
        return doing_text(doing, live.states)
    return state_text(SIGNS[pod.status][0], str(pod.status).lower(), live.states)


def _style(pod: PodSnapshot, live: Live) -> str:
    return "busy" if live.doing(pod.id) else SIGNS[pod.status][1]


def member_names(pod: PodSnapshot) -> list[str]:
    """What people call its containers."""
    return [infra_name(member.name, pod.id, pod.name) for member in pod.members]


def _members(pod: PodSnapshot, live: Live) -> str:
    running = sum(member.status is Status.RUNNING for member in pod.members)
    return _("{running} of {all} run").format(running=running, all=len(pod.members))


COLUMNS: Final = (
    Column("state", "STATE", _state, width=16, style=_style, narrow=NARROW),
    Column("name", "NAME", lambda pod, live: pod.name, share=3),
    Column("members", "CONTAINERS", _members, width=12, sort=lambda pod, live: len(pod.members), falls=True),
    Column("created", "CREATED", lambda pod, live: ago(pod.created_at), width=12, rank=2,
           sort=lambda pod, live: -pod.created_at),
    Column("share", "SHARES", lambda pod, live: ",".join(pod.share), width=16, rank=3),
    Column("names", "THEIR NAMES", lambda pod, live: ", ".join(member_names(pod)), share=3, rank=4),
    Column("id", "ID", lambda pod, live: pod.id[:12], width=12, rank=5, style=lambda pod, live: "faint"),
)  # fmt: skip


def has(*statuses: Status) -> Callable[[PodSnapshot], bool]:
    """Whether one of its containers is in one of these states."""
    return lambda pod: any(member.status in statuses for member in pod.members)


runs = has(Status.RUNNING)
is_paused = has(Status.PAUSED)
can_start = has(Status.CONFIGURED, Status.CREATED, Status.EXITED)

ACTIONS: Final = (
    Action("new", ("n",), "new", "make a pod", "Pod"),
    Action("logs", ("l",), "logs", "what the pod's containers print, by time", "Pod", lambda pod: bool(pod.members),
           Scope.ROWS),
    Action("manifest", (), "", "show it as a Kubernetes manifest, and copy that", "Pod", scope=Scope.ROWS),
    Action("prune", ("z",), "", "remove those of which nothing runs any more, after a look at them", "Pod"),
    Action(
        "toggle_run", ("s",), "start/stop", "start the pod's containers, or stop them where one runs", "Pod",
        lambda pod: runs(pod) or can_start(pod), Scope.ROWS, lambda pod: N_("stop") if runs(pod) else N_("start"),
    ),
    Action("start", ("S",), "", "start the containers that do not run", "Pod", can_start, Scope.ROWS),
    Action(
        "toggle_pause", ("p",), "pause", "pause the pod's containers, or let them go on", "Pod",
        lambda pod: runs(pod) or is_paused(pod), Scope.ROWS,
        lambda pod: N_("unpause") if is_paused(pod) else N_("pause"),
    ),
    Action(
        "restart", ("r",), "restart", "stop the pod's containers and start them again", "Pod",
        lambda pod: bool(pod.members), Scope.ROWS,
    ),
    Action("kill", ("ctrl+k",), "kill", "send a signal to all of its containers", "Pod", runs, Scope.ROWS),
    Action("go_to", ("t",), "containers", "show the pod's containers", "Pod", scope=Scope.ROW),
    Action("remove", ("d", "delete"), "remove", "remove the pod and its containers", "Pod", scope=Scope.ROWS),
)  # fmt: skip


def _actions_of(deck: DeckScreen) -> object:
    from tui.views.pod_actions import PodActions

    return PodActions(deck)


VIEW: Final = View(
    name="pods",
    noun="pod",
    columns=COLUMNS,
    actions=ACTIONS,
    actions_of=_actions_of,
    tabs=POD_TABS,
    reader="pods",
    labelled=True,
    has_failed=lambda pod: pod.status in (PodStatus.DEGRADED, PodStatus.ERROR),
    searched=lambda pod: " ".join(
        (pod.name, pod.status, pod.id, *pod.labels, *member_names(pod))
    ),
    terms={
        "name": lambda pod: (pod.name,),
        "state": lambda pod: (pod.status,),
        "label": lambda pod: [f"{name}={value}" for name, value in pod.labels.items()],
        "container": member_names,
    },
    refusal=lambda pod: _("it is {state}").format(state=_(str(pod.status).lower())),
    empty="no pods yet: n makes one",
)  # fmt: skip

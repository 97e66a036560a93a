"""The view of containers that other engines of this machine keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from core.model.foreign import ForeignContainer
from core.model.snapshot import ResourceSample
from core.model.state import Status, Verb
from tui.keymap import Action, Scope
from tui.languages import N_, _
from tui.live import Live
from tui.locks import SIGN
from tui.plain_text import GLYPHS, ago, size
from tui.state_words import NARROW, doing_text, state_text
from tui.tabs.registry import FOREIGN_TABS
from tui.views.view import Column, View

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen

_STATE_STYLES: Final = {
    Status.RUNNING: "good",
    Status.PAUSED: "warning",
    Status.EXITED: "faint",
    Status.UNKNOWN: "wrong",
}


def _state(picture: ForeignContainer, live: Live) -> str:
    doing = live.doing(picture.key)
    return doing_text(doing, live.states) if doing else state_text(GLYPHS[picture.status], picture.status, live.states)


def _state_style(picture: ForeignContainer, live: Live) -> str:
    if live.doing(picture.key):
        return "busy"
    return "bad" if picture.exit_code else _STATE_STYLES.get(picture.status, "")


def _engine(picture: ForeignContainer, live: Live) -> str:
    engine = f"{picture.keeper}/{picture.namespace}" if picture.namespace else str(picture.keeper)
    own = picture.owner in ("", "root")
    return engine if own else _("{engine} of {user}").format(engine=engine, user=picture.owner)


def _figure(name: str, title: str, rank: int, of: Callable[[ResourceSample, Live], float], shown: str = "") -> Column:
    """A column of a figure that is sampled. `shown`: how it is written; as bytes where empty."""

    def number(picture: ForeignContainer, live: Live) -> float:
        sample = live.samples.get(picture.key)
        return of(sample, live) if sample is not None and picture.pid else -1.0

    def text(picture: ForeignContainer, live: Live) -> str:
        value = number(picture, live)
        return "–" if value < 0 else format(value, shown) if shown else size(value)

    return Column(name, title, text, width=8, rank=rank, right=True, sort=number, falls=True, live=True)


COLUMNS: Final = (
    Column(
        "state", "STATE", _state, width=11, narrow=NARROW,
        style=_state_style,
    ),
    Column("engine", "ENGINE", _engine, width=20),
    Column("name", "NAME", lambda p, live: f"{p.name} {SIGN}" if live.is_locked(p.labels) else p.name, share=3),
    Column("image", "IMAGE", lambda p, live: p.image.removeprefix("localhost/"), share=3, rank=5),
    Column("command", "COMMAND", lambda p, live: " ".join(p.command), share=3, rank=7, style=lambda p, live: "faint"),
    Column(
        "created", "CREATED", lambda p, live: ago(p.created_at), width=12, rank=4, sort=lambda p, live: -p.created_at
    ),
    Column(
        "exit", "EXIT", lambda p, live: "–" if p.exit_code is None else str(p.exit_code), width=4, rank=8, right=True,
        sort=lambda p, live: -1 if p.exit_code is None else p.exit_code, falls=True, chosen=False,
    ),
    _figure("cpu", "CPU %", 1, lambda sample, live: sample.cpu_percent / live.cpu_parts, ".1f"),
    _figure("memory", "MEMORY", 2, lambda sample, live: sample.memory),
    _figure("pids", "PIDS", 3, lambda sample, live: sample.pids, ".0f"),
    Column("id", "ID", lambda p, live: p.id[:12], width=12, rank=6, style=lambda p, live: "faint"),
)  # fmt: skip


def _allows(*verbs: Verb) -> Callable[[ForeignContainer], bool]:
    return lambda picture: any(picture.allows(verb) for verb in verbs)


def _pause_word(picture: ForeignContainer) -> str:
    return N_("unpause") if picture.status is Status.PAUSED else N_("pause")


def _refusal(picture: ForeignContainer) -> str:
    if picture.error:
        return picture.error
    if not picture.verbs:
        return _("it is {user}'s: work as that user").format(user=picture.owner)
    console = f", {picture.console_refusal}" if picture.console_refusal else ""
    return _("it is {state}, and belongs to {engine}: use {command}").format(
        state=f"{_(picture.status)}{console}", engine=picture.keeper, command=picture.keepers_command
    )


_RUN: Final = N_("Run")
_LOOK: Final = N_("Look inside")
ACTIONS: Final = (
    Action(
        "toggle_pause", ("p",), "pause", "pause the container, or let it go on; its engine may not show it", _RUN,
        _allows(Verb.PAUSE, Verb.UNPAUSE), Scope.ROWS, _pause_word,
    ),
    Action("kill", ("ctrl+k",), "kill", "send a signal of your choice", _RUN, _allows(Verb.KILL), Scope.ROWS),
    Action("attach", ("a",), "attach", "open the console that conmon keeps", _LOOK, _allows(Verb.ATTACH), Scope.ROW),
    Action("watch", ("A",), "", "open the console to watch, without typing", _LOOK, _allows(Verb.ATTACH), Scope.ROW),
    Action("shell", ("e",), "shell", "open a shell in the container", _LOOK, _allows(Verb.EXEC), Scope.ROW),
    Action("execute", ("E",), "", "run a command in the container", _LOOK, _allows(Verb.EXEC), Scope.ROW),
    Action(
        "logs", ("l",), "logs", "what the container prints; of all that are marked, by time", _LOOK,
        lambda picture: bool(picture.log_path), Scope.ROWS,
    ),
    Action("inspect", ("i",), "inspect", "show all that is known of the container", _LOOK, scope=Scope.ROW),
    Action("stats", ("t",), "", "its figures", _LOOK, scope=Scope.ROW),
    Action("remove", ("d", "delete"), "", "never: it is its engine's", _RUN, lambda picture: False, Scope.ROWS),
    Action("toggle_run", ("s",), "", "never: it is its engine's", _RUN, lambda picture: False, Scope.ROWS),
)  # fmt: skip


def _actions_of(deck: DeckScreen) -> object:
    from tui.views.foreign_actions import ForeignActions

    return ForeignActions(deck)


VIEW: Final = View(
    name="foreign",
    noun="container",
    columns=COLUMNS,
    actions=ACTIONS,
    actions_of=_actions_of,
    tabs=FOREIGN_TABS,
    reader="foreign",
    key=lambda picture: str(picture.key),
    searched=lambda p: " ".join((p.name, p.image, p.keeper, p.namespace, p.status, p.id, *p.command)),
    terms={
        "name": lambda picture: (picture.name,),
        "state": lambda picture: (picture.status,),
        "image": lambda picture: (picture.image,),
        "engine": lambda picture: (picture.keeper,),
        "id": lambda picture: (picture.id,),
        "label": lambda picture: [f"{name}={value}" for name, value in picture.labels.items()],
    },
    runs=lambda picture: bool(picture.pid),
    has_failed=lambda picture: bool(picture.error or picture.exit_code) or picture.status is Status.UNKNOWN,
    labelled=True,
    refusal=_refusal,
    empty="no container of podman, CRI-O, containerd, Docker or runc is on this machine",
)

"""Every action of the screen, once: its keys, its words, and when it can be done.

Bindings, footer, help and palette are made of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from textual.binding import Binding, BindingType

from core.model.snapshot import ContainerSnapshot
from core.model.state import Status, Verb, allows

Selected = ContainerSnapshot | None


@dataclass(frozen=True, slots=True)
class Action:
    """`label`: one or two words for the footer; empty to leave it out. `enabled`: by the selected container."""

    name: str
    keys: tuple[str, ...]
    label: str
    description: str
    group: str
    enabled: Callable[[Selected], bool]

    @property
    def shown_key(self) -> str:
        """The first key, as people write it."""
        return _SHOWN.get(self.keys[0], self.keys[0])


_SHOWN: Final = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "full_stop": ".",
    "percent_sign": "%",
    "ctrl+k": "^k",
    "ctrl+r": "^r",
    "upper_s": "S",
    "enter": "⏎",
    "escape": "esc",
    "down": "↓",
    "up": "↑",
    "pagedown": "pgdn",
    "pageup": "pgup",
}


def _always(selected: Selected) -> bool:
    return True


def _any(selected: Selected) -> bool:
    return selected is not None


def _verb(*verbs: Verb) -> Callable[[Selected], bool]:
    return lambda selected: selected is not None and any(allows(selected.status, verb) for verb in verbs)


def _has_health(selected: Selected) -> bool:
    return selected is not None and selected.health is not None and allows(selected.status, Verb.EXEC)


def _start_or_stop(selected: Selected) -> bool:
    return selected is not None and selected.status in (
        Status.CONFIGURED,
        Status.CREATED,
        Status.EXITED,
        Status.RUNNING,
    )


ACTIONS: Final = (
    Action("toggle_run", ("s",), "start/stop", "start the container, or stop it where it runs", "Run", _start_or_stop),
    Action("start", ("S",), "", "start the container; never stops it", "Run", _verb(Verb.START)),
    Action(
        "toggle_pause",
        ("p",),
        "pause",
        "pause the container, or let it go on",
        "Run",
        _verb(Verb.PAUSE, Verb.UNPAUSE),
    ),
    Action("restart", ("r",), "restart", "stop the container and start it again", "Run", _verb(Verb.RESTART)),
    Action("kill", ("ctrl+k",), "kill", "send a signal of your choice", "Run", _verb(Verb.KILL)),
    Action("attach", ("a",), "attach", "open the container's console", "Look inside", _verb(Verb.ATTACH)),
    Action("watch", ("A",), "", "open the console to watch, without typing", "Look inside", _verb(Verb.ATTACH)),
    Action("shell", ("e",), "shell", "open a shell in the container", "Look inside", _verb(Verb.EXEC)),
    Action("execute", ("E",), "", "run a command in the container", "Look inside", _verb(Verb.EXEC)),
    Action("logs", ("l",), "logs", "follow what the container prints", "Look inside", _any),
    Action("inspect", ("i", "enter"), "inspect", "show all that is known of the container", "Look inside", _any),
    Action("check_health", ("H",), "", "run the health check now", "Look inside", _has_health),
    Action("events", ("v",), "", "follow what happens to all containers, and who does it", "Look inside", _always),
    Action("export", ("X",), "export", "write the container's files as a tar archive", "Files", _verb(Verb.EXPORT)),
    Action("diff", ("D",), "", "show which files differ from the image", "Files", _verb(Verb.DIFF)),
    Action("commit", ("C",), "", "make an image of the container", "Files", _verb(Verb.COMMIT)),
    Action("toggle_mount", ("M",), "mount", "mount the container's root, or unmount it", "Files", _any),
    Action("remove", ("d", "delete"), "remove", "remove the container", "Files", _any),
    Action("filter", ("slash",), "filter", "show only what has this text in it", "List", _always),
    Action("running_only", ("full_stop",), "", "show all containers, or the running ones alone", "List", _always),
    Action("cpu_scale", ("percent_sign",), "", "CPU as a share of one core, or of the whole machine", "List", _always),
    Action("resync", ("ctrl+r",), "", "read everything anew and draw the screen again", "List", _always),
    Action("palette", ("colon",), "palette", "choose any action by its name", "Program", _always),
    Action("help", ("question_mark", "f1"), "help", "show the keys", "Program", _always),
    Action("back", ("escape",), "", "go back: close an ended console, show all containers again", "Program", _always),
    Action("quit", ("q",), "quit", "go back; where there is nothing to go back from, quit", "Program", _always),
)

BY_NAME: Final = {action.name: action for action in ACTIONS}


def shown_keys(action: Action) -> str:
    """All keys of an action, as people write them."""
    return " ".join(_SHOWN.get(key, key) for key in action.keys)


def label_for(action: Action, selected: Selected) -> str:
    """The footer's word: the very verb that the key would do now."""
    if selected is not None:
        if action.name == "toggle_run":
            return "stop" if selected.status is Status.RUNNING else "start"
        if action.name == "toggle_pause":
            return "unpause" if selected.status is Status.PAUSED else "pause"
        if action.name == "toggle_mount":
            return "unmount" if will_unmount(selected) else "mount"
    return action.label


def will_unmount(selected: ContainerSnapshot) -> bool:
    """Whether the mount key would unmount: something is mounted, and nothing runs on it."""
    return bool(selected.mount_point) and selected.status in (Status.CONFIGURED, Status.EXITED, Status.UNKNOWN)


def bindings() -> list[BindingType]:
    """The actions as bindings of the screen of containers."""
    return [
        Binding(key, f"act('{action.name}')", action.description, show=False)
        for action in ACTIONS
        for key in action.keys
    ]

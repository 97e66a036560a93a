"""What can be chosen for a container: each action has a number of its own that never changes, and is one command."""

from __future__ import annotations

from typing import Final

import msgspec

from core.model.snapshot import ContainerSnapshot
from core.model.state import Status, Verb, allows


class Question(msgspec.Struct, frozen=True):
    """What has to be typed before an action. `default` is taken for an empty line; without one that means no."""

    text: str
    default: str = ""


class Action(msgspec.Struct, frozen=True):
    """`words`: the command line; NAME stands for the container, ANSWER for what was typed, split into words.

    `warning`: what is lost by it; it then has to be confirmed by `yes`.
    """

    number: int
    label: str
    verb: Verb
    words: tuple[str, ...]
    question: Question | None = None
    warning: str = ""


NAME: Final = "NAME"
ANSWER: Final = "ANSWER"

ACTIONS: Final = (
    Action(1, "start", Verb.START, ("start", NAME)),
    Action(2, "stop", Verb.STOP, ("stop", NAME), warning="its processes are told to end, and killed after a while"),
    Action(3, "restart", Verb.RESTART, ("restart", NAME), warning="its processes end and begin anew"),
    Action(4, "pause", Verb.PAUSE, ("pause", NAME)),
    Action(5, "unpause", Verb.UNPAUSE, ("unpause", NAME)),
    Action(6, "kill", Verb.KILL, ("kill", "--signal", ANSWER, NAME), Question("which signal", "KILL")),
    Action(7, "logs, the last 30 lines", Verb.WAIT, ("logs", "--tail", "30", NAME)),
    Action(8, "logs, following until ctrl-c", Verb.WAIT, ("logs", "--tail", "10", "--follow", NAME)),
    Action(9, "attach; the detach keys lead back", Verb.ATTACH, ("attach", NAME)),
    Action(10, "shell", Verb.EXEC, ("exec", "--interactive", "--tty", NAME, "sh")),
    Action(11, "run a command", Verb.EXEC, ("exec", NAME, ANSWER), Question("which command")),
    Action(12, "inspect", Verb.WAIT, ("inspect", NAME)),
    Action(13, "processes", Verb.TOP, ("top", NAME)),
    Action(14, "differences from the image", Verb.DIFF, ("diff", NAME)),
    Action(15, "export", Verb.EXPORT, ("export", "--output", ANSWER, NAME), Question("to which file")),
    Action(16, "mount", Verb.MOUNT, ("mount", NAME)),
    Action(17, "unmount", Verb.UNMOUNT, ("umount", NAME)),
    Action(18, "make an image of it", Verb.COMMIT, ("commit", NAME, ANSWER), Question("the image's name")),
    Action(19, "rename", Verb.RENAME, ("rename", NAME, ANSWER), Question("the new name")),
    Action(20, "remove", Verb.REMOVE, ("rm", NAME), warning="the container and what it wrote are gone for good"),
    Action(
        21,
        "end and remove",
        Verb.FORCE_REMOVE,
        ("rm", "--force", NAME),
        warning="its processes are killed; the container and what it wrote are gone for good",
    ),
)


def valid_actions(picture: ContainerSnapshot) -> list[Action]:
    """Those that its state allows now, each with its number."""
    return [action for action in ACTIONS if _fits(action, picture)]


def _fits(action: Action, picture: ContainerSnapshot) -> bool:
    if action.verb is Verb.STOP and picture.status is Status.EXITED:
        return False  # allowed, and nothing would happen
    if action.verb is Verb.UNMOUNT and not picture.mount_point:
        return False
    if action.verb is Verb.FORCE_REMOVE and allows(picture.status, Verb.REMOVE):
        return False
    return allows(picture.status, action.verb)


def command_words(action: Action, name: str, answer: list[str]) -> list[str]:
    """The command line of an action, without the program."""
    words: list[str] = []
    for word in action.words:
        words.extend(answer if word == ANSWER else [name if word == NAME else word])
    return words

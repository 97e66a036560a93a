"""What is said of a flag or a command that is not known: whether podman has it, and what may have been meant."""

from __future__ import annotations

from core.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_OTHER_NAMES = {"umount": "unmount"}
"""Commands that podman's list has under another name."""
_LATER = ("artifact", "compose", "farm", "kube apply", "quadlet")
"""Commands that podman has had since that list was made."""
_NEAR = 2
"""Letters in which a suggestion may differ from what was typed, as in podman."""


def podman_flags(command: str) -> frozenset[str]:
    """All flags, long and short, that podman has for a command; none for a command that it does not have."""
    from core.cli.podman_flags import FLAGS

    name = _OTHER_NAMES.get(command, command)
    return frozenset(FLAGS.get(name, FLAGS.get(f"container {name}", "")).replace(",", " ").split())


def is_of_podman(command: str) -> bool:
    """Whether podman has the command."""
    from core.cli.podman_flags import FLAGS

    name = _OTHER_NAMES.get(command, command)
    return name in FLAGS or f"container {name}" in FLAGS


def unknown_flag(program: str, flag: str, word: str) -> InvalidArgument:
    """The error for a flag that a command does not have. `word`: all that was typed, such as -abc for the flag -b."""
    hint = f"see {program} --help"
    if flag in podman_flags(program.partition(" ")[2]):
        return InvalidArgument(f"the flag {flag} is not supported by wharf", hint=hint)
    if flag.startswith("--"):
        return InvalidArgument(f"unknown flag: {flag}", hint=hint)
    return InvalidArgument(f"unknown shorthand flag: {flag[1:]!r} in {word}", hint=hint)


def unknown_command(words: str, known: Iterable[str]) -> InvalidArgument:
    """The error for a command that is not there. `words`: `fly`, or `image fly`. `known`: those that are."""
    from core.cli.podman_flags import FLAGS

    group, _, word = words.rpartition(" ")
    if words and (words in FLAGS or words in _LATER):
        return InvalidArgument(f"the command {words} of podman is not supported by wharf", hint=_all_of(group, known))
    near = [name for name in sorted(known) if name.startswith(word.lower()) or _distance(word.lower(), name) <= _NEAR]
    if not near:
        return InvalidArgument(f"unrecognized command `wharf {words}`", hint=_all_of(group, known))
    return InvalidArgument(f"unrecognized command `wharf {words}`", hint=f"did you mean {' or '.join(near)}?")


def _all_of(group: str, known: Iterable[str]) -> str:
    return f"behind {group}: {', '.join(sorted(known))}" if group else "wharf --help lists the commands"


def _distance(first: str, second: str) -> int:
    """How many letters have to be put in, taken out or changed (Levenshtein)."""
    row = list(range(len(second) + 1))
    for place, letter in enumerate(first, 1):
        former, row[0] = row[0], place
        for column, other in enumerate(second, 1):
            former, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, former + (letter != other))
    return row[-1]

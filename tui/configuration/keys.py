"""Which keys an action has: those of the program, of a profile that feels like another tool, of the operator's file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from tui.configuration.schema import Configuration, Profile
from tui.keymap import Action, shown_key

PROFILES: Final[Mapping[Profile, Mapping[str, tuple[str, ...]]]] = {
    "wharfinger": {},
    "lazydocker": {
        "logs": ("m", "l"),
        "shell": ("E",),
        "execute": ("c",),
        "running_only": ("e", "full_stop"),
        "menu": ("x", "b"),
        "commit": (),
    },
    "k9s": {
        "shell": ("s",),
        "toggle_run": ("R",),
        "inspect": ("d", "y"),
        "remove": ("ctrl+d", "delete"),
        "half_page_down": (),
        "stats": ("t",),
    },
    "podman-tui": {
        "menu": ("m",),
        "remove": ("delete", "d"),
        "tab_after": ("right_square_bracket",),
        "tab_before": ("left_square_bracket",),
        "view_after": ("right", "l"),
        "view_before": ("left", "h"),
        "logs": ("L",),
        "check_health": ("H",),
    },
}
"""Profile → action → its keys there; what is not named keeps its own."""


def bound(actions: Iterable[Action], view: str, configuration: Configuration) -> list[Action]:
    """The actions of a view with the keys that they have by the configuration.

    Those with keys that the operator or the profile chose come first: of two with one key the first has it.
    """
    profile = PROFILES[configuration.keys]
    own, of_profile, rest = [], [], []
    for action in actions:
        chosen = chosen_keys(action.name, view, configuration)
        if chosen is not None:
            own.append(replace(action, keys=chosen))
        elif action.name in profile:
            of_profile.append(replace(action, keys=profile[action.name]))
        else:
            rest.append(action)
    return _without_taken([*own, *of_profile, *rest])


def chosen_keys(action: str, view: str, configuration: Configuration) -> tuple[str, ...] | None:
    """The keys that the operator has given to an action; None where nothing was said."""
    return configuration.bindings.get(f"{view}.{action}", configuration.bindings.get(action))


def _without_taken(actions: Sequence[Action]) -> list[Action]:
    """Each key for one action alone, so that footer and help tell no key that does something else."""
    taken: set[str] = set()
    left = []
    for action in actions:
        keys = tuple(key for key in action.keys if key not in taken)
        taken.update(keys)
        left.append(replace(action, keys=keys) if keys != action.keys else action)
    return left


def clashes(actions: Sequence[Action], view: str, configuration: Configuration) -> list[tuple[str, str]]:
    """What the operator's keys take from other actions: the name of the binding, and a sentence."""
    found = []
    owners: dict[str, str] = {}
    chosen = {action.name: chosen_keys(action.name, view, configuration) for action in actions}
    for action in actions:
        for key in chosen[action.name] or ():
            if key in owners:
                found.append((action.name, f"{shown_key(key)} is given to {owners[key]} already, in the {view}"))
            owners.setdefault(key, action.name)
    for action in actions:
        if chosen[action.name] is not None:
            continue
        keys = PROFILES[configuration.keys].get(action.name, action.keys)
        for key in keys:
            if key in owners and len(keys) == 1:
                found.append(
                    (owners[key], f"{shown_key(key)} is the key of {action.name} in the {view}, which has none now")
                )
    return found

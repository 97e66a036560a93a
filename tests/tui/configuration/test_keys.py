from __future__ import annotations

from tui.configuration.keys import PROFILES, bound, clashes
from tui.configuration.schema import Configuration
from tui.configuration.screens import screens
from tui.keymap import Action

ACTIONS = (
    Action("stop", ("s",), "", "", ""),
    Action("logs", ("l", "f5"), "", "", ""),
    Action("menu", ("x", "m"), "", "", ""),
)


def keys(**bindings: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    named = {name.replace("__", "."): value for name, value in bindings.items()}
    return {action.name: action.keys for action in bound(ACTIONS, "containers", Configuration(bindings=named))}


def test_a_key_is_moved_or_taken_away() -> None:
    assert keys()["stop"] == ("s",)
    assert keys(stop=("ctrl+s", "f2"))["stop"] == ("ctrl+s", "f2")
    assert keys(stop=())["stop"] == ()


def test_a_key_of_one_view_alone() -> None:
    assert keys(images__stop=("z",))["stop"] == ("s",)
    assert keys(containers__stop=("z",), stop=("y",))["stop"] == ("z",)


def test_a_key_that_is_taken_is_nobody_elses_any_more() -> None:
    found = keys(stop=("l",))
    assert found["stop"] == ("l",) and found["logs"] == ("f5",)


def test_clashes_are_told() -> None:
    both = Configuration(bindings={"stop": ("z",), "logs": ("z",)})
    assert clashes(ACTIONS, "containers", both) == [("logs", "z is given to stop already, in the containers")]
    taken = Configuration(bindings={"logs": ("s",)})
    assert clashes(ACTIONS, "containers", taken) == [
        ("logs", "s is the key of stop in the containers, which has none now")
    ]
    assert clashes(ACTIONS, "containers", Configuration(bindings={"logs": ("s",), "stop": ("z",)})) == []
    assert clashes(ACTIONS, "containers", Configuration(bindings={"logs": ("x",)})) == []


def test_profiles_name_actions_that_there_are() -> None:
    known = {action.name for actions in screens().values() for action in actions}
    for profile, chosen in PROFILES.items():
        assert set(chosen) <= known, profile

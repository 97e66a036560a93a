"""What is delegated to this user, in a folder that stands for the kernel's control groups."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.host.delegation import Delegation, delegation

OTHER = 12345
"""Of no user that runs these tests."""
SERVICE = "user.slice/user-1000.slice/user@1000.service"


class Tree:
    """Control groups that are another's, until they are given to this user."""

    def __init__(self, top: Path) -> None:
        self.top = top / "cgroup"
        self.own = top / "own"
        self.make("", "cpuset cpu io memory pids")

    def make(
        self, path: str, controllers: str, *, ours: bool = False, processes: str = "", handed_on: str = ""
    ) -> None:
        folder = self.top / path
        folder.mkdir(parents=True, exist_ok=True)
        contents = {"controllers": controllers, "procs": processes, "subtree_control": handed_on}
        for name, content in contents.items():
            (folder / f"cgroup.{name}").write_text(f"{content}\n")
        for file in (folder, *folder.iterdir()):
            if file == folder or file.is_file():
                os.chown(file, os.geteuid() if ours else OTHER, -1)

    def found_in(self, place: str) -> Delegation | None:
        self.own.write_text(f"0::/{place}\n")
        return delegation(self.top, self.own)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    made = Tree(tmp_path)
    made.make("user.slice", "cpu memory pids")
    made.make("user.slice/user-1000.slice", "cpu memory pids")
    made.make("user.slice/user-1000.slice/session-2.scope", "", processes="7")
    return made


def test_the_highest_group_of_the_user_counts(tree: Tree) -> None:
    tree.make(SERVICE, "cpu memory pids", ours=True)
    tree.make(f"{SERVICE}/app.slice", "memory pids", ours=True)
    tree.make(f"{SERVICE}/app.slice/run-1.scope", "memory", ours=True, processes="8")
    assert tree.found_in(f"{SERVICE}/app.slice/run-1.scope") == Delegation(
        f"/{SERVICE}", frozenset({"cpu", "memory", "pids"})
    )


def test_a_session_outside_has_nothing_delegated(tree: Tree) -> None:
    tree.make(SERVICE, "cpu memory pids", ours=True)
    assert tree.found_in("user.slice/user-1000.slice/session-2.scope") is None
    assert tree.found_in("user.slice/gone") is None


def test_a_group_with_processes_hands_no_further_controller_on(tree: Tree) -> None:
    scope = "user.slice/user-1000.slice/run-2.scope"
    tree.make(scope, "cpu memory pids", ours=True, processes="9")
    assert tree.found_in(scope) == Delegation(f"/{scope}", frozenset())
    tree.make(scope, "cpu memory pids", ours=True, processes="9", handed_on="cpu")
    assert tree.found_in(scope) == Delegation(f"/{scope}", frozenset({"cpu"}))


@pytest.mark.parametrize("kept", ["cgroup.procs", "cgroup.subtree_control"])
def test_what_is_the_users_by_half_is_not_delegated(tree: Tree, kept: str) -> None:
    tree.make(SERVICE, "cpu memory pids", ours=True)
    os.chown(tree.top / SERVICE / kept, OTHER, -1)
    assert tree.found_in(SERVICE) is None


def test_all_of_a_namespace_may_be_the_users(tree: Tree) -> None:
    tree.make("", "cpu pids", ours=True, processes="1")
    assert tree.found_in("") == Delegation("", frozenset({"cpu", "pids"}))


def test_version_1_has_no_delegation(tree: Tree) -> None:
    tree.make(SERVICE, "cpu", ours=True)
    (tree.top / "cgroup.controllers").unlink()
    assert tree.found_in(SERVICE) is None

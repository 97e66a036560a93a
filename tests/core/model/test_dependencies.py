"""The order in which containers that need each other are worked."""

from __future__ import annotations

import pytest

from core.errors import DependencyCycle
from core.model.config import ContainerConfig, ProcessConfig
from core.model.dependencies import dependants_of, dependencies, needed_by, waves
from core.model.namespaces import Namespace, Namespaces, Sharing

GRAPH = {"web": ("base", "cache"), "cache": ("base",), "base": (), "alone": ()}


def test_every_way_of_needing_counts_once() -> None:
    joined = Namespace(sharing=Sharing.CONTAINER, container="b")
    config = ContainerConfig(
        id="a",
        created_at=1.0,
        process=ProcessConfig(args=("sh",)),
        network_container="n",
        namespaces=Namespaces(ipc=joined, pid=joined, uts=Namespace(sharing=Sharing.HOST)),
        requires=("r", "n"),
    )
    assert dependencies(config) == ("n", "b", "r")


def test_what_is_needed_comes_first() -> None:
    assert needed_by("web", GRAPH) == ["base", "cache", "web"]
    assert needed_by("alone", GRAPH) == ["alone"]


def test_what_needs_it_goes_first() -> None:
    assert dependants_of("base", GRAPH) == ["web", "cache"]
    assert dependants_of("web", GRAPH) == []


def test_a_group_needs_only_those_before_it() -> None:
    groups = [set(group) for group in waves(GRAPH)]
    assert groups == [{"base", "alone"}, {"cache"}, {"web"}]
    assert waves({"web": ("not here",)}) == [["web"]]


def test_a_circle_is_refused_and_named() -> None:
    with pytest.raises(DependencyCycle, match=r"in a circle: .*a.*→"):
        waves({"a": ("b",), "b": ("a",)})
    with pytest.raises(DependencyCycle):
        needed_by("a", {"a": ("b",), "b": ("c",), "c": ("b",)})

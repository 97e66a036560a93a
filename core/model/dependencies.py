"""Which containers need which: who joins another's namespaces starts after it and goes before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.errors import DependencyCycle
from core.model.config import ContainerConfig

Graph = Mapping[str, Iterable[str]]
"""An id → the ids that it needs."""


def dependencies(config: ContainerConfig) -> tuple[str, ...]:
    """The ids of the containers that have to run before this one does, each once."""
    named = (config.network_container, *config.namespaces.containers, *config.requires)
    return tuple(dict.fromkeys(needed for needed in named if needed))


def graph_of(configs: Iterable[ContainerConfig]) -> dict[str, tuple[str, ...]]:
    return {config.id: dependencies(config) for config in configs}


def needed_by(container_id: str, graph: Graph) -> list[str]:
    """All that a container needs, through others too, in the order of a start; itself last.

    Raises `DependencyCycle`.
    """
    reached: dict[str, tuple[str, ...]] = {}
    ahead = [container_id]
    while ahead:
        current = ahead.pop()
        if current not in reached:
            reached[current] = tuple(graph.get(current, ()))
            ahead += reached[current]
    return [one for wave in waves(reached) for one in wave]


def dependants_of(container_id: str, graph: Graph) -> list[str]:
    """All that need a container, through others too, in the order of a removal; without itself.

    Raises `DependencyCycle`.
    """
    upside_down: dict[str, list[str]] = {}
    for dependant, needed in graph.items():
        for one in needed:
            upside_down.setdefault(one, []).append(dependant)
    return needed_by(container_id, upside_down)[:-1]


def waves(graph: Graph) -> list[list[str]]:
    """The ids of `graph` in groups: each needs only those of earlier groups, so that a group can start at once.

    What is needed but no key of `graph` is left out. Raises `DependencyCycle`.
    """
    from graphlib import CycleError, TopologicalSorter

    sorter = TopologicalSorter({one: [other for other in needed if other in graph] for one, needed in graph.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        chain = " → ".join(str(one)[:12] for one in error.args[1])
        raise DependencyCycle(
            f"containers need each other in a circle: {chain}", hint="remove one of them by force"
        ) from error
    groups = []
    while sorter.is_active():
        ready = list(sorter.get_ready())
        groups.append(ready)
        sorter.done(*ready)
    return groups

"""What the tabs of a pod ask of the engine about its containers. All of it may wait: for threads only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.engine import Engine
from core.errors import EngineError
from core.model.pod import PodMember
from core.model.snapshot import ProcessEntry, ResourceSample
from core.model.state import Status, Verb, allows
from tui.plain_text import infra_name


@dataclass(frozen=True, slots=True)
class MemberLog:
    """The log of one of the pod's containers."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class MemberSample:
    """What one of the pod's containers uses; None where it does not run."""

    name: str
    status: Status
    sample: ResourceSample | None


@dataclass(frozen=True, slots=True)
class MemberProcesses:
    """The processes of one of the pod's containers; none where it does not run."""

    name: str
    status: Status
    processes: tuple[ProcessEntry, ...]


def _members(engine: Engine, pod_id: str) -> list[tuple[PodMember, str]]:
    pod = engine.pods.snapshot(pod_id)
    return [(member, infra_name(member.name, pod.id, pod.name)) for member in pod.members]


def _logs(engine: Engine, pod_id: str) -> list[MemberLog]:
    pod = engine.pods.snapshot(pod_id)
    paths = engine.paths
    return [MemberLog(one.name, paths.log(one.id)) for one in pod.members if one.id != pod.infra_id]


def _stats(engine: Engine, pod_id: str) -> list[MemberSample]:
    members = _members(engine, pod_id)
    samples = engine.samples([member.id for member, _ in members])
    return [MemberSample(name, member.status, samples.get(member.id)) for member, name in members]


def _processes(engine: Engine, pod_id: str) -> list[MemberProcesses]:
    return [
        MemberProcesses(name, member.status, _top(engine, member.id) if allows(member.status, Verb.EXEC) else ())
        for member, name in _members(engine, pod_id)
    ]


def _top(engine: Engine, container_id: str) -> tuple[ProcessEntry, ...]:
    try:
        return tuple(engine.lookup(container_id).top())
    except EngineError:
        # It has just ended, or gone.
        return ()


POD_DETAILS: Final[dict[str, Callable[..., Any]]] = {
    "pod logs": _logs,
    "pod stats": _stats,
    "pod processes": _processes,
}

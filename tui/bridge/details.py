"""What the tabs of the details ask of the engine, by name. All of it may wait: for threads only."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from core.console.log import LogLine
from core.engine import Engine
from core.errors import NoSuchContainer
from core.events import Event, EventKind
from core.model.content import FileChange
from core.model.files import FileEntry, FilePiece, TreeSize
from core.model.health import HealthReport
from core.model.snapshot import ProcessEntry
from tui.bridge.found import found
from tui.bridge.pod_details import POD_DETAILS
from tui.bridge.resource_details import RESOURCE_DETAILS
from tui.log_text import LineJoiner

LAST_LINES: Final = 30
"""Lines of output beside the facts."""


def _pretty(facts: object) -> str:
    return msgspec.json.format(msgspec.json.encode(facts), indent=2).decode()


def _inspect(engine: Engine, container_id: str) -> str:
    return _pretty(found(engine, container_id).inspect())


def _values(
    engine: Engine, row_id: str, container_ids: Sequence[str], paths: Sequence[str]
) -> dict[str, list[list[Any]]]:
    """What inspect says of each container at each of these paths; those that are gone are left out."""
    from tui.inspected_path import values_at

    found = {}
    for container_id in container_ids:
        with contextlib.suppress(NoSuchContainer):
            facts = msgspec.to_builtins(engine.lookup(container_id).inspect())
            found[container_id] = [values_at(path, facts) for path in paths]
    return found


def _mounts(engine: Engine, container_id: str) -> object:
    return engine.lookup(container_id).inspect().get("Mounts", [])


def _environment(engine: Engine, container_id: str) -> list[str]:
    return list(engine.lookup(container_id).config.process.env)


def _inspect_image(engine: Engine, image_id: str) -> str:
    return _pretty(engine.images.inspect(image_id))


def _inspect_pod(engine: Engine, pod_id: str) -> str:
    return _pretty(engine.pods.inspect(pod_id))


def _last_lines(engine: Engine, container_id: str) -> list[str]:
    joiner = LineJoiner()
    line: LogLine
    for line in found(engine, container_id).logs(tail=LAST_LINES):
        joiner.feed(line)
    return [*joiner.take(), *joiner.rest()]


def _processes(engine: Engine, container_id: str) -> list[ProcessEntry]:
    return engine.lookup(container_id).top()


def _diff(engine: Engine, container_id: str) -> list[FileChange]:
    return engine.lookup(container_id).diff()


def _health(engine: Engine, container_id: str) -> HealthReport:
    return engine.lookup(container_id).health_report()


def _events(engine: Engine, container_id: str) -> list[Event]:
    return [event for event in engine.past_events() if event.container_id == container_id]


def _runs(engine: Engine, container_id: str) -> list[float]:
    """When each run of it began, the first one first (Unix seconds): before it has printed anything."""
    begins = (EventKind.INIT, EventKind.RESTORE)
    return [event.time for event in _events(engine, container_id) if event.kind in begins]


def _files(engine: Engine, container_id: str, path: str) -> list[FileEntry]:
    return engine.lookup(container_id).list_files(path)


def _file(engine: Engine, container_id: str, path: str) -> FilePiece:
    return engine.lookup(container_id).read_file(path)


def _file_size(engine: Engine, container_id: str, path: str) -> TreeSize:
    return engine.lookup(container_id).measure_files(path)


DETAILS: Final[dict[str, Callable[..., Any]]] = {
    **RESOURCE_DETAILS,
    **POD_DETAILS,
    "inspect": _inspect,
    "values": _values,
    "last lines": _last_lines,
    "processes": _processes,
    "diff": _diff,
    "health": _health,
    "events": _events,
    "runs": _runs,
    "mounts": _mounts,
    "environment": _environment,
    "files": _files,
    "file": _file,
    "file size": _file_size,
    "volume files": lambda engine, name, path: engine.volumes.list_files(name, path),
    "volume file": lambda engine, name, path: engine.volumes.read_file(name, path),
    "volume file size": lambda engine, name, path: engine.volumes.measure_files(name, path),
    "inspect image": _inspect_image,
    "inspect pod": _inspect_pod,
    "inspect volume": lambda engine, name: _pretty(engine.volumes.find(name)),
    "inspect network": lambda engine, network_id: _pretty(engine.networks.find(network_id)),
    "inspect secret": lambda engine, secret_id: _pretty(engine.secrets.find(secret_id)),
    "history": lambda engine, image_id: engine.images.history(image_id),
}

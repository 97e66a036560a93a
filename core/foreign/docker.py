"""Containers of Docker, by the file that it keeps of each: what runs there has its name and its image in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from core.foreign.state_files import moment
from core.host.files import read_regular_file
from core.model.foreign import SAFE_VERBS, ForeignContainer, Keeper, LogFormat
from core.model.state import Status

CONTAINERS: Final = Path("/var/lib/docker/containers")
NAMESPACE: Final = "moby"
"""Of its containers in containerd."""
_FILE: Final = "config.v2.json"
_NEVER: Final = "0001-"
"""How Go's time begins of what has not happened."""


class _State(msgspec.Struct, rename="pascal"):
    started_at: str = ""
    finished_at: str = ""
    exit_code: int = 0


class _Config(msgspec.Struct, rename="pascal"):
    image: str = ""
    tty: bool = False
    labels: dict[str, str] | None = None


class DockerContainer(msgspec.Struct, rename="pascal"):
    """What is read of a config.v2.json."""

    created: str = ""
    path: str = ""
    args: list[str] | None = None
    name: str = ""
    log_path: str = ""
    config: _Config = msgspec.field(default_factory=_Config)
    state: _State = msgspec.field(default_factory=_State)


_containers = msgspec.json.Decoder(DockerContainer)


def read_docker(container_id: str) -> DockerContainer:
    """What Docker keeps of a container; nothing but defaults where that can't be read."""
    return _read(CONTAINERS / container_id) or DockerContainer()


def _read(folder: Path) -> DockerContainer | None:
    try:
        return _containers.decode(read_regular_file(folder / _FILE) or b"")
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None


def stored_by_docker(folder: Path = CONTAINERS) -> Iterator[ForeignContainer]:
    """All that Docker has, whether they run or not; what can't be read is passed over."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    for name in names:
        container = _read(folder / name)
        if container is not None:
            yield _picture(folder / name, container)


def _picture(folder: Path, container: DockerContainer) -> ForeignContainer:
    started = container.state.started_at
    has_run = bool(started) and not started.startswith(_NEVER)
    finished = container.state.finished_at
    has_ended = bool(finished) and not finished.startswith(_NEVER)
    name = container.name.removeprefix("/") or folder.name
    return ForeignContainer(
        key=str(folder),
        id=folder.name,
        name=name,
        keeper=Keeper.DOCKER,
        namespace=NAMESPACE,
        owner="root",
        image=container.config.image,
        command=tuple(word for word in (container.path, *(container.args or ())) if word),
        status=Status.EXITED if has_run else Status.CONFIGURED,
        created_at=moment(container.created),
        terminal=container.config.tty,
        console_refusal="it does not run",
        log_path=container.log_path,
        log_format=LogFormat.JSON,
        log_hint=f"see docker logs {name}",
        verbs=SAFE_VERBS,
        exit_code=container.state.exit_code if has_ended else None,
        finished_at=moment(container.state.finished_at) if has_ended else 0.0,
        labels=container.config.labels or {},
    )

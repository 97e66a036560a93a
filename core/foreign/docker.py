"""Containers of Docker that do not run, by the file that it keeps of each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from core.host.files import read_regular_file
from core.model.foreign import SAFE_VERBS, ForeignContainer, Keeper, LogFormat
from core.model.state import Status

CONTAINERS: Final = Path("/var/lib/docker/containers")
_FILE: Final = "config.v2.json"
_NEVER: Final = "0001-"
"""How Go's time begins of what has not happened."""


class _State(msgspec.Struct, rename="pascal"):
    started_at: str = ""


class _Config(msgspec.Struct, rename="pascal"):
    image: str = ""
    tty: bool = False


class _Container(msgspec.Struct, rename="pascal"):
    created: str = ""
    path: str = ""
    args: list[str] | None = None
    name: str = ""
    log_path: str = ""
    config: _Config = msgspec.field(default_factory=_Config)
    state: _State = msgspec.field(default_factory=_State)


_containers = msgspec.json.Decoder(_Container)


def stored_by_docker(folder: Path = CONTAINERS) -> Iterator[ForeignContainer]:
    """All that Docker has, whether they run or not; what can't be read is passed over."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    for name in names:
        content = read_regular_file(folder / name / _FILE)
        try:
            container = _containers.decode(content or b"")
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            continue
        yield _picture(folder / name, container)


def _picture(folder: Path, container: _Container) -> ForeignContainer:
    started = container.state.started_at
    has_run = bool(started) and not started.startswith(_NEVER)
    name = container.name.removeprefix("/") or folder.name
    return ForeignContainer(
        key=str(folder),
        id=folder.name,
        name=name,
        keeper=Keeper.DOCKER,
        namespace="moby",
        owner="root",
        image=container.config.image,
        command=tuple(word for word in (container.path, *(container.args or ())) if word),
        status=Status.EXITED if has_run else Status.CONFIGURED,
        pid=0,
        pid_start=0,
        created_at=_moment(container.created),
        runtime="",
        runtime_root="",
        bundle="",
        cgroup_paths={},
        monitor_pid=0,
        terminal=container.config.tty,
        stdin_open=False,
        console="",
        console_refusal="it does not run",
        log_path=container.log_path,
        log_format=LogFormat.JSON,
        log_hint=f"see docker logs {name}",
        verbs=frozenset(SAFE_VERBS),
        error="",
    )


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return 0.0

"""What a runtime keeps of a container: runc's state.json and crun's status.

The files may be of another user, half written or made to hurt: they are read without waiting, up to a limit, and only
what has the right form is taken.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from core.host.cgroups import cgroups_at
from core.host.files import read_regular_file
from core.runtime.stored_state import CRUN_FILE, RUNC_FILE, CrunState, RuncState

_CGROUPS: Final = "/sys/fs/cgroup"
_LIMIT: Final = 4 << 20


class DamagedState(Exception):
    """A state file is there and can't be understood."""


class RuntimeState(msgspec.Struct, frozen=True, kw_only=True):
    """`program`: the runtime that wrote it. `cgroup_paths`: by controller of version 1, "" for version 2."""

    program: str
    pid: int
    pid_start: int
    created_at: float
    bundle: str
    rootfs: str
    cgroup_paths: dict[str, str]
    annotations: dict[str, str]


class BundleProcess(msgspec.Struct):
    args: list[str] | None = None
    terminal: bool = False


class Bundle(msgspec.Struct):
    """The part of a bundle's config.json that is read (OCI runtime spec)."""

    process: BundleProcess | None = None
    annotations: dict[str, str] | None = None


class _RuncConfig(msgspec.Struct):
    rootfs: str = ""
    labels: list[str] | None = None


class _RuncState(RuncState):
    created: str = ""
    config: _RuncConfig | None = None


class _CrunState(CrunState, rename="kebab"):
    bundle: str = ""
    rootfs: str = ""
    created: str = ""


_runc_states = msgspec.json.Decoder(_RuncState)
_crun_states = msgspec.json.Decoder(_CrunState)
_bundles = msgspec.json.Decoder(Bundle)


def read_state(folder: Path) -> RuntimeState | None:
    """What the runtime keeps in `folder`; None where it has not written it yet. Raises `DamagedState`."""
    for name, understand in ((RUNC_FILE, _from_runc), (CRUN_FILE, _from_crun)):
        path = folder / name
        content = read_regular_file(path, _LIMIT)
        if content is not None:
            try:
                return understand(content)
            except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
                raise DamagedState(f"{path} can not be understood: {error}") from error
    return None


def read_bundle(folder: str) -> Bundle:
    """The bundle's config.json; an empty one where it can't be read."""
    content = read_regular_file(Path(folder) / "config.json", _LIMIT) if folder.startswith("/") else None
    try:
        return _bundles.decode(content or b"{}")
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return Bundle()


def _from_runc(content: bytes) -> RuntimeState:
    stored = _runc_states.decode(content)
    config = stored.config or _RuncConfig()
    labels = dict(label.partition("=")[::2] for label in config.labels or ())
    return RuntimeState(
        program="runc",
        pid=stored.init_process_pid,
        pid_start=stored.init_process_start,
        created_at=moment(stored.created),
        # runc keeps the bundle among the annotations.
        bundle=labels.pop("bundle", ""),
        rootfs=config.rootfs,
        cgroup_paths={name: path for name, path in stored.cgroup_paths.items() if _is_cgroup(path)},
        annotations=labels,
    )


def _from_crun(content: bytes) -> RuntimeState:
    stored = _crun_states.decode(content)
    path = stored.cgroup_path.strip("/")
    return RuntimeState(
        program="crun",
        pid=stored.pid,
        pid_start=stored.process_start_time,
        created_at=moment(stored.created),
        bundle=stored.bundle,
        rootfs=stored.rootfs,
        # It is a path below each hierarchy.
        cgroup_paths=cgroups_at(path) if path and _is_cgroup(f"{_CGROUPS}/{path}") else {},
        annotations=read_bundle(stored.bundle).annotations or {},
    )


def _is_cgroup(path: str) -> bool:
    """Whether a path can only be a folder of the kernel's: everything else might wait when it is opened."""
    return path.startswith(f"{_CGROUPS}/") and os.path.normpath(path) == path and "\0" not in path


def moment(text: str) -> float:
    """Unix seconds of an RFC 3339 time; 0.0 where it is none."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return 0.0

"""One container of another engine, put together from its runtime's files, its monitor's command line and the kernel."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from core.foreign.identity import identify, keeper_of
from core.foreign.logs import LogPlace, log_place
from core.foreign.monitors import ConmonCall, ShimCall, parse_conmon, parse_shim
from core.foreign.places import shim_options
from core.foreign.state_files import BundleProcess, DamagedState, read_bundle, read_state
from core.host.cgroups import is_frozen
from core.host.process_table import (
    arguments_of,
    is_in_our_namespace,
    owner_of,
    start_and_parent,
    user_name,
    working_directory,
)
from core.model.foreign import SAFE_VERBS, ForeignContainer, Keeper
from core.model.state import Status, Verb

_ROOT: Final = 0
_STORED: Final = (Keeper.PODMAN,)
"""Those whose names are in containers-storage, where they may change."""
_CONMON_KEEPERS: Final = (Keeper.PODMAN, Keeper.CRIO, Keeper.WHARFINGER)


class _Monitor(NamedTuple):
    """`pid` is 0 where no monitor lives."""

    pid: int
    conmon: ConmonCall | None = None
    shim: ShimCall | None = None


class Sight:
    """What of a container stays as it is while its state file does: read once, then looked at again and again."""

    def __init__(self, folder: Path) -> None:
        """Raises `DamagedState`; `FileNotFoundError` where the runtime is only about to make it, or has removed it."""
        state = read_state(folder)
        if state is None:
            raise FileNotFoundError(folder)
        self.folder = folder
        self._state = state
        self._fifo = f"{folder}/exec.fifo"
        self._process = read_bundle(state.bundle).process or BundleProcess()
        self._names = ""
        self._stamp: tuple[int, int] = (-1, 0)
        self._picture = self._recognised(0)

    def picture(self) -> ForeignContainer:
        """The container as it is now."""
        seen = start_and_parent(self._state.pid)
        alive, parent = (True, seen[1]) if seen is not None and seen[0] == self._state.pid_start else (False, 0)
        if self._stamp != (parent, self._names_written()):
            self._picture = self._recognised(parent)
        if not alive:
            status = Status.EXITED
        elif is_frozen(self._state.cgroup_paths):
            status = Status.PAUSED
        else:
            status = Status.CREATED if os.path.lexists(self._fifo) else Status.RUNNING
        if status is not self._picture.status:
            self._picture = msgspec.structs.replace(self._picture, status=status, pid=self._state.pid if alive else 0)
        return self._picture

    def _recognised(self, parent: int) -> ForeignContainer:
        """Its picture but for the status. The monitor and the names may come, or change, after the state file."""
        state, folder = self._state, self.folder
        self._monitor = monitor = _monitor(folder.name, parent)
        # A user's own files and processes could have us run, read or write anything in root's name.
        uids = (folder.stat().st_uid, folder.parent.stat().st_uid, owner_of(monitor.pid) or _ROOT)
        self._owner = next((uid for uid in uids if uid != _ROOT), _ROOT)
        self._identity = identity = identify(folder.name, folder.parent, state, monitor.conmon, monitor.shim)
        self._names = str(Path(state.bundle).parent.parent / "containers.json") if identity.keeper in _STORED else ""
        self._stamp = (parent, self._names_written())
        log = log_place(folder.name, identity, monitor.conmon, state.annotations)
        if not self._is_roots:
            log = LogPlace("", hint=self._refusal())
        console, refusal = self._console()
        return ForeignContainer(
            key=str(folder),
            id=folder.name,
            name=identity.name,
            keeper=identity.keeper,
            namespace=identity.namespace,
            owner=user_name(self._owner),
            image=identity.image,
            command=tuple(self._process.args or ()),
            status=Status.UNKNOWN,
            pid=0,
            pid_start=state.pid_start,
            created_at=state.created_at,
            runtime=self._runtime(),
            runtime_root=str(folder.parent),
            bundle=state.bundle,
            cgroup_paths=state.cgroup_paths,
            monitor_pid=monitor.pid,
            terminal=self._process.terminal,
            stdin_open=bool(monitor.conmon and monitor.conmon.stdin_open),
            console=console,
            console_refusal=refusal,
            log_path=log.path,
            log_format=log.form,
            log_hint=log.hint,
            verbs=frozenset([*SAFE_VERBS, *([Verb.ATTACH] if console else [])] if self._is_roots else ()),
            error="",
            labels={**state.annotations, **identity.labels},
        )

    def _names_written(self) -> int:
        """When podman wrote its names last."""
        try:
            return os.stat(self._names).st_mtime_ns if self._names else 0
        except (OSError, ValueError):
            return 0

    @property
    def _is_roots(self) -> bool:
        return self._owner == _ROOT

    def _refusal(self) -> str:
        return f"it is {user_name(self._owner)}'s: work as that user"

    def _runtime(self) -> str:
        if not self._is_roots:
            return self._state.program
        if self._monitor.conmon is not None:
            return self._monitor.conmon.runtime or self._state.program
        options = shim_options(working_directory(self._monitor.pid)) if self._monitor.shim is not None else None
        return (options.binary_name if options is not None else "") or self._state.program

    def _console(self) -> tuple[str, str]:
        """The attach socket, or why there is none for us."""
        conmon, keeper = self._monitor.conmon, self._identity.keeper
        if not self._is_roots:
            return "", self._refusal()
        if conmon is None and keeper in _CONMON_KEEPERS:
            return "", "its conmon is gone"
        if conmon is None:
            return "", "its console is not kept by conmon"
        if conmon.input_ends:
            return "", "its input would end for ever when we leave"
        if conmon.log_driver == "passthrough":
            return "", "its output goes elsewhere"
        return str(Path(conmon.bundle) / "attach"), ""


def damaged(folder: Path, error: DamagedState) -> ForeignContainer:
    """A container whose state file can not be understood: shown, so that nobody misses it, and left alone."""
    keeper, namespace = keeper_of(folder.parent, None, None, None)
    return ForeignContainer(
        key=str(folder),
        id=folder.name,
        name=folder.name,
        keeper=keeper,
        namespace=namespace,
        owner="",
        image="",
        status=Status.UNKNOWN,
        created_at=0.0,
        runtime_root=str(folder.parent),
        console_refusal="its state is damaged",
        log_hint="its state is damaged",
        verbs=frozenset(),
        error=str(error),
    )


def _monitor(container_id: str, pid: int) -> _Monitor:
    """The parent of the first process, where that is a monitor of this container."""
    if pid <= 1 or not is_in_our_namespace(pid):
        return _Monitor(0)
    arguments = arguments_of(pid)
    conmon, shim = parse_conmon(arguments), parse_shim(arguments)
    if conmon is not None and conmon.container_id == container_id:
        return _Monitor(pid, conmon)
    return _Monitor(pid, shim=shim) if shim is not None else _Monitor(0)

"""One container of another engine, put together from its runtime's files, its monitor's command line and the kernel."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, NamedTuple

from core.foreign.identity import identify, keeper_of
from core.foreign.logs import LogPlace, log_place
from core.foreign.monitors import ConmonCall, ShimCall, parse_conmon, parse_shim
from core.foreign.places import shim_options
from core.foreign.state_files import BundleProcess, DamagedState, RuntimeState, read_bundle, read_state
from core.host.cgroups import is_frozen
from core.host.process_stat import process_start
from core.host.process_table import (
    arguments_of,
    is_in_our_namespace,
    owner_of,
    parent_of,
    user_name,
    working_directory,
)
from core.model.foreign import SAFE_VERBS, ForeignContainer, Keeper, LogFormat
from core.model.state import Status, Verb

_ROOT: Final = 0
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
        self.state = state
        self._process = read_bundle(state.bundle).process or BundleProcess()
        self._names_read: tuple[int, int] = (-1, 0)
        self._recognise()

    def picture(self) -> ForeignContainer:
        """The container as it is now."""
        if self._names_read != self._names_stamp():
            self._recognise()
        state, identity = self.state, self._identity
        status = _status(self.folder, state)
        console, refusal = self._console()
        log = self._log if self._is_roots else LogPlace("", hint=self._refusal())
        return ForeignContainer(
            key=str(self.folder),
            id=self.folder.name,
            name=identity.name,
            keeper=identity.keeper,
            namespace=identity.namespace,
            owner=user_name(self._owner),
            image=identity.image,
            command=tuple(self._process.args or ()),
            status=status,
            pid=0 if status is Status.EXITED else state.pid,
            pid_start=state.pid_start,
            created_at=state.created_at,
            runtime=self._runtime(),
            runtime_root=str(self.folder.parent),
            bundle=state.bundle,
            cgroup_paths=state.cgroup_paths,
            monitor_pid=self._monitor.pid,
            terminal=self._process.terminal,
            stdin_open=bool(self._monitor.conmon and self._monitor.conmon.stdin_open),
            console=console,
            console_refusal=refusal,
            log_path=log.path,
            log_format=log.form,
            log_hint=log.hint,
            verbs=frozenset([*SAFE_VERBS, *([Verb.ATTACH] if console else [])] if self._is_roots else ()),
            error="",
        )

    def _recognise(self) -> None:
        """Find the monitor and the names: both may come, or change, after the state file."""
        state = self.state
        self._names_read = self._names_stamp()
        self._monitor = _monitor_of(self.folder.name, state)
        # A user's own files and processes could have us run, read or write anything in root's name.
        uids = (self.folder.stat().st_uid, self.folder.parent.stat().st_uid, owner_of(self._monitor.pid) or _ROOT)
        self._owner = next((uid for uid in uids if uid != _ROOT), _ROOT)
        self._identity = identify(self.folder.name, self.folder.parent, state, self._monitor.conmon, self._monitor.shim)
        self._log = log_place(self.folder.name, self._identity, self._monitor.conmon, state.annotations)

    def _names_stamp(self) -> tuple[int, int]:
        """What is another one when the process has another parent, or podman has written its names anew."""
        parent = parent_of(self.state.pid)
        try:
            return parent, (Path(self.state.bundle).parent.parent / "containers.json").stat().st_mtime_ns
        except (OSError, ValueError):
            return parent, 0

    @property
    def _is_roots(self) -> bool:
        return self._owner == _ROOT

    def _refusal(self) -> str:
        return f"it is {user_name(self._owner)}'s: work as that user"

    def _runtime(self) -> str:
        if not self._is_roots:
            return self.state.program
        if self._monitor.conmon is not None:
            return self._monitor.conmon.runtime
        options = shim_options(working_directory(self._monitor.pid)) if self._monitor.shim is not None else None
        return (options.binary_name if options is not None else "") or self.state.program

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
        key=str(folder), id=folder.name, name=folder.name, keeper=keeper, namespace=namespace, owner="", image="",
        command=(), status=Status.UNKNOWN, pid=0, pid_start=0, created_at=0.0, runtime="",
        runtime_root=str(folder.parent), bundle="", cgroup_paths={}, monitor_pid=0, terminal=False, stdin_open=False,
        console="", console_refusal="its state is damaged", log_path="", log_format=LogFormat.CRI,
        log_hint="its state is damaged", verbs=frozenset(), error=str(error),
    )  # fmt: skip


def own_command(picture: ForeignContainer) -> str:
    """What its keeper's own command is called."""
    if picture.keeper is Keeper.CONTAINERD:
        return f"ctr --namespace {picture.namespace}"
    if picture.keeper in (Keeper.RUNC, Keeper.CRUN):
        return f"{picture.keeper} --root {picture.runtime_root}"
    return {Keeper.CRIO: "crictl", Keeper.WHARFINGER: "wharf"}.get(picture.keeper, str(picture.keeper))


def _status(folder: Path, state: RuntimeState) -> Status:
    """As the runtimes tell it themselves."""
    if process_start(state.pid) != state.pid_start:
        return Status.EXITED
    if is_frozen(state.cgroup_paths):
        return Status.PAUSED
    return Status.CREATED if os.path.lexists(folder / "exec.fifo") else Status.RUNNING


def _monitor_of(container_id: str, state: RuntimeState) -> _Monitor:
    """The parent of the first process, where that is a monitor of this container."""
    if process_start(state.pid) != state.pid_start:
        return _Monitor(0)
    pid = parent_of(state.pid)
    if pid <= 1 or not is_in_our_namespace(pid):
        return _Monitor(0)
    arguments = arguments_of(pid)
    conmon, shim = parse_conmon(arguments), parse_shim(arguments)
    if conmon is not None and conmon.container_id == container_id:
        return _Monitor(pid, conmon)
    return _Monitor(pid, shim=shim) if shim is not None else _Monitor(0)

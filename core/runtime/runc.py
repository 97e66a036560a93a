"""runc, or a runtime with the same command line."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from core.errors import HostIncomplete, RuntimeFailed, TimedOut
from core.host.cgroups import find_cgroups, is_frozen, kill_all, remove_cgroups, wait_empty
from core.host.files import make_private_directory, remove_tree
from core.host.freezer import freeze_command, freezer_file, set_frozen
from core.host.process_stat import process_start
from core.host.process_table import arguments_of, kill_process
from core.host.processes import Finished, run
from core.host.quoting import shell_line
from core.host.start_fifo import release_command, release_process
from core.model.options import CheckpointOptions
from core.oci.messages import classify
from core.runtime.contract import Observation, Phase
from core.runtime.stored_state import StoredState, stored_state

REMEMBERED_COMMANDS: Final = 8
FREEZE_PATIENCE: Final = 2.0
REMOVAL_PATIENCE: Final = 0.1
RELEASE_PATIENCE: Final = 2.0
"""Seconds until the runtime's own command is tried."""
_ABSENT: Final = Observation(Phase.ABSENT, 0, 0, {})
_PHASES: Final = {
    "creating": Phase.CREATED,
    "created": Phase.CREATED,
    "running": Phase.RUNNING,
    "paused": Phase.PAUSED,
    "stopped": Phase.STOPPED,
}


class _StateAnswer(msgspec.Struct):
    status: str
    pid: int = 0


class _LogLine(msgspec.Struct):
    level: str = ""
    msg: str = ""


class Runc:
    """`root`: where the runtime keeps its state. `timeout`: seconds that a call may take. See `Runtime`.

    `acts_itself`: whether a start, a pause and a deletion are done here where they can be, and not by the program.
    """

    def __init__(self, path: str, root: Path, timeout: float, *, acts_itself: bool = True) -> None:
        self.path = path
        self._root = root
        self._timeout = timeout
        self._acts_itself = acts_itself
        self._ran = threading.local()

    def take_commands(self) -> list[str]:
        ran: deque[str] = getattr(self._ran, "commands", deque())
        commands = list(ran)
        ran.clear()
        return commands

    def version(self) -> str:
        lines = run([self.path, "--version"], timeout=self._timeout).stdout.decode(errors="replace").splitlines()
        return lines[0] if lines else ""

    def observe(self, container_id: str) -> Observation:
        """Follows libcontainer: stopped where the process is gone, a zombie or another one, else paused where the
        cgroup is frozen, else created where exec.fifo is still there, else running.
        """
        stored = self._stored(container_id)
        return _ABSENT if stored is None else self._seen(container_id, stored)

    def _seen(self, container_id: str, stored: StoredState) -> Observation:
        pid, start, paths = stored.pid, stored.pid_start, stored.cgroup_paths
        if process_start(pid) != start:
            phase = Phase.STOPPED
        elif is_frozen(paths):
            phase = Phase.PAUSED
        elif os.path.lexists(self._fifo(container_id)):
            phase = Phase.CREATED
        else:
            phase = Phase.RUNNING
        return Observation(phase, pid, start, paths)

    def _stored(self, container_id: str) -> StoredState | None:
        try:
            return stored_state(f"{self._root}/{container_id}")
        except (OSError, msgspec.MsgspecError) as error:
            raise RuntimeFailed(
                f"the runtime's state of container {container_id[:12]} is damaged: {error}",
                hint="remove the container by force",
                container_id=container_id,
            ) from error

    def _waiting_runc(self, container_id: str, stored: StoredState | None) -> int:
        """The first process of one that is created, where that waits as runc's does; 0 for none."""
        if stored is None or not stored.is_runc:
            return 0
        return stored.pid if self._seen(container_id, stored).phase is Phase.CREATED else 0

    def state(self, container_id: str) -> Observation:
        finished = self._run("state", container_id)
        if finished.returncode:
            if "does not exist" in finished.error_text() or not (self._root / container_id).exists():
                return _ABSENT
            raise self._error(finished, container_id)
        try:
            answer = msgspec.json.decode(finished.stdout, type=_StateAnswer)
            return Observation(_PHASES[answer.status], answer.pid, 0, {})
        except (msgspec.MsgspecError, KeyError) as error:
            raise RuntimeFailed(
                f"the runtime's answer about container {container_id[:12]} is not understood: {error}",
                container_id=container_id,
                argv=finished.argv,
            ) from error

    def start(self, container_id: str) -> None:
        if self._release(container_id):
            return
        self.finish_start(container_id)
        self._check(container_id, "start", container_id)

    def finish_start(self, container_id: str) -> None:
        waiting = self._waiting_runc(container_id, self._stored(container_id))
        if waiting and arguments_of(waiting)[1:] != ["init"]:
            Path(self._fifo(container_id)).unlink(missing_ok=True)

    def kill(self, container_id: str, signal: int) -> None:
        self._check(container_id, "kill", container_id, str(signal))

    def pause(self, container_id: str) -> None:
        if not self._set_frozen(container_id, Phase.RUNNING, frozen=True):
            self._refuse(container_id, Phase.PAUSED)
            self._check(container_id, "pause", container_id)

    def resume(self, container_id: str) -> None:
        if not self._set_frozen(container_id, Phase.PAUSED, frozen=False):
            self._refuse(container_id, Phase.RUNNING)
            self._check(container_id, "resume", container_id)

    def _refuse(self, container_id: str, phase: Phase) -> None:
        """Raise `RuntimeFailed` for a container that is in `phase` already: crun would say that all is well."""
        if self.observe(container_id).phase is phase:
            raise RuntimeFailed(f"container {container_id[:12]} is {phase} already", container_id=container_id)

    def checkpoint(self, container_id: str, image: Path, work: Path, options: CheckpointOptions) -> None:
        flags = ("leave_running", "tcp_established", "file_locks")
        wanted = [f"--{flag.replace('_', '-')}" for flag in flags if getattr(options, flag)]
        if options.pre_checkpoint:
            wanted.append("--pre-dump")
        elif options.with_previous:
            # As seen from the folder of the images.
            wanted += ["--parent-path", "../pre-checkpoint"]
        folders = ["--image-path", os.fspath(image), "--work-path", os.fspath(work)]
        self._check(container_id, "checkpoint", *folders, *wanted, container_id)

    def update(self, container_id: str, resources: Mapping[str, Any]) -> None:
        self._check(container_id, "update", "--resources", "-", container_id, stdin=msgspec.json.encode(resources))

    def delete(self, container_id: str, *, force: bool = False) -> None:
        folder = self._root / container_id
        if not folder.exists():
            return
        try:
            stored = self._stored(container_id)
        except RuntimeFailed:
            if not force:
                raise
            self._delete_without_program(folder, container_id)
            return
        if stored is not None and self._remove_files(container_id, stored):
            return
        try:
            finished = self._run("delete", *(["--force"] if force else []), container_id)
        except HostIncomplete:
            if not force:
                raise
            self._kill_first(container_id)
            self._delete_without_program(folder, container_id)
            return
        if finished.returncode and folder.exists():
            raise self._error(finished, container_id)
        remove_cgroups(stored.cgroup_paths if stored is not None else {})

    def processes(self, container_id: str) -> list[int]:
        finished = self._check(container_id, "ps", "--format", "json", container_id)
        return msgspec.json.decode(finished.stdout, type=list[int] | None) or []

    def exec_argv(
        self,
        container_id: str,
        *,
        process_file: Path,
        terminal: bool,
        pid_file: Path | None = None,
        detach: bool = False,
        log: Path | None = None,
        descriptors: int = 0,
    ) -> list[str]:
        argv = [self.path, *self.create_argv_options()]
        if log is not None:
            argv += ["--log", os.fspath(log), "--log-format", "json"]
        argv += ["exec", "--process", os.fspath(process_file)]
        if terminal:
            argv.append("--tty")
        if detach:
            argv.append("--detach")
        if pid_file is not None:
            argv += ["--pid-file", os.fspath(pid_file)]
        if descriptors:
            argv += ["--preserve-fds", str(descriptors)]
        return [*argv, container_id]

    def create_argv_options(self) -> list[str]:
        return [f"--root={self._root}"]

    def _release(self, container_id: str) -> bool:
        """Start as the program itself would, without it: all that it does is to read from the FIFO and remove it."""
        stored = self._stored(container_id) if self._acts_itself else None
        if stored is None or stored.has_start_hooks or not self._waiting_runc(container_id, stored):
            return False
        fifo = self._fifo(container_id)
        try:
            done = release_process(fifo, RELEASE_PATIENCE)
        except OSError:
            return False
        if done:
            self._note(release_command(fifo))
        return done

    def _fifo(self, container_id: str) -> str:
        return f"{self._root}/{container_id}/exec.fifo"

    def _set_frozen(self, container_id: str, expected: Phase, *, frozen: bool) -> bool:
        """Do what the program itself would do, without it: write to the freezer. False where that is its own affair.

        runc keeps nothing of a pause: it reads the same file when it is asked for the state.
        """
        if not self._acts_itself:
            return False
        seen = self.observe(container_id)
        file = freezer_file(seen.cgroup_paths)
        if seen.phase is not expected or not file:
            return False
        try:
            done = set_frozen(file, frozen=frozen, timeout=FREEZE_PATIENCE)
        except OSError:
            return False
        if done:
            self._note(freeze_command(file, frozen=frozen))
        return done

    def _remove_files(self, container_id: str, stored: StoredState) -> bool:
        """Delete one that has ended as the program would, without it. False where there is more to do.

        The folder goes last: a deletion that is cut short is begun again.
        """
        if not self._acts_itself or not stored.leaves_files_alone:
            return False
        if self._seen(container_id, stored).phase is not Phase.STOPPED:
            return False
        if not remove_cgroups(stored.cgroup_paths, REMOVAL_PATIENCE):
            return False
        folder = self._root / container_id
        remove_tree(folder)
        if folder.exists():
            return False
        self._note(shell_line(["rm", "-r", str(folder)]))
        return True

    def _kill_first(self, container_id: str) -> None:
        """Kill the first process, which in a namespace of its own takes the others with it."""
        seen = self.observe(container_id)
        # A half-made state names no process, and 0 would be our own group.
        if seen.phase not in (Phase.STOPPED, Phase.ABSENT):
            kill_process(seen.pid, seen.pid_start)

    def _delete_without_program(self, folder: Path, container_id: str) -> None:
        """Kill what is in the cgroups and drop the folder.

        Of one whose state is not readable, which the program can do nothing with either; or without the program.
        """
        cgroups = find_cgroups(container_id)
        kill_all(cgroups)
        if not wait_empty(cgroups, self._timeout):
            raise TimedOut(
                f"processes of container {container_id[:12]} do not end",
                hint="see whether they wait for a device or a network file system",
                container_id=container_id,
            )
        remove_cgroups(cgroups)
        remove_tree(folder)

    def _check(self, container_id: str, *arguments: str, stdin: bytes | None = None) -> Finished:
        finished = self._run(*arguments, stdin=stdin)
        if finished.returncode:
            raise self._error(finished, container_id)
        return finished

    def _run(self, *arguments: str, stdin: bytes | None = None) -> Finished:
        make_private_directory(self._root)
        argv = [self.path, *self.create_argv_options(), "--log-format=json", *arguments]
        self._note(shell_line(argv))
        return run(argv, env=_environment(), stdin=stdin, timeout=self._timeout)

    def _note(self, command: str) -> None:
        if not hasattr(self._ran, "commands"):
            self._ran.commands = deque(maxlen=REMEMBERED_COMMANDS)
        self._ran.commands.append(command)

    def _error(self, finished: Finished, container_id: str) -> RuntimeFailed:
        text = finished.error_text()
        for line in reversed(text.splitlines()):
            try:
                entry = msgspec.json.decode(line, type=_LogLine)
            except msgspec.MsgspecError:
                continue
            if entry.level in ("error", "fatal"):
                text = entry.msg
                break
        error = classify(text)
        return RuntimeFailed(
            error.message,
            hint=error.hint,
            container_id=container_id,
            argv=finished.argv,
            stderr=finished.stderr.decode(errors="replace"),
        )


def _environment() -> dict[str, str] | None:
    """Without the socket of systemd: conmon sees to that, and the program would wait for the container's word on it."""
    if "NOTIFY_SOCKET" not in os.environ:
        return None
    return {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}

"""conmon as the monitor."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence
from typing import Final

import msgspec

from core.errors import MonitorFailed, TimedOut
from core.host.batch_jobs import MANY, schedule_as_usual, starting_jobs
from core.host.files import make_private_directory, remove_tree
from core.host.process_stat import process_start
from core.host.process_table import (
    arguments_of,
    children_of,
    find_monitor,
    is_monitor,
    kill_process,
    open_pidfd,
    wait_pidfd,
)
from core.host.processes import PIPE, Process, StillRunning, kill_group, spawn
from core.host.sealed_program import SealedProgram
from core.model.log_target import LogDriver
from core.monitor.contract import MonitorRequest
from core.oci.messages import classify
from core.paths import EnginePaths

FORK_TIMEOUT: Final = 20.0
"""Seconds that conmon may take to go into the background."""
CREATE_TIMEOUT: Final = 60.0
"""Seconds, where nothing else is said."""
_PROCESSORS: Final = os.cpu_count() or 1
FIRST_LOOK: Final = 0.01
"""Seconds that the fastest runtime takes to create a container, where it need not share a processor."""
LOOK_AT_REPORT: Final = 0.002
LOOK_AT_MONITOR: Final = 0.5
"""Seconds between two looks."""
LOOK_SHARE: Final = 1 / 16
"""Of the time waited, how long the next pause is where that is more: a slow create is not made slower by looking.

Where several creates are waited for, each is looked at as much less often: together they have the machine to share.
"""


class _Report(msgspec.Struct):
    data: int
    message: str = ""


class Conmon:
    """Starts and watches conmon processes. See `Monitor`.

    `runtime` is the path of the OCI runtime, `runtime_options` what it needs before its verb, `create_timeout` the
    seconds that it may take to create a container.
    """

    def __init__(
        self,
        path: str,
        paths: EnginePaths,
        runtime: str,
        runtime_options: Sequence[str],
        create_timeout: float = CREATE_TIMEOUT,
    ) -> None:
        self._path = path
        self._paths = paths
        self._runtime = runtime
        self._runtime_options = tuple(runtime_options)
        self._create_timeout = create_timeout
        self._creating: set[str] = set()
        self._programs: dict[str, SealedProgram] = {}

    def create(self, request: MonitorRequest) -> int:
        runtime = request.runtime or self._runtime
        self._creating.add(request.container_id)
        try:
            with self._programs.setdefault(runtime, SealedProgram(runtime)).path() as program:
                return self._create(request, program)
        finally:
            self._creating.discard(request.container_id)

    def _create(self, request: MonitorRequest, program: str) -> int:
        """`program`: where to run the runtime from."""
        container_id = request.container_id
        bundle = self._paths.bundle(container_id)
        self.forget(container_id)
        make_private_directory(self._paths.exits)
        make_private_directory(self._paths.persist(container_id))
        stdin, stdout, stderr = _streams(request)
        # A pipe would kill conmon, or leave it brain-dead, when its creator dies before it reports: a file can not.
        sync = os.open(
            self._paths.sync_file(container_id), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        is_job = request.is_alone and len(self._creating) >= MANY
        try:
            with starting_jobs(are_jobs=is_job):
                process = spawn(
                    self._argv(request, program),
                    cwd=bundle,
                    env=_environment(sync),
                    stdin=stdin,
                    stdout=stdout,
                    stderr=stderr,
                    pass_fds=[sync, *request.descriptors, *range(3, 3 + request.handed_on)],
                )
            complaint = self._await_fork(container_id, process)
            if process.returncode:
                raise MonitorFailed(
                    f"conmon could not start: {complaint or process.returncode}",
                    container_id=container_id,
                    stderr=complaint,
                )
            pid = self._await_report(request)
        finally:
            os.close(sync)
        if is_job:
            monitor = self.find(container_id)
            for job in (pid, *(monitor or ())[:1]):
                schedule_as_usual(job)
        return pid

    def find(self, container_id: str) -> tuple[int, int] | None:
        bundle = self._paths.bundle(container_id)
        with contextlib.suppress(OSError, ValueError):
            pid = int(self._paths.monitor_pid_file(container_id).read_text())
            start = process_start(pid)
            if start is not None and is_monitor(pid, container_id, bundle):
                return pid, start
        found = find_monitor(container_id, bundle)
        found_start = process_start(found) if found is not None else None
        return (found, found_start) if found is not None and found_start is not None else None

    def created_pid(self, container_id: str) -> int | None:
        try:
            data = self._paths.sync_file(container_id).read_bytes()
        except FileNotFoundError:
            return None
        line, newline, _ = data.partition(b"\n")
        if not newline:
            return None
        # conmon puts into it what the runtime said, control characters and all.
        text = "".join(one if one >= " " else "\ufffd" for one in line.decode(errors="replace"))
        try:
            report = msgspec.json.decode(text, type=_Report)
        except msgspec.MsgspecError as error:
            raise MonitorFailed(f"conmon's report is not understood: {error}", container_id=container_id) from error
        if report.data < 0:
            refusal = classify(report.message)
            refusal.container_id = container_id
            raise refusal
        return report.data

    def exit_code(self, container_id: str) -> int | None:
        try:
            return int(self._paths.exit_file(container_id).read_text())
        except (FileNotFoundError, ValueError):
            return None

    def oom_killed(self, container_id: str) -> bool:
        return (self._paths.persist(container_id) / "oom").exists()

    def wait_exit(self, container_id: str, pid: int, pid_start: int, timeout: float | None) -> int:
        from core.monitor.exit_wait import ExitWait

        process = (pid, pid_start)
        wait = ExitWait(lambda: self.exit_code(container_id), self._paths.exits, process, self.find(container_id))
        try:
            return wait.result(timeout)
        except TimedOut as error:
            raise TimedOut(f"container {container_id[:12]} still runs", container_id=container_id) from error

    def wait_gone(self, container_id: str, timeout: float) -> bool:
        monitor = self.find(container_id)
        if monitor is None:
            return True
        descriptor = open_pidfd(monitor[0])
        if descriptor is None:
            return True
        try:
            return wait_pidfd(descriptor, timeout)
        finally:
            os.close(descriptor)

    def resize(self, container_id: str, columns: int, rows: int) -> None:
        monitor = self.find(container_id)
        if monitor is None:
            raise MonitorFailed(
                "the console can not be resized: the container's monitor is gone", container_id=container_id
            )
        from core.monitor.console_size import set_console_size

        set_console_size(self._paths.control_fifo(container_id), monitor[0], columns, rows)

    def console_size(self, container_id: str) -> tuple[int, int] | None:
        monitor = self.find(container_id)
        from core.monitor.console_size import console_size

        return console_size(monitor[0]) if monitor is not None else None

    def forget(self, container_id: str) -> None:
        paths, bundle = self._paths, self._paths.bundle(container_id)
        stale = [
            paths.exit_file(container_id),
            paths.runtime_log(container_id),
            paths.pid_file(container_id),
            paths.monitor_pid_file(container_id),
            paths.sync_file(container_id),
            paths.attach_socket(container_id),
            paths.control_fifo(container_id),
            bundle / "winsz",
            bundle / "oom",
        ]
        for file in stale:
            file.unlink(missing_ok=True)
        remove_tree(paths.persist(container_id))

    def _argv(self, request: MonitorRequest, program: str) -> list[str]:
        container_id, paths, log = request.container_id, self._paths, request.log
        # fmt: off
        argv = [
            self._path,
            "--api-version", "1",
            "-c", container_id,
            "-u", container_id,
            "-n", request.name,
            "-r", program,
            "-b", str(paths.bundle(container_id)),
            "-p", str(paths.pid_file(container_id)),
            "-P", str(paths.monitor_pid_file(container_id)),
            "-l", f"k8s-file:{log.path or paths.log(container_id)}" if log.keeps_file else str(log.driver),
            "--log-level", "error",
            "--log-size-max", str(request.log_size_max),
            "--exit-dir", str(paths.exits),
            "--persist-dir", str(paths.persist(container_id)),
            "--full-attach",
        ]
        # fmt: on
        options = [*self._runtime_options, "--log-format=json", f"--log={paths.runtime_log(container_id)}"]
        argv += [f"--runtime-arg={option}" for option in (*options, *request.runtime_arguments)]
        if log.tag:
            argv += ["--log-tag", log.tag]
        if request.time_limit:
            argv += ["--timeout", str(request.time_limit)]
        if request.terminal:
            argv.append("-t")
        elif request.stdin_open:
            argv += ["-i"] if request.stdin_once else ["-i", "--leave-stdin-open"]
        if request.restore:
            argv += ["--restore", request.restore]
        handed_on = ("--preserve-fds", str(request.handed_on)) if request.handed_on else ()
        for option in (*request.runtime_options, *handed_on):
            argv += ["--runtime-opt", option]
        if request.notify_socket:
            argv += ["--sdnotify-socket", request.notify_socket]
        if request.exit_command:
            argv += ["--exit-command", request.exit_command[0]]
            for argument in request.exit_command[1:]:
                argv += ["--exit-command-arg", argument]
        return argv

    def _await_fork(self, container_id: str, process: Process) -> str:
        """What conmon said before it went into the background: nothing, where all is well."""
        try:
            complaints = process.communicate(timeout=FORK_TIMEOUT)[1] or b""
            return complaints.decode(errors="replace").strip()
        except StillRunning as error:
            kill_group(process)
            process.wait()
            raise TimedOut(
                f"conmon did not start within {FORK_TIMEOUT:g} seconds",
                hint="see whether a file system hangs",
                container_id=container_id,
            ) from error

    def _await_report(self, request: MonitorRequest) -> int:
        container_id, runtime = request.container_id, request.runtime or self._runtime
        deadline = time.monotonic() + self._create_timeout
        time.sleep(FIRST_LOOK * max(1.0, len(self._creating) / _PROCESSORS))
        while (pid := self._reported_within(container_id, min(LOOK_AT_MONITOR, deadline - time.monotonic()))) is None:
            monitor = self.find(container_id)
            # Past all else, its exit command may be waiting for our own caller.
            is_over = monitor is None or _runs_exit_command(monitor[0], request.exit_command)
            if is_over and self.created_pid(container_id) is None:
                raise self._silent_failure(container_id, runtime)
            if monitor is not None and time.monotonic() >= deadline:
                runtimes = [(child, process_start(child) or 0) for child in children_of(monitor[0])]
                for hung in (*runtimes, monitor):
                    kill_process(*hung)
                raise TimedOut(
                    f"the runtime did not create the container within {self._create_timeout:g} seconds",
                    hint=f"see whether {runtime} hangs",
                    container_id=container_id,
                )
        return pid

    def _reported_within(self, container_id: str, timeout: float) -> int | None:
        """The PID that conmon reports, None where it has not within `timeout` seconds.

        Looked for again and again: to end a watch of the file takes the kernel longer than all of the looking.
        """
        file = str(self._paths.sync_file(container_id))
        began = time.monotonic()
        while True:
            if os.stat(file).st_size:
                pid = self.created_pid(container_id)
                if pid is not None:
                    return pid
            waited = time.monotonic() - began
            if waited >= timeout:
                return None
            time.sleep(max(LOOK_AT_REPORT * len(self._creating), waited * LOOK_SHARE))

    def _silent_failure(self, container_id: str, runtime: str) -> MonitorFailed:
        try:
            said = self._paths.runtime_log(container_id).read_text(errors="replace").strip()
        except OSError:
            said = ""
        return MonitorFailed(
            "the container was not created, and neither conmon nor the runtime said why",
            hint=f"see whether {runtime} runs at all",
            container_id=container_id,
            stderr=said,
        )


def _runs_exit_command(monitor_pid: int, exit_command: tuple[str, ...]) -> bool:
    """Whether a conmon is past all else. The command may be a script, so that its interpreter comes first."""
    wanted = list(exit_command[1:])
    return bool(wanted) and any(arguments_of(child)[-len(wanted) :] == wanted for child in children_of(monitor_pid))


def _streams(request: MonitorRequest) -> tuple[int | None, int | None, int | None]:
    """conmon's own: its complaints for us, or all of ours for the container. A terminal is never given away."""
    if request.log.driver is not LogDriver.PASSTHROUGH:
        return None, None, PIPE
    return (None, None, None) if any(map(os.isatty, (0, 1, 2))) else (0, 1, 2)


def _environment(sync: int) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        "XDG_RUNTIME_DIR": os.environ.get("XDG_RUNTIME_DIR", "/run"),
        "LANG": os.environ.get("LANG", "C.UTF-8"),
        "_OCI_SYNCPIPE": str(sync),
    }

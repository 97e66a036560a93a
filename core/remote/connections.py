"""One connection a host, which several calls share: OpenSSH's multiplexing, with its sockets in a private folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
from collections.abc import Sequence
from typing import Final, Self

from core.errors import EngineError, RemoteFailed, TimedOut
from core.host.processes import Finished, Process, kill_group, run
from core.remote.command_line import remote_words, ssh_words
from core.remote.failures import SSH_FAILED, ssh_failure, wharf_failure
from core.remote.host import Host

LASTING: Final = 60
"""Seconds that an idle connection stays after a program that had no time to close it."""
_CLOSING_PATIENCE: Final = 5.0


class Connections:
    """Made when they are first wanted; `close` ends them. Any thread may ask."""

    def __init__(self) -> None:
        self._folder = ""
        self._numbers: dict[Host, int] = {}
        self._lock = threading.Lock()
        self._asking: set[Process] = set()
        self._is_closed = False

    def options(self, host: Host, *, lasting: bool) -> list[str]:
        """What has ssh use the host's connection, or make it. `lasting`: it outlives the call that made it.

        Raises `RemoteFailed` where there is no place for it.
        """
        with self._lock:
            if not self._folder:
                # Sockets have short paths: 104 bytes, ssh's own ending among them. The folder's mode is 0700.
                place = os.environ.get("XDG_RUNTIME_DIR", "")
                usable = len(place) < 60 and os.access(place, os.W_OK)
                try:
                    self._folder = tempfile.mkdtemp(prefix="wharf-ssh-", dir=place if usable else "/tmp")
                except OSError as error:
                    raise RemoteFailed(f"no folder for connections can be made: {error}") from error
            number = self._numbers.setdefault(host, len(self._numbers))
        persist = f"ControlPersist={LASTING if lasting else 'no'}"
        return ["ControlMaster=auto", f"ControlPath={self._folder}/{number}", persist]

    def ask(self, host: Host, arguments: Sequence[str], timeout: float) -> bytes:
        """What a `wharf` there prints, without a question to anybody. Raises `RemoteFailed`."""
        finished = self._run(host, remote_words(host, arguments), timeout)
        said = finished.stderr.decode(errors="replace")
        if finished.returncode == SSH_FAILED:
            raise ssh_failure(host, said)
        if finished.returncode:
            raise wharf_failure(host, said)
        return finished.stdout

    def signal(self, host: Host, pid: int, number: int, timeout: float) -> None:
        """Send a signal to a process there, over the connection that there is. Raises `RemoteFailed`."""
        finished = self._run(host, f"kill -{number} {pid}", timeout)
        if finished.returncode == SSH_FAILED:
            raise ssh_failure(host, finished.stderr.decode(errors="replace"))

    def _run(self, host: Host, command: str, timeout: float) -> Finished:
        limit = f"ConnectTimeout={max(1, int(timeout))}"
        options = ["BatchMode=yes", limit, *self.options(host, lasting=True)]
        processes: list[Process] = []

        def started(process: Process) -> None:
            processes.append(process)
            with self._lock:
                self._asking.add(process)
                if self._is_closed:
                    kill_group(process)

        try:
            return run(ssh_words(host, command, options), timeout=timeout, started=started)
        except TimedOut as error:
            raise RemoteFailed(
                f"{host.name} did not answer within {timeout:g} seconds",
                hint="see whether the machine runs and can be reached",
                argv=error.argv,
            ) from error
        finally:
            with self._lock:
                self._asking.difference_update(processes)

    def close(self) -> None:
        """End what is asked just now and the connections, and take their folder away."""
        with self._lock:
            self._is_closed = True
            for process in self._asking:
                kill_group(process)
        for host in list(self._numbers):
            socket = f"{self._folder}/{self._numbers[host]}"
            if os.path.exists(socket):
                words = ssh_words(host, "", [f"ControlPath={socket}"])
                with contextlib.suppress(EngineError):
                    run([words[0], "-O", "exit", *words[1:-1]], timeout=_CLOSING_PATIENCE)
        self._numbers.clear()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

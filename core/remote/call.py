"""A `wharf` on another machine in place of this one: its streams, its exit code, and the signals that come here."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Final

from core.errors import EngineError
from core.host.processes import PIPE, Process, spawn
from core.host.terminal import LEAVE_FULL_SCREEN
from core.log import LOG
from core.remote.command_line import remote_words, ssh_words
from core.remote.connections import Connections
from core.remote.failures import SSH_FAILED, is_reason, ssh_failure
from core.remote.host import Host

PASSED_ON: Final = (
    *(signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT),
    *(signal.SIGUSR1, signal.SIGUSR2),
)
_SIGNAL_TIME: Final = 10.0
_FAREWELL: Final = re.compile(r"(?:Shared c|C)onnection to \S+ closed\.\s*")
"""What ssh says at the end of each session on a terminal."""
_LOST: Final = re.compile(
    r"^(?:client_loop: .*|Connection to \S+ closed by remote host.*|Timeout, server .*)\s*\Z", re.MULTILINE
)
"""What ssh says last where a session ends before its program."""
_KEPT: Final = 8192
"""Characters of what ssh says that are looked at for the reason of a failure."""


class RemoteCall:
    """One run. `terminal`: whether it has ours; else streams are passed byte for byte, and signals by a second call.

    A terminal needs no signals: the keys that make them are passed.
    """

    def __init__(
        self,
        connections: Connections,
        host: Host,
        arguments: Sequence[str],
        *,
        terminal: bool,
        lasting: bool = False,
        tell: Callable[[bytes], object] = lambda data: os.write(2, data),
    ) -> None:
        self._connections = connections
        self._host = host
        self._terminal = terminal
        self._tell = tell
        self._mark = "sh" if terminal else f"wharf-{os.urandom(8).hex()}"
        command = remote_words(host, arguments, self._mark)
        self._words = ssh_words(host, command, connections.options(host, lasting=lasting), terminal=terminal)
        self._process: Process | None = None
        self._remote_pid = 0
        self._said = ""

    def run(self) -> int:
        """Run it to its end; the exit code there. In the main thread, signals are passed on.

        Raises `RemoteFailed` where ssh has failed.
        """
        with self._signals():
            self._process = self._start()
            reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
            reader.start()
            code = self._process.wait()
        # Whoever there left a child behind with this stream does not keep us.
        reader.join(timeout=1.0)
        if self._terminal and (code == SSH_FAILED or code < 0):
            self._tell(LEAVE_FULL_SCREEN)
        if code == SSH_FAILED and self._ssh_failed():
            raise ssh_failure(self._host, self._said)
        return 128 - code if code < 0 else code

    def _ssh_failed(self) -> bool:
        """Whether the exit code of ssh's own failures is one: a program there may have it, too."""
        if not self._remote_pid:
            return not self._terminal or is_reason(self._said)
        return _LOST.search(self._said) is not None

    def end(self) -> None:
        """Have it end: there its terminal is gone then."""
        if self._process is not None:
            self._process.terminate()

    def _start(self) -> Process:
        """ssh keeps from an interrupt whoever starts it with that ignored: it is passed on, and ssh has to stay."""
        before = None
        if not self._terminal and threading.current_thread() is threading.main_thread():
            before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return spawn(self._words, stdin=0, stdout=1, stderr=PIPE, new_session=False)
        finally:
            if before is not None:
                signal.signal(signal.SIGINT, before)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        former = {number: signal.signal(number, self._take_signal) for number in PASSED_ON}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler or signal.SIG_DFL)

    def _take_signal(self, number: int, frame: FrameType | None) -> None:
        # In a thread: a handler may come between any two steps, and this takes some.
        threading.Thread(target=self._pass_on, args=(number,), daemon=True).start()

    def _pass_on(self, number: int) -> None:
        process = self._process
        if process is None:
            return
        if self._remote_pid:
            try:
                self._connections.signal(self._host, self._remote_pid, number, _SIGNAL_TIME)
            except EngineError as error:
                LOG.warning("signal %d did not reach %s: %s", number, self._host.name, error.message)
                process.terminate()
        elif number != signal.SIGINT or not self._terminal:
            # Nothing runs there yet, or it ends with its terminal.
            process.terminate()

    def _read(self, process: Process) -> None:
        """Pass on what comes on standard error: by lines as long as only ssh speaks, then as it comes."""
        assert process.stderr is not None
        held = b""
        with contextlib.suppress(OSError), process.stderr as stream:
            while data := os.read(stream.fileno(), 65536):
                held += data
                while not self._remote_pid and b"\n" in held:
                    line, _, held = held.partition(b"\n")
                    self._take_line(line + b"\n")
                if self._remote_pid and held:
                    self._keep(held)
                    self._tell(held)
                    held = b""
        if held:
            self._take_line(held)

    def _take_line(self, line: bytes) -> None:
        text = line.decode(errors="replace")
        word, _, number = text.strip().partition(" ")
        if word == self._mark and number.isdecimal():
            self._remote_pid = int(number)
            return
        self._keep(line)
        if not (is_reason(text) or (self._terminal and _FAREWELL.fullmatch(text))):
            self._tell(line)

    def _keep(self, data: bytes) -> None:
        self._said = (self._said + data.decode(errors="replace"))[-_KEPT:]

"""A session on a console in the operator's own terminal: raw, resized with it, left by the detach keys."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple, Protocol

from core.console.attach import STDERR
from core.console.detach import DetachFilter
from core.host.terminal import raw_terminal, terminal_size

HOLD: Final = 0.3
"""Seconds that the beginning of the detach keys is held back before it is sent."""
_BLOCK: Final = 4096


class ConsoleStream(Protocol):
    """A console that can be read and written: an attach socket, or the pty of an exec."""

    def fileno(self) -> int: ...

    def read(self) -> tuple[int, bytes] | None:
        """Stream (2 or 3) and bytes; None at the end."""

    def write(self, data: bytes) -> None: ...

    def close_input(self) -> None: ...


class SessionEnd(NamedTuple):
    """`detached`: left by the detach keys, the console goes on; else it came to its end."""

    detached: bool


def run_session(
    stream: ConsoleStream,
    *,
    input_fd: int | None,
    output_fd: int | None = 1,
    error_fd: int | None = 2,
    detach_keys: bytes = b"",
    resize: Callable[[int, int], None] | None = None,
    on_ready: Callable[[], None] | None = None,
) -> SessionEnd:
    """Join a console with descriptors of the caller until one of them ends.

    An `input_fd` that is a terminal is raw meanwhile, and restored whatever happens; its size (columns, rows) goes to
    `resize` before `on_ready` is called and at each change. Without `input_fd` nothing is typed; without one of the
    others what comes there is read and dropped.
    """
    terminal = input_fd is not None and os.isatty(input_fd) and resize is not None
    session = _Session(stream, input_fd, output_fd, error_fd, DetachFilter(detach_keys))
    if not terminal or input_fd is None or resize is None:
        if on_ready is not None:
            on_ready()
        return session.run(None)
    with raw_terminal(input_fd), _size_changes() as changes:
        resize(*terminal_size(input_fd))
        if on_ready is not None:
            on_ready()
        return session.run(changes, lambda: resize(*terminal_size(input_fd)))


@contextmanager
def _size_changes() -> Iterator[int]:
    """A descriptor that becomes readable at each SIGWINCH."""
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def note(number: int, frame: object) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(writer, b"w")

    in_main = threading.current_thread() is threading.main_thread()
    former = signal.signal(signal.SIGWINCH, note) if in_main else None
    try:
        yield reader
    finally:
        if in_main:
            signal.signal(signal.SIGWINCH, former or signal.SIG_DFL)
        os.close(reader)
        os.close(writer)


class _Session:
    def __init__(
        self,
        stream: ConsoleStream,
        input_fd: int | None,
        output_fd: int | None,
        error_fd: int | None,
        keys: DetachFilter,
    ) -> None:
        self._stream = stream
        self._input = input_fd
        self._output = output_fd
        self._error = error_fd
        self._keys = keys
        self._held_since = 0.0

    def run(self, changes: int | None, resized: Callable[[], None] | None = None) -> SessionEnd:
        poll = select.poll()
        poll.register(self._stream.fileno(), select.POLLIN)
        if self._input is not None:
            poll.register(self._input, select.POLLIN)
        if changes is not None:
            poll.register(changes, select.POLLIN)
        while True:
            ready = {number for number, _ in poll.poll(HOLD * 1000 if self._keys.held else None)}
            self._send_what_is_held_too_long()
            if changes in ready and changes is not None and resized is not None:
                os.read(changes, 64)
                resized()
            if self._stream.fileno() in ready and not self._show():
                return SessionEnd(detached=False)
            if self._input is not None and self._input in ready:
                alive, detached = self._type()
                if detached:
                    return SessionEnd(detached=True)
                if not alive:
                    poll.unregister(self._input)
                    self._input = None

    def _show(self) -> bool:
        packet = self._stream.read()
        if packet is None:
            return False
        number, data = packet
        target = self._error if number == STDERR else self._output
        if target is not None:
            _write_all(target, data)
        return True

    def _type(self) -> tuple[bool, bool]:
        """Whether the input goes on, and whether the detach keys came."""
        assert self._input is not None
        try:
            data = os.read(self._input, _BLOCK)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            data = b""
        if not data:
            self._stream.write(self._keys.flush())
            self._stream.close_input()
            return False, False
        sent, detached = self._keys.feed(data)
        if sent:
            self._stream.write(sent)
        self._held_since = time.monotonic()
        return True, detached

    def _send_what_is_held_too_long(self) -> None:
        if self._keys.held and time.monotonic() - self._held_since >= HOLD:
            self._stream.write(self._keys.flush())


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:
            select.select([], [descriptor], [])

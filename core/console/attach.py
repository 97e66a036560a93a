"""The client of conmon's attach socket."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from pathlib import Path
from typing import Final, Self

from core.errors import MonitorFailed

STDOUT: Final = 2
STDERR: Final = 3
PACKET: Final = 8192
"""Bytes of output in a packet at most, besides the byte that names the stream; larger input would be cut by conmon."""
_CONNECT_PATIENCE: Final = 2.0


class AttachSocket:
    """A connection to a console. Whoever holds it must read or close it: an unread one stops the container."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    @classmethod
    def connect(cls, path: Path) -> Self:
        """Connect to the socket at `path`, of any length. Raises `MonitorFailed` where nobody listens."""
        deadline = time.monotonic() + _CONNECT_PATIENCE
        while True:
            try:
                return cls(_connect(path))
            except OSError as error:
                if time.monotonic() >= deadline or isinstance(error, ConnectionRefusedError):
                    raise MonitorFailed(
                        f"the console does not answer: {error.strerror}", hint="see whether the container still runs"
                    ) from error
                time.sleep(0.01)

    def fileno(self) -> int:
        return self._socket.fileno()

    def receive(self) -> tuple[int, bytes] | None:
        """The next packet as stream (2 standard output, 3 standard error) and bytes; None at the end."""
        try:
            packet = self._socket.recv(PACKET + 1)
        except ConnectionResetError:
            return None
        return (packet[0], packet[1:]) if packet else None

    def read(self) -> tuple[int, bytes] | None:
        """As `receive`: the console as a stream."""
        return self.receive()

    def send(self, data: bytes) -> None:
        """Type `data`, in packets that conmon takes whole; waits where the container does not read."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for start in range(0, len(data), PACKET):
                self._socket.send(data[start : start + PACKET])

    def write(self, data: bytes) -> None:
        self.send(data)

    def close_input(self) -> None:
        """Say that nothing more will be typed."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def detach(self) -> int:
        """Give the descriptor away; closing it is the caller's then."""
        return self._socket.detach()

    def close(self) -> None:
        self._socket.close()


def _connect(path: Path) -> socket.socket:
    # A path of a socket may have 107 bytes; by way of /proc any length goes.
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
        try:
            connection.connect(f"/proc/self/fd/{descriptor}")
        except BaseException:
            connection.close()
            raise
        return connection
    finally:
        os.close(descriptor)

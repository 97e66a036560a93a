"""The keeper's end of a console: never waits, neither to read nor to write."""

from __future__ import annotations

import errno
import os
import socket
from typing import Final

from tui.terminal.keeper_protocol import ConsoleKind

PACKET_LIMIT: Final = 8192
"""Bytes of input a packet: conmon cuts longer ones."""
PACKET_READ: Final = 64 * 1024
BATCH: Final = 256 * 1024
"""Bytes read before the screen gets its turn."""
PENDING_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of input kept for a program that does not read."""

_OUT_OF_REACH: Final = (errno.EIO, errno.ECONNRESET, errno.EPIPE, errno.EBADF, errno.ENOTCONN)


class Console:
    """An attach socket of conmon (packets with a stream number) or the master side of a pty (plain bytes)."""

    def __init__(self, kind: ConsoleKind, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor) if kind == "attach" else None
        self._descriptor = descriptor
        os.set_blocking(descriptor, False)
        self._pending = bytearray()
        self.ended = False

    def fileno(self) -> int:
        return self._descriptor

    def read_packet(self) -> tuple[bytes, int] | None:
        """The program's output in one packet and its size on the socket; None when nothing waits or it has ended."""
        try:
            if self._socket is not None:
                packet = self._socket.recv(PACKET_READ, socket.MSG_DONTWAIT)
                data, size = packet[1:], len(packet)
            else:
                data = os.read(self._descriptor, PACKET_READ)
                size = len(data)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError as error:
            if error.errno not in _OUT_OF_REACH:
                raise
            size, data = 0, b""
        if size == 0:
            self.ended = True
            return None
        return data, size

    def read_batch(self) -> bytes:
        """What waits, up to a batch."""
        pieces: list[bytes] = []
        total = 0
        while total < BATCH and (packet := self.read_packet()) is not None:
            pieces.append(packet[0])
            total += packet[1]
        return b"".join(pieces)

    def write(self, data: bytes) -> bool:
        """Queue input and send what can be sent; False when it was refused because the program reads nothing."""
        if self.ended:
            return True
        if len(self._pending) + len(data) > PENDING_LIMIT:
            return False
        self._pending += data
        self.flush()
        return True

    @property
    def wants_to_write(self) -> bool:
        return bool(self._pending) and not self.ended

    def flush(self) -> None:
        """Send what can be sent without waiting."""
        try:
            while self._pending:
                piece = bytes(self._pending[:PACKET_LIMIT])
                sent = (
                    self._socket.send(piece, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
                    if self._socket is not None
                    else os.write(self._descriptor, piece)
                )
                del self._pending[:sent]
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._pending.clear()

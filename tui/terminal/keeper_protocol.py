"""What the screen and a keeper say to each other, over a stream socket: a length, then a message in msgpack.

The first byte on the socket is `HELLO` and carries the console's descriptor (SCM_RIGHTS). Then `Open`, then anything.
The keeper is not trusted: its messages are validated, bounded in length, and only ever drawn.
"""

from __future__ import annotations

import struct
from typing import Final, Literal

import msgspec

from tui.terminal.frame import Frame

HELLO: Final = b"W"
REPLAY_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of log that are replayed."""
TO_KEEPER_LIMIT: Final = REPLAY_LIMIT + 64 * 1024
TO_SCREEN_LIMIT: Final = 32 * 1024 * 1024

ConsoleKind = Literal["attach", "exec"]


class Open(msgspec.Struct, frozen=True, tag="open"):
    """The first message: what the descriptor is, the size, and the log to show first.

    Of what waits in the socket, at least `skip_least` bytes (packet headers included) are in `replay` already, and at
    most `skip_most`.
    """

    kind: ConsoleKind
    columns: int
    rows: int
    terminal: bool = True
    replay: bytes = b""
    skip_least: int = 0
    skip_most: int = 0


class Input(msgspec.Struct, frozen=True, tag="input"):
    """Bytes for the program."""

    data: bytes


class Resize(msgspec.Struct, frozen=True, tag="resize"):
    columns: int
    rows: int


class WantFrame(msgspec.Struct, frozen=True, tag="want"):
    """One frame, please, as soon as there is something new; `full` for every row, and at once."""

    full: bool = False


class ScrollView(msgspec.Struct, frozen=True, tag="scroll"):
    """Look so many rows up (negative) or down; 0 goes back to the program's screen."""

    rows: int


class Find(msgspec.Struct, frozen=True, tag="find"):
    """Bring the next row with this text into view; an empty text forgets what was found."""

    query: str
    older: bool = True


class WantText(msgspec.Struct, frozen=True, tag="want-text"):
    """The text of these rows, please, counted from the oldest that is kept."""

    first: int
    last: int


class Record(msgspec.Struct, frozen=True, tag="record"):
    """From now on what the program prints is told, too; or not any more."""

    on: bool


class TextRead(msgspec.Struct, frozen=True, tag="text"):
    """What `WantText` asked for."""

    text: str


class Printed(msgspec.Struct, frozen=True, tag="printed"):
    """What the program printed, while it is recorded."""

    data: bytes


class ClipboardOffered(msgspec.Struct, frozen=True, tag="clipboard"):
    """The program wants this text in the operator's clipboard (OSC 52)."""

    text: str


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The console is at its end; the frame before this one is the last."""


class Notice(msgspec.Struct, frozen=True, tag="notice"):
    """One line for the operator."""

    text: str


ToKeeper = Open | Input | Resize | WantFrame | ScrollView | Find | WantText | Record
ToScreen = Frame | Ended | Notice | TextRead | Printed | ClipboardOffered

_LENGTH: Final = struct.Struct(">I")
_encoder: Final = msgspec.msgpack.Encoder()


class ProtocolBroken(Exception):
    """The other side sent something that is no message."""


def encode(message: ToKeeper | ToScreen) -> bytes:
    """A message as it goes over the socket."""
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


class _Splitter:
    """Cuts a stream into the bodies of messages."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        self._buffer += data
        bodies: list[bytes] = []
        start = 0
        while len(self._buffer) - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer, start)
            if length > self._limit:
                raise ProtocolBroken(f"a message of {length} bytes")
            if len(self._buffer) - start - _LENGTH.size < length:
                break
            start += _LENGTH.size
            bodies.append(bytes(self._buffer[start : start + length]))
            start += length
        del self._buffer[:start]
        return bodies

    def rest(self) -> bytes:
        return bytes(self._buffer)


class KeeperInbox:
    """Decodes what the screen sends."""

    def __init__(self) -> None:
        self._splitter = _Splitter(TO_KEEPER_LIMIT)
        self._decoder = msgspec.msgpack.Decoder[ToKeeper](ToKeeper)

    def feed(self, data: bytes) -> list[ToKeeper]:
        """The messages completed by these bytes; raises ProtocolBroken."""
        try:
            return [self._decoder.decode(body) for body in self._splitter.feed(data)]
        except (msgspec.DecodeError, UnicodeError) as error:
            raise ProtocolBroken(str(error)) from error

    def rest(self) -> bytes:
        """The bytes of a message that is not complete."""
        return self._splitter.rest()


class ScreenInbox:
    """Decodes what a keeper sends."""

    def __init__(self) -> None:
        self._splitter = _Splitter(TO_SCREEN_LIMIT)
        self._decoder = msgspec.msgpack.Decoder[ToScreen](ToScreen)

    def feed(self, data: bytes) -> list[ToScreen]:
        """The messages completed by these bytes; raises ProtocolBroken."""
        try:
            return [self._decoder.decode(body) for body in self._splitter.feed(data)]
        except (msgspec.DecodeError, UnicodeError) as error:
            raise ProtocolBroken(str(error)) from error

"""The screen's side of a keeper: hands it the console, gets frames, never waits."""

from __future__ import annotations

import array
import asyncio
import contextlib
import fcntl
import socket
import termios
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tui.languages import _
from tui.terminal.background import call_in_background
from tui.terminal.frame import Frame
from tui.terminal.keeper_process import STOCK, KeeperProcess, KeeperStock
from tui.terminal.keeper_protocol import (
    HELLO,
    REPLAY_LIMIT,
    ClipboardOffered,
    Ended,
    Find,
    Input,
    Notice,
    Open,
    Printed,
    ProtocolBroken,
    Record,
    Resize,
    ScreenInbox,
    ScrollView,
    TextRead,
    ToKeeper,
    WantFrame,
    WantText,
    encode,
)
from tui.terminal.source import ConsoleSource

OPEN_PATIENCE: Final = 10.0
"""Seconds that a keeper has to take its console."""
UNSENT_LIMIT: Final = 8 * 1024 * 1024
"""Bytes kept for a keeper that does not read; more means that it hangs."""
SNAPSHOT_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class KeeperListener:
    """Who is told what happens; all called in the event loop."""

    frame: Callable[[Frame], None]
    ended: Callable[[], None]
    notice: Callable[[str], None]
    text: Callable[[str], None]
    """What `want_text` asked for."""
    printed: Callable[[bytes], None]
    """What the program printed, while it is recorded."""
    clipboard: Callable[[str], None]
    """A text that the program wants in the operator's clipboard."""
    lost: Callable[[str], None]
    """The keeper is gone or talks nonsense, while the console may be well; the text says why."""


def waiting_bytes(descriptor: int) -> int:
    """Bytes that wait to be read from a socket, packet headers included."""
    count = array.array("i", [0])
    fcntl.ioctl(descriptor, termios.FIONREAD, count)
    return count[0]


def take_snapshot(source: ConsoleSource) -> tuple[bytes, int, int]:
    """The log, and how much of what waits in the socket is in it already: at least and at most. Blocks."""
    if source.kind != "attach":
        return source.replay()[-REPLAY_LIMIT:], 0, 0
    replay, before, after = b"", 0, 0
    for _try in range(SNAPSHOT_TRIES):
        before = waiting_bytes(source.fileno)
        replay = source.replay()[-REPLAY_LIMIT:]
        after = waiting_bytes(source.fileno)
        if before == after:
            break
    return replay, before, after


class KeeperClient:
    """One keeper at work for one pane. Make it with `open_keeper`; use it in the event loop only."""

    def __init__(self, keeper: KeeperProcess, listener: KeeperListener) -> None:
        self._keeper = keeper
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._inbox = ScreenInbox()
        self._unsent = bytearray()
        self._ended = False
        self._closed = False
        self._socket = keeper.socket
        self._socket.setblocking(False)
        self._loop.add_reader(self._socket, self._read)

    @property
    def pid(self) -> int:
        """The keeper's process."""
        return self._keeper.pid

    def send_input(self, data: bytes) -> None:
        """Bytes for the program."""
        for start in range(0, len(data), 1024 * 1024):
            self._send(Input(data[start : start + 1024 * 1024]))

    def resize(self, columns: int, rows: int) -> None:
        self._send(Resize(columns, rows))

    def scroll_view(self, rows: int) -> None:
        self._send(ScrollView(rows))

    def find(self, query: str, *, older: bool) -> None:
        """Bring the next row with this text into view."""
        self._send(Find(query, older))

    def want_text(self, first: int, last: int) -> None:
        """Ask for the text of rows, counted from the oldest that is kept."""
        self._send(WantText(first, last))

    def record(self, on: bool) -> None:
        """Have what the program prints told, or not any more."""
        self._send(Record(on))

    def want_frame(self, *, full: bool = False) -> None:
        """Ask for the next frame."""
        self._send(WantFrame(full))

    def close(self) -> asyncio.Future[None]:
        """Let go of the console and of the keeper; the future is done when its process is gone."""
        self._stop()
        return call_in_background(self._keeper.end)

    def _stop(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _send(self, message: ToKeeper) -> None:
        if self._closed:
            return
        if len(self._unsent) > UNSENT_LIMIT:
            self._lose(_("it takes nothing any more"))
            return
        self._unsent += encode(message)
        self._write()

    def _write(self) -> None:
        try:
            while self._unsent:
                del self._unsent[: self._socket.send(self._unsent)]
        except BlockingIOError:
            self._loop.add_writer(self._socket, self._write)
            return
        except OSError as error:
            self._lose(error.strerror or _("it is gone"))
            return
        self._loop.remove_writer(self._socket)

    def _read(self) -> None:
        try:
            data = self._socket.recv(1024 * 1024)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lose(_("it ended"))
            return
        try:
            messages = self._inbox.feed(data)
        except ProtocolBroken as error:
            self._lose(str(error))
            return
        for message in messages:
            match message:
                case Frame():
                    self._listener.frame(message)
                case Ended():
                    self._ended = True
                    self._listener.ended()
                case Notice(text):
                    self._listener.notice(text)
                case TextRead(text):
                    self._listener.text(text)
                case Printed(data):
                    self._listener.printed(data)
                case ClipboardOffered(text):
                    self._listener.clipboard(text)

    def _lose(self, reason: str) -> None:
        if self._closed:
            return
        self._stop()
        if not self._ended:
            self._listener.lost(reason)


async def open_keeper(
    source: ConsoleSource, columns: int, rows: int, listener: KeeperListener, stock: KeeperStock = STOCK
) -> KeeperClient:
    """Hand the console to a keeper. Raises OSError when none can be started."""

    def hand_over() -> KeeperProcess:
        keeper = stock.take()
        try:
            keeper.socket.settimeout(OPEN_PATIENCE)
            socket.send_fds(keeper.socket, [HELLO], [source.fileno])
            replay, least, most = take_snapshot(source)
            keeper.socket.sendall(encode(Open(source.kind, columns, rows, source.terminal, replay, least, most)))
        except BaseException:
            keeper.end()
            raise
        return keeper

    return KeeperClient(await call_in_background(hand_over), listener)

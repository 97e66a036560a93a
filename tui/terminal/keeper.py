"""The keeper: one process a console, without privileges, that drains it always and emulates its terminal.

Started by the screen as `python -m tui.terminal.keeper DESCRIPTOR`, where the descriptor is one end of a socket pair.
It waits for nobody: a screen that is stopped or slow costs the container nothing. It ends when the screen does.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import time
from typing import Final

from tui.terminal.clipboard_watcher import ClipboardWatcher
from tui.terminal.confinement import drop_privileges
from tui.terminal.emulator import Emulator
from tui.terminal.frame import CursorState, Frame, ModeState, View
from tui.terminal.keeper_console import BATCH, Console
from tui.terminal.keeper_protocol import (
    HELLO,
    ClipboardOffered,
    Ended,
    Find,
    Input,
    KeeperInbox,
    Notice,
    Open,
    Printed,
    ProtocolBroken,
    Record,
    Resize,
    ScrollView,
    TextRead,
    ToKeeper,
    ToScreen,
    WantFrame,
    WantText,
    encode,
)
from tui.terminal.overlap import overlap_length
from tui.terminal.searching import Searcher

FLOOD_PAUSE: Final = 0.0005
"""Seconds that output gathers while there is much of it."""
FLOOD_BATCH: Final = 4096
"""Bytes read at once that are a part of a flood."""
HOLD_LIMIT: Final = 0.15
"""Seconds that a program may hold back its screen (synchronized output)."""
ReportedState = tuple[CursorState, ModeState, str, int, View, int]
RECORDED_LIMIT: Final = 8 * 1024 * 1024
"""Bytes that wait for the screen above which nothing more is recorded."""


class Keeper:
    """One console and the screen that looks at it."""

    def __init__(self, screen: socket.socket, console: Console, opening: Open) -> None:
        self._screen = screen
        self._screen.setblocking(False)
        self._console = console
        self._emulator = Emulator(opening.columns, opening.rows, newline=not opening.terminal)
        self._inbox = KeeperInbox()
        self._outbox = bytearray()
        self._wanted = False
        self._full = True
        self._touched = True
        self._held_since = 0.0
        self._reported: ReportedState | None = None
        self._end_told = False
        self._searcher = Searcher(self._emulator)
        self._recording = False
        self._clipboard = ClipboardWatcher()
        self._gone = False
        self._flooded = False
        self._replay(opening)

    def _replay(self, opening: Open) -> None:
        """Show the log, then what waits in the socket and is not in the log."""
        if not opening.replay:
            return
        self._emulator.answering = False
        self._emulator.feed(opening.replay)
        self._emulator.answering = True
        skipped = 0
        while skipped < opening.skip_least and (packet := self._console.read_packet()) is not None:
            skipped += packet[1]
        pieces: list[bytes] = []
        while skipped < opening.skip_most and (packet := self._console.read_packet()) is not None:
            pieces.append(packet[0])
            skipped += packet[1]
        waiting = b"".join(pieces)
        self._emulator.feed(waiting[overlap_length(opening.replay, waiting) :])

    def run(self, waiting: bytes = b"") -> None:
        """Serve until the screen goes away."""
        self._take(self._inbox.feed(waiting))
        while not self._gone:
            self._offer_frame()
            poll = select.poll()
            poll.register(self._screen, select.POLLIN | (select.POLLOUT if self._outbox else 0))
            if not self._console.ended:
                poll.register(self._console, select.POLLIN | (select.POLLOUT if self._console.wants_to_write else 0))
            for descriptor, events in poll.poll(self._patience()):
                if descriptor == self._screen.fileno():
                    self._serve_screen(events)
                else:
                    self._serve_console(events)

    def _patience(self) -> float | None:
        """Milliseconds to wait; only a held-back frame makes it finite."""
        if self._held_since and self._wanted:
            return max(1.0, (self._held_since + HOLD_LIMIT - time.monotonic()) * 1000)
        return None

    def _serve_console(self, events: int) -> None:
        if events & select.POLLOUT:
            self._console.flush()
        if events & (select.POLLIN | select.POLLHUP | select.POLLERR | select.POLLNVAL):
            self._read_console()

    def _read_console(self) -> None:
        # In a flood every packet would wake this process: let some more of them come, far from filling the socket.
        if self._flooded and not self._console.ended:
            time.sleep(FLOOD_PAUSE)
        if data := self._console.read_batch():
            self._flooded = FLOOD_BATCH <= len(data) < BATCH // 4
            self._emulator.feed(data)
            self._touched = True
            self._tell_of(data)
            if replies := self._emulator.take_replies():
                self._console.write(replies)

    def _tell_of(self, data: bytes) -> None:
        """What the screen is to know of output beside the picture of it."""
        for text in self._clipboard.feed(data):
            self._send(ClipboardOffered(text))
        if self._recording:
            if len(self._outbox) < RECORDED_LIMIT:
                self._send(Printed(data))
            else:
                self._recording = False
                self._send(Notice("recording stopped: the screen did not take it fast enough"))

    def _serve_screen(self, events: int) -> None:
        if events & select.POLLOUT:
            self._flush()
        if events & ~select.POLLOUT:
            try:
                data = self._screen.recv(256 * 1024)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._gone = True
                return
            self._take(self._inbox.feed(data))

    def _take(self, messages: list[ToKeeper]) -> None:
        for message in messages:
            match message:
                case Input(data):
                    if not self._console.write(data):
                        self._send(Notice("the program reads no input: what was typed is lost"))
                case Resize(columns, rows):
                    if not self._console.ended:
                        self._serve_console(select.POLLIN)  # what was printed for the size before
                    self._emulator.resize(columns, rows)
                    self._touched = self._full = True
                case WantFrame(full):
                    self._wanted = True
                    self._full |= full
                    self._touched |= full
                case ScrollView(rows):
                    self._emulator.scroll_view(rows)
                    self._touched = True
                case Find(query, older):
                    self._find(query, older)
                case WantText(first, last):
                    self._send(TextRead(self._searcher.text_between(first, last)))
                    self._touched = True
                case Record(on):
                    self._recording = on
                case Open():
                    raise ProtocolBroken("opened twice")

    def _find(self, query: str, older: bool) -> None:
        self._touched = True
        if not query:
            self._searcher.forget()
        elif not self._searcher.find(query, older=older):
            self._send(Notice(f"{query} is not found {'above' if older else 'below'}"))

    def _offer_frame(self) -> None:
        """Send a frame if one is wanted, there is something new, and the program does not hold it back."""
        if self._wanted and self._touched and not self._is_held_back():
            frame = self._frame()
            if frame is not None:
                self._wanted = False
                self._send(frame)
            self._touched = False
        if self._console.ended and not self._end_told and not self._touched:
            self._end_told = True
            self._send(Ended())

    def _is_held_back(self) -> bool:
        if not self._emulator.synchronized or self._console.ended:
            self._held_since = 0.0
            return False
        now = time.monotonic()
        self._held_since = self._held_since or now
        return now - self._held_since < HOLD_LIMIT

    def _frame(self) -> Frame | None:
        """What is new, or None."""
        emulator = self._emulator
        changed = emulator.all_rows() if self._full else emulator.changed_rows()
        state = (
            emulator.cursor_state,
            emulator.modes,
            emulator.title,
            emulator.bells,
            emulator.view,
            self._searcher.found,
        )
        if not changed and not self._full and state == self._reported:
            return None
        self._full, self._reported = False, state
        cursor, modes, title, bells, view, found = state
        columns, rows = emulator.size
        return Frame(columns, rows, changed, cursor, modes, title, bells, view, found, emulator.links(changed))

    def _send(self, message: ToScreen) -> None:
        self._outbox += encode(message)
        self._flush()

    def _flush(self) -> None:
        try:
            while self._outbox:
                del self._outbox[: self._screen.send(self._outbox)]
        except BlockingIOError:
            return
        except OSError:
            self._gone = True


def receive_console(screen: socket.socket) -> tuple[Console, Open, bytes] | None:
    """The descriptor, what is said about it, and bytes that came after; None when the screen went away."""
    hello, descriptors, _, _ = socket.recv_fds(screen, len(HELLO), 1)
    if hello != HELLO or len(descriptors) != 1:
        return None
    inbox = KeeperInbox()
    while data := screen.recv(256 * 1024):
        messages = inbox.feed(data)
        if not messages:
            continue
        opening = messages[0]
        if not isinstance(opening, Open):
            raise ProtocolBroken("not opened")
        rest = b"".join(encode(message) for message in messages[1:]) + inbox.rest()
        return Console(opening.kind, descriptors[0]), opening, rest
    return None


def main() -> int:
    """Give up privileges, wait for a console, keep it."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    screen = socket.socket(fileno=int(sys.argv[1]))
    os.chdir("/")
    drop_privileges()
    received = receive_console(screen)
    if received is not None:
        console, opening, rest = received
        Keeper(screen, console, opening).run(rest)
    return 0


if __name__ == "__main__":
    sys.exit(main())

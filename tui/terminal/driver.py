"""The driver of the screen: raw bytes for a pane that has the keyboard, and a terminal that is always given back.

Over Textual's Linux driver it waits on a pipe instead of waking ten times a second, passes what is typed to a pane byte
for byte, bears invalid UTF-8, and ends the program in order when the terminal goes away or a signal says so.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import select
import signal
import sys
import termios
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, ClassVar, Final, cast

from textual import constants
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui.terminal.ascii_output import as_ascii
from tui.terminal.frame import ModeState
from tui.terminal.raw_input import InputKind, InputToken, RawInput
from tui.terminal.replies import ASK, ASK_NO_MORE, TerminalReplies

if TYPE_CHECKING:
    from textual.app import App

    from tui.first_frame import FirstFrame

TokenSink = Callable[[list[InputToken]], None]

HOLD_PATIENCE: Final = 0.025
"""Seconds that an unfinished sequence is held before it counts as typed."""
READ_SIZE: Final = 65536
ALTERNATE_SCREEN: Final = "\x1b[?1049h"
"""Has what was on the terminal come back at the end (xterm); written so by Textual."""


class TerminalBackground(Message):
    """What the terminal says of its background."""

    def __init__(self, *, is_dark: bool) -> None:
        super().__init__()
        self.is_dark = is_dark


class _UnbreakableFile:
    """Textual's output: what cannot be written because the terminal is gone is dropped."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._file.write(as_ascii(text) if WharfDriver.ascii_only else text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()


class WharfDriver(LinuxDriver):
    """See the module."""

    ascii_only: ClassVar[bool] = False
    """Whether nothing beyond ASCII is drawn."""
    asks_background: ClassVar[bool] = False
    """Whether the terminal is asked what its background is like; it answers, or not, by `TerminalBackground`."""

    first_frame: ClassVar[FirstFrame | None] = None
    """What may be on the terminal already."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._file = cast(Any, _UnbreakableFile(cast(IO[str], sys.__stderr__)))
        self._wake_reader, self._wake_writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._sink: TokenSink | None = None
        self._context = contextvars.Context()
        """That in which the sink was given: a timer that it starts has to know the program."""
        self._modes = ModeState()
        self._is_away = False
        """Whether another program has the terminal."""

    def suspend_application_mode(self) -> None:
        super().suspend_application_mode()
        self._is_away = True

    def resume_application_mode(self) -> None:
        self._is_away = False
        super().resume_application_mode()

    def write(self, data: str) -> None:
        """Drawn is only while the terminal is ours: the program goes on while another one has it."""
        if data == ALTERNATE_SCREEN and self.first_frame is not None and self.first_frame.hand_over():
            # Asked for once more, some terminals would clear what is shown.
            return
        if not self._is_away:
            super().write(data)

    def grab(self, sink: TokenSink, modes: ModeState) -> None:
        """From now on `sink` gets what is typed and pasted, in the event loop. Mouse and focus stay with Textual."""
        if self._sink is None:
            self._modes = ModeState(kitty_flags=modes.kitty_flags)
            self.write(f"\x1b[>{modes.kitty_flags}u")
        self._sink, self._context = sink, contextvars.copy_context()
        self.follow(modes)

    def release(self, sink: TokenSink) -> None:
        """Give the keyboard back to Textual, if it is `sink` that has it."""
        if self._sink == sink:
            self._sink = None
            self.write("\x1b>\x1b[<u")
            self.flush()

    def toggle_mouse(self) -> bool:
        """Have the terminal report the mouse no more, or again; whether it does now."""
        self.set_mouse(not self._mouse)
        return self._mouse

    def set_mouse(self, is_ours: bool) -> None:
        """Have the terminal report the mouse, or leave it to the terminal."""
        if is_ours:
            self._mouse = True
            self._enable_mouse_support()
        else:
            self._disable_mouse_support()
            self._mouse = False
        self.flush()

    def follow(self, modes: ModeState) -> None:
        """Let the operator's terminal send keys in the way that the program asked for."""
        if self._sink is None:
            return
        before, self._modes = self._modes, modes
        if modes.kitty_flags != before.kitty_flags:
            self.write(f"\x1b[={modes.kitty_flags};1u")
        if modes.application_keypad != before.application_keypad:
            self.write("\x1b=" if modes.application_keypad else "\x1b>")
        self.flush()

    def _get_terminal_size(self) -> tuple[int, int]:
        """Columns and rows of the terminal itself; COLUMNS and LINES of the environment do not follow it."""
        for descriptor in (self.fileno, 2, 1):
            with contextlib.suppress(OSError):
                columns, rows = os.get_terminal_size(descriptor)
                if columns and rows:
                    return columns, rows
        return super()._get_terminal_size()

    def start_application_mode(self) -> None:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(RuntimeError, ValueError):
                self._loop.add_signal_handler(number, self._leave, 128 + number)
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self.asks_background:
            self.write(ASK)
            self.flush()

    def stop_application_mode(self) -> None:
        if self._sink is not None:
            self.release(self._sink)
        if self.asks_background:
            self.write(ASK_NO_MORE)
        super().stop_application_mode()

    def disable_input(self) -> None:
        """Stop the input thread at once."""
        if self.exit_event.is_set():
            return
        with contextlib.suppress(ValueError):
            signal.signal(signal.SIGWINCH, signal.SIG_DFL)
        self._disable_mouse_support()
        self.exit_event.set()
        os.write(self._wake_writer, b"x")
        if self._key_thread is not None:
            self._key_thread.join()
        self.exit_event.clear()
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_reader, 64)
        with contextlib.suppress(termios.error):
            termios.tcflush(self.fileno, termios.TCIFLUSH)

    def run_input_thread(self) -> None:
        """Wait for input, without a wake-up while there is none, and hand it to the pane or to Textual."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        raw = RawInput()
        replies = TerminalReplies()
        poll = select.poll()
        poll.register(self.fileno, select.POLLIN)
        poll.register(self._wake_reader, select.POLLIN)

        def for_textual(data: bytes) -> None:
            for event in parser.feed(decode(data)) if data else ():
                self.process_message(event)

        patience: float | None = None
        while not self.exit_event.is_set():
            ready = dict(poll.poll(None if patience is None else patience * 1000))
            if self._wake_reader in ready:
                break
            sink = self._sink
            if not ready:
                patience = None
                if replies.is_holding:
                    for_textual(replies.flush())
                self._deliver(sink, raw.flush(), for_textual)
                for event in parser.tick():
                    self.process_message(event)
                continue
            data = self._read_input(ready[self.fileno])
            if data is None:
                self._loop_call(self._leave, 128 + signal.SIGHUP)
                break
            if self.asks_background:
                data = self._without_replies(replies, data)
            if sink is None:
                for token in raw.flush():
                    for_textual(token.data)
                raw = RawInput()
                for_textual(data)
                for event in parser.tick():
                    self.process_message(event)
                patience = constants.ESCAPE_DELAY + 0.002
            else:
                self._deliver(sink, raw.feed(data), for_textual)
                patience = HOLD_PATIENCE if raw.is_holding else None
        with contextlib.suppress(EOFError, ParseError):
            for _ in parser.feed(""):
                pass

    def _without_replies(self, replies: TerminalReplies, data: bytes) -> bytes:
        before = replies.is_dark
        data = replies.feed(data)
        if replies.is_dark is not None and replies.is_dark is not before:
            self._app.post_message(TerminalBackground(is_dark=replies.is_dark))
        return data

    def _read_input(self, events: int) -> bytes | None:
        """What was typed; None when the terminal is gone."""
        if not events & select.POLLIN:
            return None
        try:
            return os.read(self.fileno, READ_SIZE) or None
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError:
            return None

    def _deliver(self, sink: TokenSink | None, tokens: list[InputToken], for_textual: Callable[[bytes], None]) -> None:
        typed = [token for token in tokens if token.kind is not InputKind.HOST]
        for token in tokens:
            if token.kind is InputKind.HOST or sink is None:
                for_textual(token.data)
        if typed and sink is not None:
            self._loop_call(sink, typed)

    def _loop_call(self, function: Callable[..., None], argument: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(function, argument, context=self._context)

    def _leave(self, exit_code: int) -> None:
        self._app.exit(return_code=exit_code)

"""A console, a keeper for it, and another keeper when that one is lost: what a pane does beside drawing and keys."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tui.languages import _
from tui.terminal.background import call_in_background
from tui.terminal.frame import Frame
from tui.terminal.keeper_client import KeeperClient, KeeperListener, open_keeper
from tui.terminal.source import ConsoleSource

RESTARTS: Final = 4
RESTART_WINDOW: Final = 20.0
"""Seconds in which more lost keepers than `RESTARTS` are the end."""
RESIZE_PAUSE: Final = 0.03
"""Seconds between two sizes on their way to the program."""
EARLY_LIMIT: Final = 64 * 1024
"""Bytes typed while there is no keeper that are kept for the program."""
CLOSE_PATIENCE: Final = 3.0
"""Seconds."""
FRAME_PERIOD: Final = 1 / 90
"""Seconds between two frames at the least; a frame that changes most of the screen costs three of them."""


@dataclass(frozen=True, slots=True)
class LinkListener:
    """Who is told; all called in the event loop."""

    frame: Callable[[Frame], None]
    notice: Callable[[str], None]
    text: Callable[[str], None]
    """What `want_text` asked for."""
    printed: Callable[[bytes], None]
    """What the program printed, while it is recorded."""
    clipboard: Callable[[str], None]
    """A text that the program wants in the operator's clipboard."""
    end: Callable[[int | None, str], None]
    """The exit code where it is known, and a line for the operator."""


class ConsoleLink:
    """Use it in the event loop only; nothing here waits."""

    def __init__(self, source: ConsoleSource, listener: LinkListener) -> None:
        self._source = source
        self._listener = listener
        self._client: KeeperClient | None = None
        self._opening: asyncio.Task[None] | None = None
        self._resizing: asyncio.Task[None] | None = None
        self._finishing: asyncio.Task[None] | None = None
        self._early = bytearray()
        self._recording = False
        self._size_wanted = (0, 0)
        self._size_told = (0, 0)
        self._frame_at = 0.0
        self._lost_at: list[float] = []
        self.is_over = False
        """The console has ended or was closed."""

    @property
    def keeper_pid(self) -> int | None:
        """The process that keeps the console; None while there is none."""
        return self._client.pid if self._client is not None else None

    def resize(self, columns: int, rows: int) -> None:
        """Let the emulator and then the program have this size; the first call opens the console."""
        self._size_wanted = (columns, rows)
        if self._opening is None and not self.is_over:
            self._opening = asyncio.create_task(self._open())
        else:
            self._follow_size()

    @property
    def is_resizing(self) -> bool:
        """Whether a size is on its way to the program."""
        return self._size_told != self._size_wanted

    def take_size(self) -> None:
        """Set the wanted size again, over what another client has set."""
        self._size_told = (0, 0)
        self._follow_size()

    def send(self, data: bytes) -> None:
        """Bytes for the program; what is typed before a keeper has the console waits for it."""
        if not data or self.is_over:
            return
        data = data if self._source.terminal else data.replace(b"\r", b"\n")
        if self._client is not None:
            self._client.send_input(data)
        elif len(self._early) + len(data) <= EARLY_LIMIT:
            self._early += data

    def scroll_view(self, rows: int) -> None:
        """Look so many rows further up (negative) or down; 0 goes back to the program's screen."""
        if self._client is not None:
            self._client.scroll_view(rows)

    def find(self, query: str, *, older: bool) -> None:
        """Bring the next row with this text into view; an empty text forgets what was found."""
        if self._client is not None:
            self._client.find(query, older=older)

    def want_text(self, first: int, last: int) -> None:
        """Ask for the text of rows."""
        if self._client is not None:
            self._client.want_text(first, last)

    def record(self, on: bool) -> None:
        """Have what the program prints told from now on, or not any more."""
        self._recording = on
        if self._client is not None:
            self._client.record(on)

    async def close(self) -> None:
        """Let go of everything; the program goes on. Waits for at most `CLOSE_PATIENCE` at each of three steps."""
        self.is_over = True
        for task in (self._resizing, self._finishing):
            if task is not None:
                task.cancel()
        if self._opening is not None:
            await asyncio.wait({self._opening}, timeout=CLOSE_PATIENCE)
        if self._client is not None:
            await asyncio.wait({self._client.close()}, timeout=CLOSE_PATIENCE)
        await asyncio.wait({call_in_background(self._source.close)}, timeout=CLOSE_PATIENCE)

    async def _open(self) -> None:
        listener = KeeperListener(
            frame=self._take_frame,
            ended=self._take_end,
            notice=self._listener.notice,
            text=self._listener.text,
            printed=self._listener.printed,
            clipboard=self._listener.clipboard,
            lost=self._keeper_lost,
        )
        columns, rows = self._size_wanted
        try:
            client = await open_keeper(self._source, columns, rows, listener)
        except ConnectionError as error:
            self._keeper_lost(_("it ended before it had the console: {error}").format(error=error))
            return
        except Exception as error:
            self._end(None, _("the console could not be opened: {error}").format(error=error))
            return
        if self.is_over:
            await client.close()
            return
        self._client = client
        if self._recording:
            client.record(True)
        self._size_told = (0, 0)
        self._follow_size()
        client.want_frame(full=True)
        early, self._early = bytes(self._early), bytearray()
        client.send_input(early)

    def _follow_size(self) -> None:
        """Of several changes the last one counts."""
        if self._client is not None and not self.is_over and (self._resizing is None or self._resizing.done()):
            self._resizing = asyncio.create_task(self._tell_size())

    async def _tell_size(self) -> None:
        while self._size_told != self._size_wanted and self._client is not None and not self.is_over:
            size = self._size_wanted
            self._client.resize(*size)
            await self._resize_program(size)
            self._size_told = size
            await asyncio.sleep(RESIZE_PAUSE)

    async def _resize_program(self, size: tuple[int, int]) -> None:
        try:
            await call_in_background(lambda: self._source.resize(*size))
        except Exception as error:
            self._listener.notice(_("the size could not be set: {error}").format(error=error))

    def _keeper_lost(self, reason: str) -> None:
        """Start another one, unless it keeps getting lost."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
        if self.is_over:
            return
        now = time.monotonic()
        self._lost_at = [moment for moment in self._lost_at if now - moment < RESTART_WINDOW] + [now]
        if len(self._lost_at) > RESTARTS:
            self._end(
                None,
                _("the console's keeper was lost {count} times, at last because {reason}").format(
                    count=len(self._lost_at), reason=reason
                ),
            )
        else:
            self._opening = asyncio.create_task(self._restore())

    async def _restore(self) -> None:
        await self._open()
        if self._client is None:
            return
        self._listener.notice(_("console restored"))
        if self._source.kind == "exec":
            # There is no log to replay: a change of size makes a full-screen program draw again.
            columns, rows = self._size_wanted
            await self._resize_program((columns, max(1, rows - 1)))
            await asyncio.sleep(RESIZE_PAUSE)
            await self._resize_program((columns, rows))

    def _take_frame(self, frame: Frame) -> None:
        """Pass it on, and ask for the next at a pace that leaves the event loop free."""
        self._listener.frame(frame)
        now = time.monotonic()
        period = FRAME_PERIOD * (3 if len(frame.changed) * 2 > frame.rows else 1)
        wait, self._frame_at = period - (now - self._frame_at), now
        client = self._client
        if client is None:
            return
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, client.want_frame)
        else:
            client.want_frame()

    def _take_end(self) -> None:
        self._finishing = asyncio.create_task(self._finish())

    async def _finish(self) -> None:
        exit_code: int | None = None
        if self._source.wait_exit is not None:
            with contextlib.suppress(Exception):
                exit_code = await call_in_background(self._source.wait_exit)
        self._end(
            exit_code,
            _("ended") if exit_code is None else _("ended with exit code {code}").format(code=exit_code),
        )

    def _end(self, exit_code: int | None, message: str) -> None:
        if not self.is_over:
            self.is_over = True
            self._listener.end(exit_code, message)

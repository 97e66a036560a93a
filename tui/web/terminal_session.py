"""One browser's screen: a `wharf` of its own on a pseudo terminal, its bytes over a web socket."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence
from typing import Final

from aiohttp import WSMsgType, web

from core.errors import TimedOut
from core.host.pty import PtyProcess

READ_SIZE: Final = 65536
END_PATIENCE: Final = 5.0
"""Seconds that the program has to end once its browser has gone."""
SMALLEST, LARGEST = 1, 1000
"""Columns or rows of a window."""


class TerminalSession:
    """See the module. The protocol is that of textual-serve's page: JSON pairs come in, raw bytes go out."""

    def __init__(self, argv: Sequence[str], socket: web.WebSocketResponse, columns: int, rows: int) -> None:
        env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self._process = PtyProcess.spawn(argv, _within(columns), _within(rows), env=env)
        self._socket = socket

    async def run(self) -> None:
        """Until the program ends or the browser goes. A program whose browser has gone is hung up on."""
        output = asyncio.create_task(self._send_output())
        try:
            await self._take_input()
        finally:
            output.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await output
            await asyncio.to_thread(self._end)

    async def _send_output(self) -> None:
        # The browser is waited for: a program whose output nobody takes is held up, and no memory grows.
        while data := await self._read():
            await self._socket.send_bytes(data)
        await self._socket.close()

    async def _read(self) -> bytes:
        loop, readable = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.fd, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._process.fd)
        with contextlib.suppress(OSError):
            return os.read(self._process.fd, READ_SIZE)
        return b""

    async def _take_input(self) -> None:
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                continue
            match message.json():
                case ["stdin", str(typed)]:
                    await asyncio.to_thread(self._process.write, typed.encode())
                case ["resize", {"width": int(columns), "height": int(rows)}]:
                    self._process.resize(_within(columns), _within(rows))
                case ["ping", sent]:
                    await self._socket.send_json(["pong", sent])

    def _end(self) -> None:
        self._process.hang_up()
        with contextlib.suppress(TimedOut):
            self._process.wait(END_PATIENCE)
        self._process.terminate()


def _within(size: int) -> int:
    return max(SMALLEST, min(size, LARGEST))

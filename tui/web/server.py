"""The web server: textual-serve's page and scripts, with a terminal of ours behind them and a token before them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from aiohttp import web
from textual_serve.server import Server, to_int

from core.errors import InvalidArgument
from tui.web.access import PARAMETER, Access
from tui.web.terminal_session import TerminalSession

_log = logging.getLogger("wharfinger")


class ScreenServer(Server):
    """Serves `argv`, a program for a terminal, to each browser that has the token.

    textual-serve would run a Textual program with a driver for the web; here the program is on a terminal, as its
    console pane takes the raw bytes that are typed.
    """

    def __init__(self, argv: Sequence[str], host: str, port: int, public_url: str, token: str) -> None:
        super().__init__("wharf", host=host, port=port, title="wharf", public_url=public_url)
        self._argv = tuple(argv)
        self._access = Access(token, public_url)
        self._token = token

    def initialize_logging(self) -> None:
        """The log of the engine is set up already."""

    async def _make_app(self) -> web.Application:
        application = await super()._make_app()
        application.middlewares.append(self._access.middleware)
        return application

    async def on_startup(self, app: web.Application) -> None:
        """Nothing is said before the server listens."""

    def _say_where(self, *_: object) -> None:
        """Say where the screen is, to whoever started the server and nobody else."""
        print(f"{self.public_url}/?{PARAMETER}={self._token}", flush=True)

    def serve(self, debug: bool = False) -> None:
        """Until an interrupt or SIGTERM. Raises `InvalidArgument` for an address that can't be used."""
        try:
            web.run_app(self._make_app(), host=self.host, port=self.port, print=self._say_where)
        except OSError as error:
            raise InvalidArgument(
                f"{self.host}:{self.port} can not be listened on: {error.strerror}", hint="choose another with --port"
            ) from error

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """One browser's screen, from its first byte to its end."""
        socket = web.WebSocketResponse(heartbeat=15)
        await socket.prepare(request)
        columns, rows = to_int(request.query.get("width", ""), 80), to_int(request.query.get("height", ""), 24)
        try:
            await TerminalSession(self._argv, socket, columns, rows).run()
        except ConnectionError as error:
            _log.info("a browser has gone: %s", error)
        finally:
            await socket.close()
        return socket

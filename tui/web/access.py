"""Who may see the screen in a browser: who has the token that was printed at the start, from the page itself."""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

COOKIE: Final = "wharf"
PARAMETER: Final = "token"
_POLICY: Final = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self' {websocket}; frame-ancestors 'none'"
)


class Access:
    """A middleware of aiohttp. `origin`: the page's scheme, host and port, as the browser names it."""

    def __init__(self, token: str, origin: str) -> None:
        self._token = token
        self._origin = origin
        websocket = origin.replace("http", "ws", 1)
        self._headers = {
            "Content-Security-Policy": _POLICY.format(websocket=websocket),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }

    @property
    def middleware(self) -> Middleware:
        """Answers who has no token with 403, and takes the token out of the address of who has."""

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.host != urlsplit(self._origin).netloc:
                return self._refused("this page is not served under that name")
            if self._is_right(request.query.get(PARAMETER, "")):
                return self._welcomed()
            if not self._is_right(request.cookies.get(COOKIE, "")):
                return self._refused("the token is missing or wrong: open the address that wharf web has printed")
            # A page of another site can open a web socket to here, with the cookie; its origin tells.
            if request.headers.get("Upgrade", "").lower() == "websocket" and (
                request.headers.get("Origin") != self._origin
            ):
                return self._refused("only the page itself may connect to the screen")
            response = await handler(request)
            if not response.prepared:
                response.headers.update(self._headers)
            return response

        return check

    def _is_right(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self._token.encode())

    def _welcomed(self) -> web.StreamResponse:
        response = web.HTTPSeeOther("/")
        response.set_cookie(COOKIE, self._token, httponly=True, samesite="Strict", path="/")
        return response

    def _refused(self, why: str) -> web.StreamResponse:
        return web.Response(status=403, text=f"wharf: {why}\n", headers=self._headers)

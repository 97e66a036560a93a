"""web: serve the screen to a browser, on this machine alone."""

from __future__ import annotations

import ipaddress
import secrets
import sys

from core.cli.command import command_parser
from core.cli.main import Invocation
from core.errors import InvalidArgument
from tui.web.server import ScreenServer

DEFAULT_PORT = 8642
TOKEN_BYTES = 24


def run(invocation: Invocation) -> int:
    """Print the address with its token, and serve until an interrupt; the exit code."""
    parser = command_parser(invocation, "serve the screen to a browser on this machine")
    add = parser.add_argument
    add("--host", default="127.0.0.1", metavar="ADDRESS", help="a loopback address to listen on")
    add("--port", type=int, default=DEFAULT_PORT, help="of TCP")
    add("--public-url", default="", metavar="URL", help="what the browser calls it, where a tunnel leads to it")
    options = parser.parse_args(invocation.arguments)
    _require_loopback(options.host)
    if not 0 < options.port < 65536:
        raise InvalidArgument(f"{options.port} is no port", hint="use 1 to 65535")
    host = f"[{options.host}]" if ":" in options.host else options.host
    public_url = options.public_url.rstrip("/") or f"http://{host}:{options.port}"
    server = ScreenServer(
        screen_argv(invocation), options.host, options.port, public_url, secrets.token_urlsafe(TOKEN_BYTES)
    )
    server.serve()
    return 0


def screen_argv(invocation: Invocation) -> list[str]:
    """What opens the screen with the options of this command."""
    paths, settings = invocation.paths, invocation.settings
    return [
        *(sys.executable, "-m", "tui", "--root", str(paths.root), "--runroot", str(paths.run_root)),
        *("--runtime", settings.runtime, "--log-level", settings.log_level),
        *("--detach-keys", settings.detach_keys, "--escape-key", invocation.escape_key),
        *(("--config", invocation.config) if invocation.config else ()),
        *(("--workspace", invocation.workspace) if invocation.workspace else ()),
        *(("--read-only",) if invocation.read_only else ()),
    ]


def _require_loopback(host: str) -> None:
    """Who has the screen has root here: it is never offered to a network."""
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise InvalidArgument(
        f"{host} is no loopback address: the screen is served on this machine alone",
        hint="from another machine use a tunnel: ssh -L 8642:127.0.0.1:8642 HOST",
    )

"""Any command, or the screen, on another machine: `--host`."""

from __future__ import annotations

import os

from core.cli.main import Invocation, send_log
from core.errors import InvalidArgument
from core.paths import configuration_file
from core.remote.call import RemoteCall
from core.remote.connections import Connections
from core.remote.host import find_host
from core.remote.known import known_hosts


def run(invocation: Invocation) -> int:
    """Carry the command out there; its exit code. Raises `InvalidArgument`, `RemoteFailed`, `HostIncomplete`."""
    host = find_host(invocation.host, known_hosts(invocation.config or configuration_file()), invocation.identity)
    # With a terminal there, what is printed on its two streams is mixed: only where both end on ours.
    terminal = os.isatty(0) and os.isatty(1)
    if not invocation.command and not terminal:
        raise InvalidArgument("the screen needs a terminal", hint="wharf --help lists the commands that do not")
    send_log(invocation)
    with Connections() as connections:
        return RemoteCall(connections, host, invocation.sent, terminal=terminal).run()

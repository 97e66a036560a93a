"""Ports of the host for the servers of tests."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_PORTS: Final = range(20000, 32000)
"""Below those that the kernel gives to whoever asks for any."""
_CLAIMS: Final[list[socket.socket]] = []


def free_port() -> int:
    """A TCP port that nobody has and that no other test is given as long as this process lives."""
    for port in _PORTS:
        claim = socket.socket(socket.AF_UNIX)
        with socket.socket() as probe:
            try:
                claim.bind(f"\0wharfinger-test-port-{port}")
                probe.bind(("0.0.0.0", port))
            except OSError:
                claim.close()
                continue
        _CLAIMS.append(claim)
        return port
    raise AssertionError("no port is free")


@contextmanager
def closed_port() -> Iterator[int]:
    """A TCP port of loopback that refuses connections, and that nobody gets meanwhile."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])

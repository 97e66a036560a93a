"""What the engine needs of the program that connects network namespaces to networks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from core.model.network import Lease, Network, PortMapping


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """A namespace's owner and what it is connected to. `networks`: by name, those of all `leases`.

    `dns_servers`: who is asked for the names that the networks do not know. `stays`: it is in further networks, so that
    its ports stay published when it leaves these.
    """

    container_id: str
    name: str
    leases: tuple[Lease, ...]
    networks: Mapping[str, Network]
    ports: tuple[PortMapping, ...] = ()
    dns_servers: tuple[str, ...] = ()
    stays: bool = False


class NetworkDriver(Protocol):
    """Each call waits for its end, and for those of other processes on this machine."""

    def require(self, networks: Iterable[Network]) -> None:
        """Raise `HostIncomplete` where a program is missing that these networks need."""

    def set_up(self, namespace: Path, connection: Connection) -> tuple[Lease, ...]:
        """Connect; the leases completed with what came of it. Can be repeated in a fresh namespace.

        Raises `NetworkFailed`, `HostIncomplete`.
        """

    def tear_down(self, namespace: Path, connection: Connection) -> None:
        """Undo `set_up`, also what is left of one that failed or whose namespace is gone. Raises `NetworkFailed`."""

    def drivers(self) -> tuple[str, ...]:
        """The kinds of networks that it can set up. Raises `HostIncomplete`."""

    def wait_for_others(self, namespace: Path) -> None:
        """Until no call for this namespace runs any more whose caller was killed. Raises `TimedOut`."""

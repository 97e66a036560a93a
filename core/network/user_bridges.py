"""The bridges of an ordinary user: in a network namespace beside the host's, whose way out is a slirp4netns.

netavark and aardvark-dns work in there as they do for root on the host. slirp4netns leads a published port into that
namespace, and netavark's rules lead it on to the container. The namespace is there as long as something is in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from core.errors import NetworkFailed
from core.host.files import remove_tree
from core.host.mounts import is_mounted
from core.host.network_namespaces import make_network_namespace, remove_network_namespace
from core.host.process_table import find_by_arguments
from core.host.processes import find_program, run
from core.log import LOG
from core.model.config import NetworkMode
from core.model.network import PortMapping
from core.network.slirp_options import SlirpOptions
from core.network.slirp_ports import check_ports, forward, withdraw
from core.network.user_mode import end_program, end_user_mode, start_user_mode
from core.paths import EnginePaths

OWN_SUBNET: Final = SlirpOptions().cidr
"""What no bridge may have: it is the way out."""
NAME_SERVER: Final = SlirpOptions().name_server
"""Who answers in there for the host's own name servers."""
_ADDRESS: Final = SlirpOptions().address.partition("/")[0]
_OWN_INTERFACES: Final = frozenset({"lo", "tap0"})
_TIMEOUT: Final = 20.0


class UserBridges:
    """Those of one engine. Each call is made with the lock for networks held."""

    def __init__(self, paths: EnginePaths) -> None:
        self._folder = paths.bridges
        self._path = self._folder / "netns"
        self._names = paths.name_server
        self.lock_file = paths.locks / "bridges"

    def argv(self, argv: Sequence[str]) -> list[str]:
        """A command to be run among the bridges."""
        return [find_program("nsenter"), f"--net={self._path}", "--", *argv]

    def environment(self) -> dict[str, str]:
        """What programs in there need: the usual lock of iptables is root's."""
        return {"XTABLES_LOCKFILE": os.fspath(self._folder / "xtables.lock")}

    @property
    def is_open(self) -> bool:
        """Whether the namespace is there."""
        return is_mounted(self._path)

    def open(self) -> None:
        """Make the namespace, and its way out, where they are not there. Raises `NetworkFailed`, `HostIncomplete`."""
        made = not self.is_open
        if made:
            self.close()
            make_network_namespace(self._path)
        try:
            if find_by_arguments("slirp4netns", os.fspath(self._path)) is None:
                start_user_mode(NetworkMode.SLIRP4NETNS, "", self._path, self._folder, ())
        except BaseException:
            if made:
                self.close()
            raise

    def publish(self, ports: Sequence[PortMapping]) -> None:
        """Lead ports of the host in. Raises `PortInUse`, `InvalidArgument`, `NetworkFailed`."""
        check_ports(ports)
        forward(self._folder, ports, _ADDRESS, same_port=True)

    def withdraw(self, ports: Sequence[PortMapping]) -> None:
        """Take back what `publish` did."""
        with suppress(NetworkFailed, OSError):
            withdraw(self._folder, ports, _ADDRESS)

    def close_if_unused(self) -> None:
        """Give it up where no bridge is left; not where that can't be learned: others may be connected."""
        finished = run(self.argv(["cat", "/proc/net/dev"]), timeout=_TIMEOUT)
        if finished.returncode:
            LOG.warning("the bridges can not be looked at: %s", finished.stderr.decode(errors="replace").strip())
        elif _interfaces(finished.stdout.decode().splitlines()[2:]) <= _OWN_INTERFACES:
            self.close()

    def close(self) -> None:
        """Give it up with all that works in it, also what is left of one whose mount is gone."""
        self._end_name_server()
        end_user_mode(self._path)
        remove_network_namespace(self._path)
        remove_tree(self._folder)

    def _end_name_server(self) -> None:
        folder = self._names / "aardvark-dns"
        end_program("aardvark-dns", os.fspath(folder))
        remove_tree(folder)


def _interfaces(lines: Iterable[str]) -> set[str]:
    return {line.partition(":")[0].strip() for line in lines}

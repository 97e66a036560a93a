"""Networks, how a container is connected to them, and the ports that it publishes."""

from typing import Final, Self

import msgspec

from core.model.port_text import port_text

BRIDGE_DRIVER: Final = "bridge"
DEFAULT_NETWORK: Final = "wharfinger"
"""The network of a container that names none; it is there without being made."""
PROTOCOLS: Final = ("tcp", "udp", "sctp")
HIGHEST_PORT: Final = 65535


class Subnet(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A subnet in CIDR notation. `gateway`: an address in it, empty for none. `first`, `last`: the addresses given out
    where not all are.
    """

    subnet: str
    gateway: str = ""
    first: str = ""
    last: str = ""


class Network(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`id`: 64 hexadecimal digits. `interface`: the bridge, or for macvlan the parent. `created_at`: Unix seconds.

    `dns`: its containers find each other by name. `addresses`: `host-local` where the engine gives them out, `none`.
    """

    id: str
    name: str
    created_at: float
    driver: str = BRIDGE_DRIVER
    interface: str = ""
    subnets: tuple[Subnet, ...] = ()
    ipv6: bool = False
    internal: bool = False
    dns: bool = True
    labels: dict[str, str] = {}
    options: dict[str, str] = {}
    addresses: str = "host-local"


class NetworkRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A network to create. `gateways`, `ranges`: of the subnet at the same place. What is not given is chosen."""

    name: str = ""
    driver: str = BRIDGE_DRIVER
    interface: str = ""
    subnets: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    ipv6: bool = False
    internal: bool = False
    dns: bool = True
    labels: dict[str, str] = {}
    options: dict[str, str] = {}
    addresses: str = ""


class Attachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A network that a container is connected to while it has a process, and what it wants there.

    `addresses`: fixed ones. `interface`: its name in the container, empty for the next ethN.
    """

    network: str
    addresses: tuple[str, ...] = ()
    mac: str = ""
    aliases: tuple[str, ...] = ()
    interface: str = ""


class Lease(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a container has in a network now; kept from before it is set up until it is torn down.

    `addresses`: with the length of their prefix, as 10.87.0.2/16. `complete`: netavark has set it up. `dns_servers`,
    `dns_search`: what the network has to say of names.
    """

    network: str
    interface: str
    addresses: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    mac: str = ""
    aliases: tuple[str, ...] = ()
    dns_servers: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    complete: bool = False


class PortMapping(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`length` ports of the host, from `host_port` on, that lead to as many of the container. `host_ip`: empty for all.

    In a request a `host_port` of 0 means: one that is free.
    """

    container_port: int
    host_port: int = 0
    protocol: str = "tcp"
    host_ip: str = ""
    length: int = 1

    def overlaps(self, other: Self) -> bool:
        """Whether both want a same port of the host."""
        return (
            self.protocol == other.protocol
            and self.host_port < other.host_port + other.length
            and other.host_port < self.host_port + self.length
            and (not self.host_ip or not other.host_ip or self.host_ip == other.host_ip)
        )

    def __str__(self) -> str:
        return port_text(self.host_ip, self.host_port, self.container_port, self.length, self.protocol)


class NameOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a container's resolv.conf and hosts are made of, over what the network and the host have.

    `hosts`: `NAME:ADDRESS`. `no_hosts`: the image's own /etc/hosts is left. `hosts_file`: what stands in it beside our
    lines: a path of the host, `image` for the image's, `none`, or empty for the host's own.
    """

    servers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    no_hosts: bool = False
    hosts_file: str = ""


NO_NAME_OPTIONS: Final = NameOptions()

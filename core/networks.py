"""The networks of one root directory, and how its containers are connected to them."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from typing import Final

import msgspec

from core.container import Container
from core.errors import InvalidArgument, NetworkInUse, NoSuchContainer, StateForbids
from core.events import EventKind
from core.host.locks import FileLock
from core.model.network import BRIDGE_DRIVER, DEFAULT_NETWORK, Attachment, Network, NetworkRequest, Subnet
from core.operations import networking
from core.operations.create import check_name
from core.operations.known_networks import (
    KIND,
    all_networks,
    catalogue,
    default_network,
    find_network,
    network_id,
    root_mark,
    taken_interfaces,
    taken_subnets,
)
from core.operations.parts import EngineParts
from core.operations.rootless import is_rootless
from core.store.lookup import object_name_in_use

DRIVERS: Final = (BRIDGE_DRIVER, "macvlan", "ipvlan")
ADDRESS_DRIVERS: Final = ("host-local", "none")
_OPTIONS: Final = {
    BRIDGE_DRIVER: ("mtu", "vlan", "isolate"),
    "macvlan": ("mtu", "mode", "parent"),
    "ipvlan": ("mtu", "mode", "parent"),
}
_MODES: Final = ("bridge", "private", "vepa", "passthru", "l2", "l3", "l3s")
_VALUES: Final[dict[str, Callable[[str], bool]]] = {
    "mtu": str.isdecimal,
    "vlan": lambda value: value.isdecimal() and int(value) <= 4094,
    "isolate": lambda value: value in ("true", "false"),
    "mode": lambda value: value in _MODES,
    "parent": bool,
}
_LONGEST_INTERFACE: Final = 15
_RESERVED_NAMES: Final = ("none", "host", "bridge", "private", "slirp4netns", "pasta", "container", "ns", "default")


class Networks:
    """The `networks` of an engine. May be called from any thread."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts

    def all(self) -> list[Network]:
        """In the order of their names; the default one is always among them."""
        return all_networks(self._parts)

    def find(self, name_or_id: str) -> Network:
        """Raises `NoSuchObject`, `AmbiguousName`."""
        return find_network(self._parts, name_or_id)

    def create(self, request: NetworkRequest) -> Network:
        """Make a network. Nothing of it is on the host before a container is in it.

        Raises `InvalidArgument`, `NameInUse`, `NetworkFailed` (nothing is free).
        """
        _check(request)
        self._require_driver(request.driver)
        default_network(self._parts)
        with FileLock(self._parts.paths.network_lock):
            network = self._finalize(request)
            catalogue(self._parts).add(network.name, network)
        self._parts.emit(EventKind.NETWORK, action="create", network=network.name)
        return network

    def remove(self, name_or_id: str, *, force: bool = False, timeout: int | None = None) -> Network:
        """Remove a network; with `force` its containers, too, which get `timeout` seconds to stop, None for none.

        Raises `NoSuchObject`, `NetworkInUse`.
        """
        network = self.find(name_or_id)
        if network.name == DEFAULT_NETWORK:
            raise InvalidArgument(
                f"default network {DEFAULT_NETWORK} cannot be removed",
                hint="it stays: containers that name no other network are in it",
            )
        if force:
            for container_id in self.used_by().get(network.name, []):
                container = Container(self._parts, container_id)
                if timeout:
                    with contextlib.suppress(StateForbids, NoSuchContainer):
                        container.stop(timeout)
                container.remove(force=True, dependants=True)
        with FileLock(self._parts.paths.network_lock):
            if self.used_by().get(network.name):
                raise NetworkInUse(
                    f'"{network.name}" has associated containers with it. '
                    "Use -f to forcibly delete containers and pods: network is being used",
                    hint=f"see them: wharf ps --all --filter network={network.name}",
                )
            catalogue(self._parts).remove(network.name)
        self._parts.emit(EventKind.NETWORK, action="remove", network=network.name)
        return network

    def prune(self, fits: Callable[[Network], bool] = lambda _: True) -> list[Network]:
        """Remove the networks that no container is connected to and that fit; those that went."""
        used = self.used_by()
        gone = []
        for network in self.all():
            if network.name != DEFAULT_NETWORK and network.name not in used and fits(network):
                gone.append(self.remove(network.name))
        return gone

    def used_by(self) -> dict[str, list[str]]:
        """The names of networks that containers are connected to, running or not, each with their ids."""
        used: dict[str, list[str]] = {}
        for record in self._parts.store.all():
            for attachment in record.state.networks:
                used.setdefault(attachment.network, []).append(record.id)
        return used

    def connect(self, container: Container, attachment: Attachment) -> None:
        """Connect a container to a further network, at once where it lives. Allowed: any state.

        Raises `NoSuchObject`, `InvalidArgument`, `NetworkFailed`.
        """
        network = self.find(attachment.network)
        with container.hold() as held:
            networking.connect(held, msgspec.structs.replace(attachment, network=network.name))

    def disconnect(self, container: Container, name_or_id: str) -> None:
        """Disconnect a container, at once where it lives. Raises `NoSuchObject`, `InvalidArgument`."""
        network = self.find(name_or_id)
        with container.hold() as held:
            networking.disconnect(held, network.name)

    def reload(self, container: Container) -> None:
        """Set a living container's networks up anew, after the firewall lost its rules. Raises `StateForbids`."""
        with container.hold() as held:
            networking.reload(held)

    def _require_driver(self, driver: str) -> None:
        if driver != BRIDGE_DRIVER and is_rootless():
            raise InvalidArgument(
                f"{driver} networks need root: an ordinary user can not have the interfaces of this machine",
                hint="make a bridge network, or run it with sudo",
            )
        if driver not in (BRIDGE_DRIVER, "macvlan") and driver not in self._parts.network.drivers():
            raise InvalidArgument(
                f"the netavark of this machine has no {driver} networks", hint="install netavark 1.5 or later"
            )

    def _finalize(self, request: NetworkRequest) -> Network:
        parts = self._parts
        name = request.name or self._free_name()
        check_name(name)
        if name in _RESERVED_NAMES:
            raise InvalidArgument(f"the network name {name} means something else", hint="choose another name")
        if catalogue(parts).find(name) is not None:
            raise object_name_in_use(KIND, name)
        subnets = self._subnets(request)
        return Network(
            id=network_id(name),
            name=name,
            created_at=time.time(),
            driver=request.driver,
            interface=self._interface(request),
            subnets=subnets,
            ipv6=request.ipv6 or any(":" in subnet.subnet for subnet in subnets),
            internal=request.internal,
            # Only a bridge has an address at which names could be answered.
            dns=request.dns and request.driver == BRIDGE_DRIVER and request.addresses != "none",
            labels=dict(request.labels),
            options={name: value for name, value in request.options.items() if name != "parent"},
            addresses=request.addresses or "host-local",
        )

    def _free_name(self) -> str:
        used = {network.name for network in self.all()}
        number = 1
        while f"{DEFAULT_NETWORK}{number}" in used:
            number += 1
        return f"{DEFAULT_NETWORK}{number}"

    def _interface(self, request: NetworkRequest) -> str:
        from core.network.addresses import free_interface

        taken = taken_interfaces(self._parts)
        if request.driver != BRIDGE_DRIVER:
            return request.options.get("parent", request.interface)
        if request.interface and request.interface in {network.interface for network in catalogue(self._parts).all()}:
            raise InvalidArgument(f"bridge name {request.interface} already in use", hint="choose another interface")
        return request.interface or free_interface(root_mark(self._parts), taken)

    def _subnets(self, request: NetworkRequest) -> tuple[Subnet, ...]:
        from core.network import addresses

        if request.addresses == "none":
            if request.subnets:
                raise InvalidArgument(
                    "none ipam driver is set but subnets are given", hint="leave the subnets out, or --ipam-driver none"
                )
            return ()
        managed = request.driver == BRIDGE_DRIVER
        if not managed and not request.subnets:
            raise InvalidArgument(
                f"a {request.driver} network needs a subnet: addresses by DHCP are not supported",
                hint="give --subnet, or --ipam-driver none",
            )
        taken = taken_subnets(self._parts)
        subnets: list[Subnet] = []
        for number, text in enumerate(request.subnets):
            if managed:
                addresses.require_no_overlap(text, [*taken, *(subnet.subnet for subnet in subnets)])
            gateway = request.gateways[number] if number < len(request.gateways) else ""
            span = request.ranges[number] if number < len(request.ranges) else ""
            has_gateway = not request.internal or request.dns
            subnets.append(addresses.finalize_subnet(text, gateway, span, has_gateway=has_gateway))
        if not any(":" not in subnet.subnet for subnet in subnets) and (not subnets or request.ipv6):
            chosen = addresses.free_subnet(root_mark(self._parts), taken, default=False)
            subnets.append(addresses.finalize_subnet(chosen, "", "", has_gateway=True))
        if request.ipv6 and not any(":" in subnet.subnet for subnet in subnets):
            chosen = addresses.free_subnet_6(taken, os.urandom(5))
            subnets.append(addresses.finalize_subnet(chosen, "", "", has_gateway=True))
        return tuple(subnets)


def _check(request: NetworkRequest) -> None:
    if request.driver not in DRIVERS:
        raise InvalidArgument(f"unsupported network driver {request.driver!r}", hint=f"use {', '.join(DRIVERS)}")
    if request.addresses not in ("", *ADDRESS_DRIVERS):
        raise InvalidArgument(
            f"unsupported ipam driver {request.addresses!r}", hint=f"use {', '.join(ADDRESS_DRIVERS)}"
        )
    unknown = [name for name in request.options if name not in _OPTIONS[request.driver]]
    if unknown:
        known = ", ".join(_OPTIONS[request.driver])
        raise InvalidArgument(f"unsupported {request.driver} network option {unknown[0]}", hint=f"use {known}")
    for name, value in request.options.items():
        if not _VALUES[name](value):
            raise InvalidArgument(
                f"{value!r} is no value for the option {name} of a network", hint="see wharf network create --help"
            )
    if len(request.interface) > _LONGEST_INTERFACE or "/" in request.interface:
        raise InvalidArgument(f"{request.interface!r} is no name for an interface", hint="use up to 15 characters")
    if (request.gateways or request.ranges) and not request.subnets:
        raise InvalidArgument("a gateway or a range needs a subnet", hint="give --subnet, too")
    if len(request.gateways) > len(request.subnets) or len(request.ranges) > len(request.subnets):
        raise InvalidArgument("there are more gateways or ranges than subnets", hint="give a --subnet for each of them")

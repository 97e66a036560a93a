"""NetworkSettings of `podman inspect`: what a container has in its networks, and which ports lead to it."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import NoSuchObject
from core.model.config import ContainerRecord, NetworkMode
from core.model.network import Attachment, Lease, PortMapping
from core.operations.known_networks import network_named
from core.operations.parts import EngineParts


def network_settings(parts: EngineParts, record: ContainerRecord) -> dict[str, object]:
    """As nested plain values. The figures beside `Networks` are those of the default network, as in podman."""
    leases = {lease.network: lease for lease in record.state.leases}
    own = record.config.network is NetworkMode.BRIDGE
    ports: dict[str, object] = dict.fromkeys(record.config.exposed_ports) if own else {}
    settings: dict[str, object] = {
        **_figures(None),
        "Bridge": "",
        "SandboxID": "",
        "HairpinMode": False,
        "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0,
        "Ports": {**ports, **port_bindings(record.config.ports)},
        "SandboxKey": str(parts.paths.namespace(record.id)) if record.state.leases else "",
    }
    if own:
        networks = record.state.networks
        if len(networks) == 1:
            settings |= _figures(leases.get(networks[0].network))
        settings["Networks"] = {one.network: _connected(parts, one, leases.get(one.network)) for one in networks}
    return settings


def port_bindings(ports: Iterable[PortMapping]) -> dict[str, list[dict[str, str]]]:
    """`80/tcp` → the places of the host that lead there; ranges port by port."""
    bindings: dict[str, list[dict[str, str]]] = {}
    for mapping in ports:
        for step in range(mapping.length):
            bindings.setdefault(f"{mapping.container_port + step}/{mapping.protocol}", []).append(
                {"HostIp": mapping.host_ip, "HostPort": str(mapping.host_port + step)}
            )
    return bindings


def _connected(parts: EngineParts, attachment: Attachment, lease: Lease | None) -> dict[str, object]:
    try:
        driver_options = network_named(parts, attachment.network).options or None
    except NoSuchObject:
        driver_options = None
    return {
        **_figures(lease),
        "NetworkID": attachment.network,
        "DriverOpts": driver_options,
        "IPAMConfig": None,
        "Links": None,
        "Aliases": list(lease.aliases if lease is not None else attachment.aliases),
    }


def _figures(lease: Lease | None) -> dict[str, object]:
    addresses, gateways = (lease.addresses, lease.gateways) if lease is not None else ((), ())
    address, length = _first(addresses, six=False)
    address_6, length_6 = _first(addresses, six=True)
    return {
        "EndpointID": "",
        "Gateway": next((gateway for gateway in gateways if ":" not in gateway), ""),
        "IPAddress": address,
        "IPPrefixLen": length,
        "IPv6Gateway": next((gateway for gateway in gateways if ":" in gateway), ""),
        "GlobalIPv6Address": address_6,
        "GlobalIPv6PrefixLen": length_6,
        "MacAddress": lease.mac if lease is not None else "",
    }


def _first(addresses: Iterable[str], *, six: bool) -> tuple[str, int]:
    found = next((address for address in addresses if (":" in address) == six), "")
    address, _, length = found.partition("/")
    return address, int(length or 0)

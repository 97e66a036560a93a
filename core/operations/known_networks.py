"""The networks of an engine as its store has them, and the default one, which is there from its first use on."""

from __future__ import annotations

import time

from core.errors import AmbiguousName
from core.host.locks import FileLock
from core.host.network_namespaces import interfaces, routed_subnets
from core.model.network import DEFAULT_NETWORK, Network
from core.operations.parts import EngineParts
from core.operations.rootless import is_rootless
from core.paths import DEFAULT_ROOT
from core.store.catalogue import Catalogue
from core.store.lookup import no_such_object

KIND = "network"


def catalogue(parts: EngineParts) -> Catalogue[Network]:
    return Catalogue(parts.store, KIND, Network)


def all_networks(parts: EngineParts) -> list[Network]:
    """In the order of their names, with the default one."""
    default_network(parts)
    return catalogue(parts).all()


def network_named(parts: EngineParts, name: str) -> Network:
    """The network with this very name. Raises `NoSuchObject`."""
    return default_network(parts) if name == DEFAULT_NETWORK else catalogue(parts).get(name)


def find_network(parts: EngineParts, name_or_id: str) -> Network:
    """By name, by id or by a unique prefix of an id. Raises `NoSuchObject`, `AmbiguousName`."""
    known = all_networks(parts)
    for network in known:
        if name_or_id in (network.name, network.id):
            return network
    fitting = [network for network in known if name_or_id and network.id.startswith(name_or_id)]
    if len(fitting) > 1:
        names = ", ".join(network.name for network in fitting)
        raise AmbiguousName(f'more than one network has an ID that begins with "{name_or_id}": {names}')
    if not fitting:
        raise no_such_object(KIND, name_or_id)
    return fitting[0]


def network_id(name: str) -> str:
    """As podman makes it: the same name, the same id."""
    import hashlib

    return hashlib.sha256(name.encode()).hexdigest()


def root_mark(parts: EngineParts) -> str:
    """The root where it is not the usual one: what tells the networks of engines on one machine apart."""
    return "" if str(parts.paths.root) == DEFAULT_ROOT else str(parts.paths.root)


def taken_subnets(parts: EngineParts) -> list[str]:
    """Those of this machine's routes and of all networks of the store, in use or not."""
    own = [subnet.subnet for network in catalogue(parts).all() for subnet in network.subnets]
    if is_rootless():
        from core.network.user_bridges import OWN_SUBNET

        own.append(OWN_SUBNET)
    return [*routed_subnets(), *own]


def taken_interfaces(parts: EngineParts) -> set[str]:
    """The names of this machine's interfaces and of the bridges of all networks of the store."""
    return interfaces() | {network.interface for network in catalogue(parts).all()}


def default_network(parts: EngineParts) -> Network:
    """The network of containers that name none; made where it is not there yet. Names are not answered in it."""
    found = catalogue(parts).find(DEFAULT_NETWORK)
    if found is not None:
        return found
    with FileLock(parts.paths.network_lock):
        found = catalogue(parts).find(DEFAULT_NETWORK)
        if found is not None:
            return found
        from core.network.addresses import finalize_subnet, free_interface, free_subnet

        subnet = free_subnet(root_mark(parts), taken_subnets(parts), default=True)
        made = Network(
            id=network_id(DEFAULT_NETWORK),
            name=DEFAULT_NETWORK,
            created_at=time.time(),
            interface=free_interface(root_mark(parts), taken_interfaces(parts)),
            subnets=(finalize_subnet(subnet, "", "", has_gateway=True),),
            dns=False,
        )
        catalogue(parts).add(made.name, made)
        return made

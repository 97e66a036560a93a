"""A container's own network namespace: connected to its networks before its process is made, torn down after it.

Whoever owns a namespace that others join, as a pod's infra container, is a container like any other here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import msgspec

from core.errors import EngineError, HostIncomplete, InvalidArgument, NetworkFailed, NoSuchObject, StateForbids
from core.events import EventKind
from core.host.files import remove_tree
from core.host.locks import FileLock
from core.host.network_namespaces import keep_network_namespace, make_network_namespace, remove_network_namespace
from core.log import LOG
from core.model.config import ContainerConfig, NetworkMode
from core.model.network import BRIDGE_DRIVER, Attachment, Lease, Network
from core.model.state import Intent, Status
from core.network.contract import Connection
from core.operations.known_networks import network_named
from core.operations.name_files import rewrite_name_files
from core.operations.namespaces import running_donor
from core.operations.parts import Transaction
from core.operations.rootless import is_rootless


def namespace_to_join(held: Transaction) -> str | None:
    """The path of the network namespace for a process to be created that has neither the host's nor an empty one.

    One that is connected to networks is made and set up here. Empty where the runtime has to make it: call
    `connect_process` then. None for the host's, which whoever is joined has. Raises `StateForbids` (the container
    whose network is joined does not run), `NetworkFailed`, `HostIncomplete`, `NoSuchObject`, `InvalidArgument`.
    """
    config = held.config
    if is_connected_late(config):
        _choose(held)
        return ""
    if config.network is NetworkMode.BRIDGE or config.network.is_user_mode:
        return str(set_up(held))
    if config.network is NetworkMode.PATH:
        return config.network_path
    target = running_donor(held.parts, config, config.network_container, "network")
    if target.config.network is NetworkMode.HOST:
        # Nobody but the host's root may join it by its path.
        return None
    return f"/proc/{target.state.pid}/ns/net"


def is_connected_late(config: ContainerConfig) -> bool:
    """Whether the network namespace has to be that of the container's own users, which the runtime alone can make.

    Who enters their namespace may not go on into a network namespace of the host's users, as exec has to.
    """
    return config.id_mappings is not None and (config.network is NetworkMode.BRIDGE or config.network.is_user_mode)


def set_up(held: Transaction) -> Path:
    """Make the container's namespace and connect it to its networks; the path of the namespace.

    The leases are in the store before anything is done.
    """
    path = held.parts.paths.namespace(held.id)
    _choose(held)
    make_network_namespace(path)
    _connect(held, path)
    return path


def connect_process(held: Transaction, pid: int) -> None:
    """Connect the network namespace that the runtime made for a process which waits to be started.

    Raises `NetworkFailed`, `HostIncomplete`, `NoSuchObject`, `InvalidArgument`.
    """
    path = held.parts.paths.namespace(held.id)
    keep_network_namespace(path, pid)
    _connect(held, path)
    rewrite_name_files(held)


def _choose(held: Transaction) -> None:
    config = held.config
    if config.network.is_user_mode:
        from core.network.user_mode import user_mode_lease

        held.save(leases=(user_mode_lease(config.network, config.network_options),))
    else:
        _lease(held, held.state.networks)


def _connect(held: Transaction, path: Path) -> None:
    config, leases = held.config, held.state.leases
    if config.network.is_user_mode:
        from core.network.user_mode import start_user_mode

        folder = held.parts.paths.user_network(held.id)
        start_user_mode(config.network, config.network_options, path, folder, config.ports)
        held.save(leases=tuple(msgspec.structs.replace(lease, complete=True) for lease in leases))
    else:
        _connect_leases(held, path, leases)


def _tear_down_user_mode(held: Transaction, path: Path) -> None:
    from core.network.user_mode import end_user_mode

    end_user_mode(path)
    remove_network_namespace(path)
    remove_tree(held.parts.paths.user_network(held.id))
    held.save(leases=())


def tear_down(held: Transaction) -> None:
    """Disconnect from all networks and give the namespace and the leases back. Can be repeated."""
    paths = held.parts.paths
    path, stand_in = paths.namespace(held.id), paths.stand_in_namespace(held.id)
    if not held.state.leases and not path.exists():
        return
    if held.config.network.is_user_mode:
        _tear_down_user_mode(held, path)
        return
    for place in (path, stand_in):
        held.parts.network.wait_for_others(place)
    _disconnect_leases(held, path, held.state.leases)
    for place in (path, stand_in):
        remove_network_namespace(place)
    held.save(leases=())


def connect(held: Transaction, attachment: Attachment) -> None:
    """Connect to a further network, at once where the container lives. Allowed: all but unknown.

    Raises `InvalidArgument`, `NoSuchObject`, `NetworkFailed`.
    """
    _require_own_networks(held)
    network = network_named(held.parts, attachment.network)
    if any(known.network == network.name for known in held.state.networks):
        raise InvalidArgument(
            f"container {held.name} is already connected to network {network.name}: network is already connected",
            hint="disconnect it first, to connect it with other settings",
        )
    named = msgspec.structs.replace(attachment, aliases=_aliases(held, attachment.aliases))
    if _has_namespace(held):
        held.save(intent=Intent.CONNECTING)
        try:
            _lease(held, (named,))
            held.save(networks=(*held.state.networks, named))
            fresh = tuple(lease for lease in held.state.leases if not lease.complete)
            _connect_leases(held, held.parts.paths.namespace(held.id), fresh)
        except (EngineError, OSError):
            settle(held)
            raise
        rewrite_name_files(held)
        held.save(intent=None)
    else:
        held.save(networks=(*held.state.networks, named))
    held.emit(EventKind.NETWORK, action="connect", network=network.name)


def disconnect(held: Transaction, name: str) -> None:
    """Disconnect from a network, at once where the container lives. Allowed: all but unknown.

    Raises `InvalidArgument`, `NetworkFailed`.
    """
    _require_own_networks(held)
    remaining = tuple(attachment for attachment in held.state.networks if attachment.network != name)
    if remaining == held.state.networks:
        raise InvalidArgument(
            f"container {held.name} is not connected to network {name}",
            hint=f"see wharf inspect {held.name} for its networks",
        )
    if _has_namespace(held):
        held.save(intent=Intent.DISCONNECTING, networks=remaining)
        settle(held)
    else:
        held.save(networks=remaining)
    held.emit(EventKind.NETWORK, action="disconnect", network=name)


def settle(held: Transaction) -> None:
    """Undo a connecting that was not completed, finish a disconnecting."""
    wanted = {attachment.network for attachment in held.state.networks}
    leases = held.state.leases
    leaving = tuple(lease for lease in leases if not lease.complete or lease.network not in wanted)
    path = held.parts.paths.namespace(held.id)
    held.parts.network.wait_for_others(path)
    _disconnect_leases(held, path, leaving)
    gone = {lease.network for lease in leaving}
    held.save(
        intent=None,
        leases=tuple(lease for lease in leases if lease not in leaving),
        networks=tuple(attachment for attachment in held.state.networks if attachment.network not in gone),
    )
    rewrite_name_files(held)


def reload(held: Transaction) -> None:
    """Set everything up anew, with the same addresses: the firewall's rules were lost. Allowed: created to paused."""
    _require_own_networks(held)
    if not _has_namespace(held):
        raise StateForbids(
            f"the networks of container {held.name} can not be reloaded: it is {held.state.status}",
            hint="start it: its networks are set up then",
            container_id=held.id,
        )
    path = held.parts.paths.namespace(held.id)
    leases = held.state.leases
    _disconnect_leases(held, path, leases)
    _connect_leases(held, path, leases)


def _require_own_networks(held: Transaction) -> None:
    if held.config.network is not NetworkMode.BRIDGE:
        raise InvalidArgument(
            f"container {held.name} has the network mode {held.config.network}: invalid network mode",
            hint="only one that was made with --network bridge or with names of networks can be connected",
        )


def _has_namespace(held: Transaction) -> bool:
    return held.state.status in (Status.CREATED, Status.RUNNING, Status.PAUSED)


def _aliases(held: Transaction, wished: Iterable[str]) -> tuple[str, ...]:
    """What the container is found by besides its name."""
    return tuple(dict.fromkeys((*wished, held.id[:12])))


def _lease(held: Transaction, attachments: Iterable[Attachment]) -> None:
    """Choose the addresses and keep them, so that nobody else is given them."""
    from core.network.addresses import choose_addresses, hardware_address

    parts = held.parts
    networks = {attachment.network: network_named(parts, attachment.network) for attachment in attachments}
    parts.network.require(networks.values())
    with FileLock(parts.paths.network_lock):
        fresh: list[Lease] = []
        for attachment in attachments:
            network = networks[attachment.network]
            names = {lease.interface for lease in (*held.state.leases, *fresh)}
            taken = _leased_addresses(held, network.name)
            managed = network.addresses == "host-local"
            addresses = choose_addresses(network, attachment, taken) if managed else ()
            fresh.append(
                Lease(
                    network=network.name,
                    interface=_interface_name(attachment, held.state.networks, names),
                    addresses=addresses,
                    gateways=tuple(subnet.gateway for subnet in network.subnets if subnet.gateway),
                    mac=attachment.mac or (hardware_address(addresses) if network.driver == BRIDGE_DRIVER else ""),
                    aliases=_aliases(held, attachment.aliases),
                )
            )
        held.save(leases=(*held.state.leases, *fresh))


def _interface_name(attachment: Attachment, all_attachments: Iterable[Attachment], taken: Collection[str]) -> str:
    if attachment.interface:
        if attachment.interface in taken:
            raise InvalidArgument(
                f"the container already has an interface {attachment.interface}",
                hint="leave the name out, or choose another one",
            )
        return attachment.interface
    wished = {other.interface for other in all_attachments if other.interface}
    number = 0
    while f"eth{number}" in taken or f"eth{number}" in wished:
        number += 1
    return f"eth{number}"


def _leased_addresses(held: Transaction, network: str) -> set[str]:
    return {
        address.partition("/")[0]
        for record in held.parts.store.all()
        if record.id != held.id
        for lease in record.state.leases
        if lease.network == network
        for address in lease.addresses
    }


def _connect_leases(held: Transaction, path: Path, leases: tuple[Lease, ...]) -> None:
    if not leases:
        return
    completed = held.parts.network.set_up(path, _connection(held, leases))
    others = tuple(lease for lease in held.state.leases if lease not in leases)
    held.save(leases=(*others, *completed))


def _disconnect_leases(held: Transaction, path: Path, leases: tuple[Lease, ...]) -> None:
    connection = _connection(held, leases)
    if not connection.leases:
        return
    try:
        held.parts.network.tear_down(path, connection)
    except (NetworkFailed, HostIncomplete) as error:
        # Nothing would be better by a container that can not be stopped or removed.
        LOG.warning("%s | %s", error.message, error.stderr)


def _connection(held: Transaction, leases: tuple[Lease, ...]) -> Connection:
    networks: dict[str, Network] = {}
    for lease in leases:
        try:
            networks[lease.network] = network_named(held.parts, lease.network)
        except NoSuchObject:
            LOG.warning("container %s has a lease of the network %s, which is gone", held.id, lease.network)
    servers = held.config.names.servers
    if not servers and is_rootless():
        from core.network.user_bridges import NAME_SERVER

        # Those of the host may be at its loopback.
        servers = (NAME_SERVER,)
    return Connection(
        container_id=held.id,
        name=held.name,
        leases=tuple(lease for lease in leases if lease.network in networks),
        networks=networks,
        ports=held.config.ports,
        dns_servers=servers,
        stays=any(lease not in leases for lease in held.state.leases),
    )

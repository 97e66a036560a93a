"""/etc/hostname, /etc/hosts and /etc/resolv.conf of a container, with the content that podman gives them."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from core.host.files import make_private_directory, read_in_root, remove_tree, write_new
from core.model.config import ContainerRecord, NetworkMode
from core.model.network import NO_NAME_OPTIONS
from core.operations.create_mounts import mounts_in
from core.operations.namespaces import host_name
from core.operations.parts import EngineParts, Transaction
from core.operations.rootless import is_rootless

_HOST_NAMES: Final = "host.containers.internal"
_PUBLIC_SERVERS: Final = ("8.8.8.8", "8.8.4.4")
"""Where the host asks nobody but itself, which a container can not reach; as podman and Docker do."""


def write_name_files(held: Transaction) -> dict[str, str]:
    """Write the files of a container that is initialised; destination in it → path on the host."""
    folder = held.parts.paths.etc(held.id)
    remove_tree(folder)
    make_private_directory(folder)
    taken = {mount.destination for mount in mounts_in(held.config)}
    shown = {}
    for name, content in _contents(held.parts, held.record).items():
        if f"/etc/{name}" not in taken:
            shown[f"/etc/{name}"] = write_new(f"{folder}/{name}", content.encode(), 0o644, held.config.root_owner)
    if held.config.network is NetworkMode.CONTAINER:
        shown |= _files_of_owner(held, taken)
    return shown


def rewrite_name_files(held: Transaction) -> None:
    """Write them anew where they are: the container has them mounted, so they must stay the same files."""
    folder = held.parts.paths.etc(held.id)
    for name, content in _contents(held.parts, held.record).items():
        if (folder / name).exists():
            (folder / name).write_text(content)


def _files_of_owner(held: Transaction, taken: set[str]) -> dict[str, str]:
    """Who joins another's network has its names, too, and follows when they change."""
    folder = held.parts.paths.etc(held.config.network_container)
    names = ("hosts", "resolv.conf")
    return {
        f"/etc/{name}": str(folder / name) for name in names if (folder / name).exists() and f"/etc/{name}" not in taken
    }


def _contents(parts: EngineParts, record: ContainerRecord) -> dict[str, str]:
    config = record.config
    contents = {"hostname": f"{host_name(parts, config)}\n"}
    if config.network is NetworkMode.CONTAINER:
        return contents
    if not config.names.no_hosts:
        contents["hosts"] = _hosts(parts, record)
    if config.network is not NetworkMode.NONE or config.names != NO_NAME_OPTIONS:
        contents["resolv.conf"] = _resolv_conf(record)
    return contents


def _hosts(parts: EngineParts, record: ContainerRecord) -> str:
    config, leases = record.config, record.state.leases
    gateway = next((gateway for lease in leases for gateway in lease.gateways), "")
    shares = config.network is NetworkMode.HOST or config.network.is_user_mode
    if config.network is NetworkMode.BRIDGE and is_rootless():
        # The bridges' gateways are not the host.
        gateway, shares = "", True
    host = gateway or (_host_address() if shares else "")
    lines = []
    for entry in config.names.hosts:
        name, _, address = entry.partition(":")
        address = host if address == "host-gateway" else address
        if address:
            lines.append(f"{address}\t{name}")
    lines += _base_hosts(record) or ["127.0.0.1\tlocalhost", "::1\tlocalhost"]
    if host and not any(_HOST_NAMES in line for line in lines):
        lines.append(f"{host}\t{_HOST_NAMES}")
    if config.network is not NetworkMode.HOST:
        own = [address.partition("/")[0] for lease in leases for address in lease.addresses] or ["127.0.0.1"]
        lines += [f"{address}\t{host_name(parts, config)} {record.name}" for address in own]
    return "\n".join(lines) + "\n"


def _base_hosts(record: ContainerRecord) -> list[str]:
    """What stands in /etc/hosts beside our own lines."""
    file = record.config.names.hosts_file
    if file == "none":
        return []
    if file == "image":
        return _meant_lines(read_in_root(Path(record.state.mount_point), "etc/hosts") or b"")
    return _host_lines(file or "/etc/hosts")


def _resolv_conf(record: ContainerRecord) -> str:
    names, leases = record.config.names, record.state.leases
    words = [line.split() for line in _host_lines("/etc/resolv.conf")]
    answering = tuple(dict.fromkeys(server for lease in leases for server in lease.dns_servers))
    servers = answering or names.servers
    if not servers:
        hosts_own = tuple(fields[1] for fields in words if fields[0] == "nameserver" and len(fields) > 1)
        servers = hosts_own
        if record.config.network is NetworkMode.BRIDGE or record.config.network.is_user_mode:
            # The host's loopback is not the container's.
            servers = tuple(one for one in hosts_own if not one.startswith("127.") and one != "::1") or _PUBLIC_SERVERS
            servers = (*_user_mode_servers(record), *servers)
    search = names.search or (
        *(domain for lease in leases for domain in lease.dns_search),
        *(domain for fields in words if fields[0] == "search" for domain in fields[1:]),
    )
    options = names.options or tuple(word for fields in words if fields[0] == "options" for word in fields[1:])
    lines = [f"search {' '.join(dict.fromkeys(search))}"] if search and search != (".",) else []
    lines += [f"nameserver {server}" for server in servers]
    lines += [f"options {' '.join(options)}"] if options else []
    return "\n".join(lines) + "\n"


def _user_mode_servers(record: ContainerRecord) -> tuple[str, ...]:
    """Who answers for the host's own name servers where slirp4netns is the way out."""
    network, options = record.config.network, record.config.network_options
    if network is NetworkMode.BRIDGE:
        if not is_rootless():
            return ()
        network, options = NetworkMode.SLIRP4NETNS, ""
    from core.network.user_mode import name_servers

    return name_servers(network, options)


def _host_lines(path: str) -> list[str]:
    """The lines of a file of the host, without comments and empty ones."""
    with contextlib.suppress(OSError):
        return _meant_lines(Path(path).read_bytes())
    return []


def _meant_lines(content: bytes) -> list[str]:
    lines = content.decode(errors="replace").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith(("#", ";"))]


def _host_address() -> str:
    """The address that this machine shows to others; empty where it has none. Nothing is sent."""
    import socket

    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    return ""

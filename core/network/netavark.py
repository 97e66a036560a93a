"""netavark: one call a set-up or tear-down, JSON in and JSON out (its src/network/types.rs)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from core.errors import HostIncomplete, NetworkFailed, TimedOut
from core.host.files import make_private_directory
from core.host.locks import FileLock
from core.host.process_stat import process_start
from core.host.process_table import arguments_of, find_by_arguments
from core.host.processes import find_program, run, search_path
from core.model.network import BRIDGE_DRIVER, Lease, Network
from core.network.contract import Connection
from core.network.user_bridges import UserBridges
from core.paths import HOST_NETWORK_LOCK, EnginePaths
from core.settings import Settings

_FIRST_WITH_IPVLAN: Final = (1, 5)
_LOCK_PATIENCE: Final = 120.0
_DNS_PORT: Final = 53
_ANSWER_PATIENCE: Final = 5.0
_END_PATIENCE: Final = 2.0
_PAUSE: Final = 0.01
_ORPHAN_PATIENCE: Final = 30.0


class Netavark:
    """See `NetworkDriver`. The names of containers are answered by an aardvark-dns of this engine's own.

    `bridges`: where all of it is, for an ordinary user; the host itself for None.
    """

    def __init__(self, paths: EnginePaths, settings: Settings, bridges: UserBridges | None = None) -> None:
        self._paths = paths
        self._settings = settings
        self._bridges = bridges

    def require(self, networks: Iterable[Network]) -> None:
        find_program(self._settings.network)
        for network in networks:
            if network.driver == BRIDGE_DRIVER and os.environ.get("NETAVARK_FW", "iptables") == "iptables":
                find_program("iptables")
            if network.dns:
                self._require_name_server()

    def set_up(self, namespace: Path, connection: Connection) -> tuple[Lease, ...]:
        with self._lock():
            if self._bridges is not None:
                self._bridges.open()
                self._bridges.publish(connection.ports)
            answer = self._call("setup", namespace, connection)
        try:
            status = msgspec.json.decode(answer, type=dict[str, _Status])
            completed = tuple(_completed(lease, status[lease.network]) for lease in connection.leases)
        except (msgspec.MsgspecError, KeyError) as error:
            raise NetworkFailed(f"the answer of netavark is not understood: {error}") from error
        for lease in completed:
            self._require_answers(lease)
        return completed

    def tear_down(self, namespace: Path, connection: Connection) -> None:
        with self._lock():
            if self._bridges is None:
                self._disconnect(namespace, connection)
            elif not self._bridges.is_open:
                # What was in there has gone with it.
                self._bridges.close()
            else:
                if not connection.stays:
                    self._bridges.withdraw(connection.ports)
                try:
                    self._disconnect(namespace, connection)
                finally:
                    self._bridges.close_if_unused()

    def _disconnect(self, namespace: Path, connection: Connection) -> None:
        try:
            self._call("teardown", namespace, connection)
        except NetworkFailed:
            # It stops where an interface or the namespace is missing, and leaves rules. What is set up once more, in
            # an empty namespace, is the same to it, and can be torn down wholly.
            from core.host.network_namespaces import network_namespace

            with network_namespace(self._paths.stand_in_namespace(connection.container_id)) as stand_in:
                self._call("setup", stand_in, connection)
                self._call("teardown", stand_in, connection)

    def drivers(self) -> tuple[str, ...]:
        words = run([find_program(self._settings.network), "--version"], timeout=10).stdout.decode().split()
        version = tuple(int(number) for number in words[-1].split(".")[:2] if number.isdigit()) if words else ()
        return ("bridge", "macvlan", "ipvlan") if version >= _FIRST_WITH_IPVLAN else ("bridge", "macvlan")

    def wait_for_others(self, namespace: Path) -> None:
        deadline = time.monotonic() + _ORPHAN_PATIENCE
        while find_by_arguments("netavark", os.fspath(namespace)) is not None:
            if time.monotonic() >= deadline:
                raise TimedOut(f"netavark still works on {namespace}", hint="see whether it hangs: ps -ef")
            time.sleep(_PAUSE)

    def _call(self, verb: str, namespace: Path, connection: Connection) -> bytes:
        make_private_directory(self._paths.name_server)
        argv = [find_program(self._settings.network), "--config", str(self._paths.name_server)]
        name_server = self._name_server()
        if name_server:
            argv += ["--aardvark-binary", name_server]
        argv += [verb, str(namespace)]
        environment = {**os.environ, "PATH": search_path()}
        if self._bridges is not None:
            argv, environment = self._bridges.argv(argv), environment | self._bridges.environment()
        server = self._name_server_process()
        finished = run(
            argv,
            stdin=_request(connection, everywhere=self._bridges is not None),
            timeout=self._settings.operation_timeout,
            env=environment,
        )
        self._await_end_of(server)
        if finished.returncode:
            raise _failure(verb, finished.argv, finished.stdout, finished.stderr, connection)
        return finished.stdout

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Held while networks change: the chains of the firewall are shared by all that work on a machine."""
        lock = FileLock(Path(HOST_NETWORK_LOCK) if self._bridges is None else self._bridges.lock_file)
        lock.acquire(timeout=_LOCK_PATIENCE)
        try:
            yield
        finally:
            lock.release()

    def _require_answers(self, lease: Lease) -> None:
        """aardvark-dns is silent about a port that it can not have. Raises `NetworkFailed`."""
        from core.host.ports import holds_port, port_holder

        for server in lease.dns_servers:
            deadline = time.monotonic() + _ANSWER_PATIENCE
            while ":" not in server:
                pid = self._name_server_process()
                if pid is not None and holds_port(pid, "udp", server, _DNS_PORT):
                    break
                if time.monotonic() >= deadline:
                    holder = port_holder("udp", _DNS_PORT, server)
                    blamed = f": {holder.name} has the port {_DNS_PORT}" if holder is not None else ""
                    raise NetworkFailed(
                        f"names can not be answered in the network {lease.network}{blamed}",
                        hint="stop that, or use a network made with --disable-dns",
                    )
                time.sleep(_PAUSE)

    def _name_server_process(self) -> int | None:
        """The PID of the living name server; None where there is none.

        netavark takes whatever has the PID in the file for it, a zombie or a stranger too: such a file is removed.
        """
        file = self._paths.name_server_pid_file
        try:
            pid = int(file.read_text())
        except (OSError, ValueError):
            return None
        if str(file.parent) in arguments_of(pid) and process_start(pid) is not None:
            return pid
        file.unlink(missing_ok=True)
        return None

    def _await_end_of(self, server: int | None) -> None:
        """Where no container is left with a name, the name server goes; who came now would take it for a living one."""
        file = self._paths.name_server_pid_file
        if server is None or any(name != file.name for name in os.listdir(file.parent)):
            return
        deadline = time.monotonic() + _END_PATIENCE
        while process_start(server) is not None and time.monotonic() < deadline:
            time.sleep(_PAUSE)

    def _name_server(self) -> str:
        try:
            return find_program(self._settings.name_server)
        except HostIncomplete:
            return ""

    def _require_name_server(self) -> None:
        try:
            find_program(self._settings.name_server)
        except HostIncomplete as error:
            raise HostIncomplete(
                error.message,
                hint=f"{error.hint}, or use a network made with --disable-dns",
            ) from error


class _Address(msgspec.Struct):
    ipnet: str
    gateway: str | None = None


class _Interface(msgspec.Struct):
    mac_address: str = ""
    subnets: list[_Address] | None = None


class _Status(msgspec.Struct):
    interfaces: dict[str, _Interface] | None = None
    dns_server_ips: list[str] | None = None
    dns_search_domains: list[str] | None = None


class _Refusal(msgspec.Struct):
    error: str


def _completed(lease: Lease, status: _Status) -> Lease:
    interface = (status.interfaces or {}).get(lease.interface, _Interface())
    addresses = interface.subnets or []
    return msgspec.structs.replace(
        lease,
        addresses=tuple(address.ipnet for address in addresses) or lease.addresses,
        gateways=tuple(address.gateway for address in addresses if address.gateway) or lease.gateways,
        mac=interface.mac_address,
        dns_servers=tuple(status.dns_server_ips or ()),
        dns_search=tuple(status.dns_search_domains or ()),
        complete=True,
    )


def _failure(verb: str, argv: tuple[str, ...], stdout: bytes, stderr: bytes, connection: Connection) -> NetworkFailed:
    """netavark says what went wrong on standard output."""
    try:
        reason = msgspec.json.decode(stdout, type=_Refusal).error
    except msgspec.MsgspecError:
        reason = (stderr or stdout).decode(errors="replace").strip() or "it gave no reason"
    what = "set up" if verb == "setup" else "torn down"
    names = ", ".join(connection.networks)
    hint = "wharf doctor tells what is missing"
    if "iptables" in reason:
        hint = "see that the firewall works: iptables -L -n"
    return NetworkFailed(
        f"the network {names} of {connection.name} could not be {what}: {reason}",
        hint=hint,
        container_id=connection.container_id,
        argv=argv,
        stderr=stderr.decode(errors="replace"),
    )


def _request(connection: Connection, *, everywhere: bool) -> bytes:
    """`everywhere`: ports are had at every address, as somebody else has chosen by address already."""
    return msgspec.json.encode(
        {
            "container_id": connection.container_id,
            "container_name": connection.name,
            "port_mappings": [
                {
                    "container_port": port.container_port,
                    "host_ip": "" if everywhere else port.host_ip,
                    "host_port": port.host_port,
                    "protocol": port.protocol,
                    "range": port.length,
                }
                for port in connection.ports
            ],
            "networks": {lease.network: _options(lease, connection) for lease in connection.leases},
            "network_info": {name: _described(network) for name, network in connection.networks.items()},
        }
    )


def _options(lease: Lease, connection: Connection) -> dict[str, Any]:
    options: dict[str, Any] = {
        "interface_name": lease.interface,
        "static_ips": [address.partition("/")[0] for address in lease.addresses],
        "aliases": list(lease.aliases),
    }
    if lease.mac:
        options["static_mac"] = lease.mac
    if connection.dns_servers:
        options["dns_servers"] = list(connection.dns_servers)
    return options


def _described(network: Network) -> dict[str, Any]:
    subnets: list[dict[str, Any]] = [
        {"subnet": subnet.subnet, **({"gateway": subnet.gateway} if subnet.gateway else {})}
        for subnet in network.subnets
    ]
    return {
        "name": network.name,
        "id": network.id,
        "driver": network.driver,
        "network_interface": network.interface,
        "subnets": subnets,
        "ipv6_enabled": network.ipv6,
        "internal": network.internal,
        "dns_enabled": network.dns,
        "ipam_options": {"driver": network.addresses},
        "options": dict(network.options),
    }

"""network create ls inspect rm connect disconnect prune exists reload."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from core.cli.command import command_parser, confirmed, open_engine
from core.cli.formatting import add_format, filled_objects, print_formatted, wants_json
from core.cli.main import Invocation, report
from core.cli.network_filters import network_filter
from core.cli.network_options import mac_address
from core.cli.output import go_time, print_json
from core.cli.pairs import name_value_pairs
from core.cli.parser import add_boolean, seconds
from core.errors import EngineError, InvalidArgument, NameInUse, NetworkInUse, NoSuchObject
from core.model.network import Attachment, Network, NetworkRequest

if TYPE_CHECKING:
    from core.cli.parser import CommandParser, Options
    from core.engine import Engine

_FILTERS: Final = "name, id, driver, label, dangling, until"


def run(invocation: Invocation) -> int:
    parser = command_parser(invocation)
    verbs: dict[str, Callable[[Invocation, CommandParser], int]] = {
        "network create": _create,
        "network ls": _list,
        "network inspect": _inspect,
        "network rm": _remove,
        "network connect": _connect,
        "network disconnect": _disconnect,
        "network prune": _prune,
        "network exists": _exists,
        "network reload": _reload,
    }
    return verbs[invocation.command](invocation, parser)


def _create(invocation: Invocation, parser: CommandParser) -> int:
    options, request = read_create(invocation, parser)
    with open_engine(invocation) as engine:
        try:
            print(engine.networks.create(request).name)
        except NameInUse:
            if not options.ignore:
                raise
            print(options.name)
    return 0


def read_create(invocation: Invocation, parser: CommandParser) -> tuple[Options, NetworkRequest]:
    """A command line of network create as a request. Raises `InvalidArgument`."""
    add = parser.add_argument
    add("--driver", "-d", default="bridge", help="bridge, macvlan or ipvlan")
    add("--subnet", action="append", default=[], metavar="CIDR", help="a free one is chosen otherwise")
    add("--gateway", action="append", default=[], metavar="ADDRESS", help="of the subnet at the same place")
    add("--ip-range", action="append", default=[], metavar="CIDR", help="the part of the subnet that is given out")
    add("--internal", action="store_true", help="nothing outside can be reached")
    add("--ipv6", action="store_true", help="with an IPv6 subnet")
    add("--disable-dns", action="store_true", help="containers are not found by name")
    add("--opt", "-o", action="append", default=[], metavar="KEY=VALUE", help="mtu, vlan, parent, mode …")
    add("--label", action="append", default=[], metavar="NAME=VALUE")
    add("--interface-name", default="", metavar="NAME", help="of the bridge, or the parent for macvlan")
    add("--ipam-driver", default="", help="host-local or none")
    add("--ignore", action="store_true", help="no error where it is there already")
    add("name", nargs="?", default="", metavar="NAME", help="one is made up otherwise")
    options = parser.parse_args(invocation.arguments)
    request = NetworkRequest(
        name=options.name,
        driver=options.driver,
        interface=options.interface_name,
        subnets=tuple(options.subnet),
        gateways=tuple(options.gateway),
        ranges=tuple(options.ip_range),
        ipv6=options.ipv6,
        internal=options.internal,
        dns=not options.disable_dns,
        labels=name_value_pairs(options.label),
        options=name_value_pairs(options.opt),
        addresses=options.ipam_driver,
    )
    return options, request


def _list(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add("--filter", "-f", action="append", default=[], metavar="KEY=VALUE", help=_FILTERS)
    add_format(parser, no_heading=("--noheading", "-n"))
    add("--no-trunc", action="store_true", help="ids at full length")
    add("--quiet", "-q", action="store_true", help="names alone")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        fits = network_filter(options.filter, engine.networks.used_by())
        networks = [network for network in engine.networks.all() if fits(network)]
    print_formatted(
        networks,
        options,
        fields=_fields(whole=options.no_trunc),
        columns=("ID", "Name", "Driver"),
        as_json=lambda: [as_json(network) for network in networks],
        identity="Name",
        name="network ls",
    )
    return 0


def _fields(*, whole: bool) -> Mapping[str, tuple[str, Callable[[Network], object]]]:
    """What a template may show, under podman's names; `whole`: ids at full length."""
    return {
        "ID": ("NETWORK ID", lambda network: network.id if whole else network.id[:12]),
        "Name": ("NAME", lambda network: network.name),
        "Driver": ("DRIVER", lambda network: network.driver),
        "NetworkInterface": ("NETWORK INTERFACE", lambda network: network.interface),
        "Created": ("CREATED", lambda network: go_time(network.created_at)),
        "Subnets": ("SUBNETS", lambda network: _subnets(network, SUBNET_NAMES)),
        "IPv6Enabled": ("IPV6 ENABLED", lambda network: network.ipv6),
        "Internal": ("INTERNAL", lambda network: network.internal),
        "DNSEnabled": ("DNS ENABLED", lambda network: network.dns),
        "Labels": ("LABELS", lambda network: dict(network.labels)),
        "Label": ("", lambda network: lambda name: network.labels.get(name, "")),
        "Options": ("OPTIONS", lambda network: dict(network.options)),
        "IPAMOptions": ("IPAM OPTIONS", lambda network: {"driver": network.addresses}),
    }


SUBNET_NAMES: Final = ("Subnet", "Gateway", "LeaseRange", "StartIP", "EndIP")
_SUBNET_KEYS: Final = ("subnet", "gateway", "lease_range", "start_ip", "end_ip")


def _subnets(network: Network, names: Sequence[str]) -> list[dict[str, object]]:
    """The subnets with the words for their parts, those of Go templates or those of JSON."""
    subnet_name, gateway_name, range_name, first_name, last_name = names
    subnets: list[dict[str, object]] = []
    for subnet in network.subnets:
        shown: dict[str, object] = {subnet_name: subnet.subnet}
        if subnet.gateway:
            shown[gateway_name] = subnet.gateway
        if subnet.first:
            shown[range_name] = {first_name: subnet.first, last_name: subnet.last}
        subnets.append(shown)
    return subnets


def as_json(network: Network) -> dict[str, object]:
    """A network with podman's keys; those which podman leaves out where they say nothing are left out here, too."""
    described: dict[str, object] = {
        "name": network.name,
        "id": network.id,
        "driver": network.driver,
        "network_interface": network.interface,
        "created": datetime.fromtimestamp(network.created_at, UTC).isoformat().replace("+00:00", "Z"),
        "subnets": _subnets(network, _SUBNET_KEYS),
        "ipv6_enabled": network.ipv6,
        "internal": network.internal,
        "dns_enabled": network.dns,
        "labels": network.labels,
        "options": network.options,
        "ipam_options": {"driver": network.addresses},
    }
    return {key: value for key, value in described.items() if value not in ({}, [])}


def _inspect(invocation: Invocation, parser: CommandParser) -> int:
    add_format(parser, short="-f", no_heading=())
    parser.add_argument("networks", nargs="+", metavar="NETWORK")
    options = parser.parse_args(invocation.arguments)
    found, code = [], 0
    with open_engine(invocation) as engine:
        for name in options.networks:
            try:
                found.append(engine.networks.find(name))
            except EngineError as error:
                code = report(error)
    if not options.format or wants_json(options):
        print_json([as_json(network) for network in found])
    else:
        fields = _fields(whole=True)
        values = [{key: get(network) for key, (_, get) in fields.items()} for network in found]
        sys.stdout.write(filled_objects(values, options.format, name="network inspect"))
    return code


def _remove(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--force", "-f", action="store_true", help="with the containers that are connected to it")
    told = "seconds that these get to stop politely"
    parser.add_argument("--time", "-t", type=seconds, default=None, metavar="SECONDS", help=told)
    parser.add_argument("networks", nargs="+", metavar="NETWORK")
    options = parser.parse_args(invocation.arguments)
    if options.time is not None and not options.force:
        raise InvalidArgument(
            "--force option must be specified to use the --time option", hint="give --force, too, or leave --time out"
        )
    code = 0
    with open_engine(invocation) as engine:
        for name in options.networks:
            try:
                print(engine.networks.remove(name, force=options.force, timeout=options.time).name)
            except NoSuchObject as error:
                code = report(error, 1)
            except NetworkInUse as error:
                code = report(error, 2)
            except EngineError as error:
                code = report(error)
    return code


def _connect(invocation: Invocation, parser: CommandParser) -> int:
    add = parser.add_argument
    add("--alias", action="append", default=[], metavar="NAME", help="a further name in this network")
    add("--ip", default="", metavar="ADDRESS", help="its address in the network")
    add("--ip6", default="", metavar="ADDRESS", help="its IPv6 address in the network")
    add("--mac-address", default="", metavar="MAC", help="of its interface")
    add("network", metavar="NETWORK")
    add("container", metavar="CONTAINER")
    options = parser.parse_args(invocation.arguments)
    attachment = Attachment(
        network=options.network,
        addresses=tuple(address for address in (options.ip, options.ip6) if address),
        mac=mac_address(options.mac_address),
        aliases=tuple(options.alias),
    )
    with open_engine(invocation) as engine:
        engine.networks.connect(engine.lookup(options.container), attachment)
    return 0


def _disconnect(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--force", "-f", action="store_true", help="no error where it is not connected")
    parser.add_argument("network", metavar="NETWORK")
    parser.add_argument("container", metavar="CONTAINER")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        container = engine.lookup(options.container)
        network = engine.networks.find(options.network)
        if options.force and network.name not in container.refresh().networks:
            return 0
        engine.networks.disconnect(container, network.name)
    return 0


def _prune(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("--filter", action="append", default=[], metavar="KEY=VALUE", help="label, until")
    parser.add_argument("--force", "-f", action="store_true", help="do not ask")
    options = parser.parse_args(invocation.arguments)
    if not options.force and not confirmed("This will remove all networks not used by at least one container."):
        return 0
    with open_engine(invocation) as engine:
        for network in engine.networks.prune(network_filter(options.filter, engine.networks.used_by())):
            print(network.name)
    return 0


def _exists(invocation: Invocation, parser: CommandParser) -> int:
    parser.add_argument("network", metavar="NETWORK")
    options = parser.parse_args(invocation.arguments)
    with open_engine(invocation) as engine:
        try:
            engine.networks.find(options.network)
        except NoSuchObject:
            return 1
    return 0


def _reload(invocation: Invocation, parser: CommandParser) -> int:
    add_boolean(parser, "--all", "-a", default=False, explanation="all containers that have a process")
    parser.add_argument("--latest", "-l", action="store_true", help="the container created last")
    parser.add_argument("containers", nargs="*", metavar="CONTAINER")
    options = parser.parse_args(invocation.arguments)
    code = 0
    with open_engine(invocation) as engine:
        for name in _to_reload(engine, options):
            try:
                container = engine.lookup(name)
                engine.networks.reload(container)
                print(container.id)
            except EngineError as error:
                code = report(error)
    return code


def _to_reload(engine: Engine, options: Options) -> list[str]:
    if (options.all or options.latest) == bool(options.containers):
        raise InvalidArgument("you must provide at least one name or id", hint="or use --all or --latest")
    if options.containers:
        return list(options.containers)
    pictures = engine.containers()
    chosen = pictures[-1:] if options.latest else [picture for picture in pictures if picture.addresses]
    return [picture.id for picture in chosen]

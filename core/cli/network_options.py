"""The options of create and run for networks, published ports and names."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from core.errors import InvalidArgument
from core.model.config import NetworkMode
from core.model.network import DEFAULT_NETWORK, Attachment, NameOptions, PortMapping
from core.operations.rootless import is_rootless

if TYPE_CHECKING:
    from core.cli.parser import CommandParser, Options
    from core.model.options import CreateOptions

_WHOLE: Final = (NetworkMode.HOST, NetworkMode.NONE, NetworkMode.CONTAINER, NetworkMode.PATH)
_USER_MODES: Final = (NetworkMode.SLIRP4NETNS, NetworkMode.PASTA)
_BRIDGE: Final = ([NetworkMode.BRIDGE], ["private"])
_WISHES: Final = ("ip", "ip6", "mac", "alias", "interface_name")


def add_network_options(parser: CommandParser) -> None:
    add = parser.add_argument
    add("--network", "--net", action="append", default=[], metavar="MODE", help=_NETWORK_HELP)
    add(
        "--publish", "-p", action="append", default=[], metavar="[[IP:]HOST:]PORT[/PROTOCOL]", help="a port of the host"
    )
    add("--ip", default="", metavar="ADDRESS", help="its address in the network")
    add("--ip6", default="", metavar="ADDRESS", help="its IPv6 address in the network")
    add("--mac-address", default="", metavar="MAC", help="of its interface")
    add("--network-alias", action="append", default=[], metavar="NAME", help="a further name in its networks")
    add("--dns", action="append", default=[], metavar="ADDRESS", help="who it asks for names")
    add(
        "--dns-search",
        action="append",
        default=[],
        metavar="DOMAIN",
        help="where short names are looked for; . for none",
    )
    add("--dns-option", "--dns-opt", action="append", default=[], metavar="OPTION", help="of resolv.conf(5)")
    add("--add-host", action="append", default=[], metavar="NAME:ADDRESS", help="a line of its /etc/hosts")
    add("--hosts-file", default="", metavar="FILE|image|none", help="what its /etc/hosts begins with: the host's")
    add("--no-hosts", action="store_true", help="leave the image's /etc/hosts as it is")


def add_exposed_ports(parser: CommandParser) -> None:
    """What a pod does not have: it has no image that could name ports."""
    parser.add_argument("--publish-all", "-P", action="store_true", help="all exposed ports, at free ones of the host")
    parser.add_argument("--expose", action="append", default=[], metavar="PORT[/PROTOCOL]", help="a port it serves")


_NETWORK_HELP: Final = (
    "bridge, none, host, container:NAME, ns:PATH, slirp4netns[:OPTION,…], pasta[:FLAG,…], or networks: "
    "NAME[:ip=…,mac=…,alias=…,interface_name=…]"
)


def usual_network() -> str:
    """That of a container that names none."""
    return os.environ.get("WHARF_NETWORK") or (NetworkMode.SLIRP4NETNS if is_rootless() else NetworkMode.BRIDGE)


def network_fields(options: Options, *, in_pod: bool = False) -> dict[str, Any]:
    """The fields of `CreateOptions` that the options stand for. Raises `InvalidArgument`.

    `in_pod`: a pod decides where no network is named.
    """
    asked = options.network or ([] if in_pod else [usual_network()])
    network, attachments = parse_networks(asked) if asked else ("", ())
    attachments = with_addresses(
        network,
        attachments,
        addresses=[text for text in (options.ip, options.ip6) if text],
        mac=options.mac_address,
        aliases=tuple(options.network_alias),
    )
    ports = tuple(parse_publish(text) for text in options.publish)
    if options.no_hosts and options.add_host:
        raise InvalidArgument("--no-hosts and --add-host cannot be set together", hint="leave one of them out")
    if options.no_hosts and options.hosts_file:
        raise InvalidArgument("--no-hosts and --hosts-file cannot be set together", hint="leave one of them out")
    return {
        "network": network,
        "attachments": attachments,
        "ports": ports,
        "publish_all": getattr(options, "publish_all", False),
        "exposed_ports": tuple(getattr(options, "expose", ())),
        "names": NameOptions(
            servers=tuple(_address(text) for text in options.dns if text != "none"),
            search=tuple(options.dns_search),
            options=tuple(options.dns_option),
            hosts=tuple(_extra_host(text) for text in options.add_host),
            no_hosts=options.no_hosts,
            hosts_file=_hosts_file(options.hosts_file),
        ),
    }


def _hosts_file(text: str) -> str:
    if text in ("", "image", "none"):
        return text
    if not os.path.isfile(text):
        raise InvalidArgument(f"the hosts file {text} is not there", hint="name a file, image or none")
    return os.path.realpath(text)


def warn_of_discarded_ports(request: CreateOptions) -> None:
    """Say so on standard error where ports are to be published that can lead nowhere."""
    if (request.ports or request.publish_all) and request.network.partition(":")[0] in _WHOLE:
        modes = "Host, Container, Pod, and None"
        print(f"Port mappings have been discarded as one of the {modes} network modes are in use", file=sys.stderr)


def parse_networks(texts: list[str]) -> tuple[str, tuple[Attachment, ...]]:
    """The mode, and with `bridge` the networks that were named. Raises `InvalidArgument`."""
    mode = texts[0].partition(":")[0]
    if texts in _BRIDGE:
        return NetworkMode.BRIDGE, ()
    if mode in (*_WHOLE, *_USER_MODES):
        if len(texts) > 1:
            raise InvalidArgument(
                f"cannot set multiple networks without bridge network mode, selected mode {mode}",
                hint="name one mode alone, or networks alone",
            )
        return texts[0], ()
    attachments = [attachment for text in texts for attachment in _named(text)]
    if any(attachment.network in (*_WHOLE, *_USER_MODES) for attachment in attachments):
        raise InvalidArgument(
            "host, none and container: can not be used together with networks",
            hint="leave the others out, or name networks alone",
        )
    return NetworkMode.BRIDGE, tuple(attachments)


def _named(text: str) -> list[Attachment]:
    name, has_wishes, wishes = text.partition(":")
    if not has_wishes:
        names = [one.strip() for one in text.split(",")]
        if "" in names:
            raise InvalidArgument("network name cannot be empty", hint="see wharf network ls for the names")
        return [Attachment(network=DEFAULT_NETWORK if one == NetworkMode.BRIDGE else one) for one in names]
    addresses, aliases, fields = [], [], {"mac": "", "interface_name": ""}
    for wish in wishes.split(","):
        key, _, value = wish.partition("=")
        if key not in _WISHES or not value:
            raise InvalidArgument(f"unknown bridge network option: {wish}", hint=f"use {', '.join(_WISHES)}")
        if key in ("ip", "ip6"):
            addresses.append(_address(value))
        elif key == "alias":
            aliases.append(value)
        else:
            fields[key] = value
    return [
        Attachment(
            network=DEFAULT_NETWORK if name == NetworkMode.BRIDGE else name,
            addresses=tuple(addresses),
            mac=mac_address(fields["mac"]),
            aliases=tuple(aliases),
            interface=fields["interface_name"],
        )
    ]


def with_addresses(
    network: str,
    attachments: tuple[Attachment, ...],
    *,
    addresses: Sequence[str],
    mac: str,
    aliases: tuple[str, ...] = (),
) -> tuple[Attachment, ...]:
    """The networks with what is wanted in them, as it was typed. Raises `InvalidArgument`."""
    wanted, mac = tuple(map(_address, addresses)), mac_address(mac)
    if not (wanted or aliases or mac):
        return attachments
    if network not in ("", NetworkMode.BRIDGE):
        raise InvalidArgument(
            f"--ip, --mac-address and --network-alias can not be used with the network {network}",
            hint="use --network bridge or the name of a network, or leave them out",
        )
    attachments = attachments or (Attachment(network=DEFAULT_NETWORK),)
    if len(attachments) > 1 and (wanted or mac):
        raise InvalidArgument(
            "--ip and --mac-address can only be used with a single network", hint="use --network NAME:ip=…,mac=…"
        )
    return tuple(
        msgspec.structs.replace(
            attachment,
            addresses=(*attachment.addresses, *wanted),
            mac=mac or attachment.mac,
            aliases=(*attachment.aliases, *aliases),
        )
        for attachment in attachments
    )


def parse_publish(text: str) -> PortMapping:
    """`[[ip:][hostPort]:]containerPort[/protocol]`, each port a range, too. Raises `InvalidArgument`."""
    numbers, _, protocol = text.partition("/")
    ip = ""
    if numbers.startswith("["):
        ip, _, numbers = numbers[1:].partition("]")
        numbers = numbers.removeprefix(":")
    parts = numbers.split(":")
    if len(parts) == 3 and not ip:
        ip, parts = parts[0], parts[1:]
    if len(parts) > 2 or not parts[-1]:
        raise InvalidArgument(f"invalid port format: {text!r}", hint="use [[IP:]HOST:]PORT[/PROTOCOL]")
    first, length = _range(parts[-1], text)
    host, host_length = _range(parts[0], text) if len(parts) == 2 and parts[0] else (0, length)
    if host_length != length:
        raise InvalidArgument(
            f"host and container port ranges have different lengths: {host_length} vs {length}", hint=text
        )
    return PortMapping(
        container_port=first,
        host_port=host,
        protocol=protocol.lower() or "tcp",
        host_ip=_address(ip) if ip and ip != "0.0.0.0" else "",
        length=length,
    )


def _range(text: str, whole: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    try:
        start, end = int(first), int(last or first)
    except ValueError as error:
        raise InvalidArgument(
            f"cannot parse {text!r} of {whole!r} as a port number", hint="write it as 8080, or 8080-8090 for a range"
        ) from error
    if not 1 <= start <= end <= 65535:
        raise InvalidArgument(
            f"port numbers must be between 1 and 65535 (inclusive), and rise in a range, got {text}",
            hint="write it as 8080 or 8080-8090",
        )
    return start, end - start + 1


def _extra_host(text: str) -> str:
    name, colon, address = text.partition(":")
    if not name or not colon:
        raise InvalidArgument(f"invalid host entry {text!r}", hint="use NAME:ADDRESS")
    return f"{name}:{address if address == 'host-gateway' else _address(address.strip('[]'))}"


def _address(text: str) -> str:
    from core.network.addresses import parse_address

    return str(parse_address(text))


def mac_address(text: str) -> str:
    """Six pairs of hexadecimal digits, or nothing. Raises `InvalidArgument`."""
    pairs = text.replace("-", ":").split(":")
    if text and (len(pairs) != 6 or any(len(pair) != 2 or not pair.isalnum() for pair in pairs)):
        raise InvalidArgument(f"{text!r} is no MAC address", hint="use one like 92:d0:c6:0a:29:33")
    try:
        bytes.fromhex("".join(pairs))
    except ValueError as error:
        raise InvalidArgument(f"{text!r} is no MAC address", hint="use one like 92:d0:c6:0a:29:33") from error
    return text.replace("-", ":").lower()

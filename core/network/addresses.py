"""Which addresses, subnets and names of bridges are free. Pure: what is taken is given."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface, ip_network
from typing import Final

from core.errors import InvalidArgument, NetworkFailed
from core.model.network import Attachment, Network, Subnet

Address = IPv4Address | IPv6Address
AddressRange = IPv4Network | IPv6Network

_SYSTEM_DEFAULT: Final = IPv4Network("10.87.0.0/16")
_SYSTEM_POOL: Final = IPv4Network("10.90.0.0/15")
"""Beside podman's, which has 10.88.0.0/16 and goes on from 10.89.0.0/24."""
_POOL: Final = IPv4Network("10.128.0.0/9")
"""For engines on directories of their own, each from a place that its root gives, so that they do not meet."""
_SUBNET_BITS: Final = 8


def choose_addresses(network: Network, attachment: Attachment, taken: Collection[str]) -> tuple[str, ...]:
    """An address of each subnet with the length of its prefix: the wished one, else the lowest that is free.

    Raises `InvalidArgument` for a wish that can not be granted, `NetworkFailed` where no address is left.
    """
    wishes = [parse_address(text) for text in attachment.addresses]
    chosen = []
    for subnet in network.subnets:
        within = parse_subnet(subnet.subnet)
        wish = next((address for address in wishes if address in within), None)
        if wish is not None:
            wishes.remove(wish)
            if str(wish) in taken or str(wish) == subnet.gateway:
                raise InvalidArgument(
                    f"the address {wish} is already in use in the network {network.name}", hint="choose another"
                )
        else:
            wish = next((address for address in _candidates(subnet, within) if str(address) not in taken), None)
        if wish is None:
            raise NetworkFailed(
                f"no address is free in the network {network.name} ({subnet.subnet})",
                hint="stop containers in it, or make a network with a larger subnet",
            )
        chosen.append(f"{wish}/{within.prefixlen}")
    if wishes:
        raise InvalidArgument(
            f"requested static ip {wishes[0]} not in any subnet on network {network.name}",
            hint="its subnets: " + (", ".join(subnet.subnet for subnet in network.subnets) or "none"),
        )
    return tuple(chosen)


def hardware_address(addresses: Iterable[str]) -> str:
    """The MAC of who has these addresses; empty without an address of IPv4. It is locally administered.

    Always the same: who still remembers the one that had the address before reaches the one that has it now.
    """
    first = next((address for address in addresses if ":" not in address), None)
    return "" if first is None else f"02:57:{ip_interface(first).ip.packed.hex(':')}"


def _candidates(subnet: Subnet, within: AddressRange) -> Iterator[Address]:
    first = parse_address(subnet.first) if subnet.first else within[1]
    last = parse_address(subnet.last) if subnet.last else within[-1 if within.version == 6 else -2]
    kind = type(first)
    for number in range(int(first), int(last) + 1):
        address = kind(number)
        if str(address) != subnet.gateway:
            yield address


def finalize_subnet(subnet: str, gateway: str, lease_range: str, *, has_gateway: bool) -> Subnet:
    """A subnet as asked for, checked, with the first address as gateway where none is given."""
    within = parse_subnet(subnet)
    if within.num_addresses < 4:
        raise InvalidArgument(f"the subnet {subnet} is too small", hint="a /30 is the smallest")
    if gateway and parse_address(gateway) not in within:
        raise InvalidArgument(f"gateway {gateway} not in subnet {within}", hint="choose an address of the subnet")
    first = last = ""
    if lease_range:
        span = parse_subnet(lease_range)
        if span.version != within.version or span[0] not in within or span[-1] not in within:
            raise InvalidArgument(
                f"the range {lease_range} is not in the subnet {within}", hint="choose a range within the subnet"
            )
        lowest, highest = int(within[1]), int(within[-2])
        kind = type(within[0])
        first, last = str(kind(max(int(span[0]), lowest))), str(kind(min(int(span[-1]), highest)))
    chosen = gateway or (str(within[1]) if has_gateway else "")
    return Subnet(subnet=str(within), gateway=chosen, first=first, last=last)


def free_subnet(root: str, taken: Iterable[str], *, default: bool) -> str:
    """A subnet that overlaps none of `taken`. `default`: for the network that is there without being made."""
    used = [network for network in map(parse_subnet, taken) if network.version == 4]
    for candidate in _pool(root, default=default):
        if not any(candidate.overlaps(network) for network in used):
            return str(candidate)
    raise NetworkFailed("no subnet is free", hint="remove networks that are not used (wharf network prune)")


def _pool(root: str, *, default: bool) -> Iterator[IPv4Network]:
    if not root:
        if default:
            yield _SYSTEM_DEFAULT
        yield from _SYSTEM_POOL.subnets(new_prefix=32 - _SUBNET_BITS)
        return
    count = _POOL.num_addresses >> _SUBNET_BITS
    start = int.from_bytes(hashlib.sha256(root.encode()).digest()[:4])
    for number in range(count):
        offset = ((start + number) % count) << _SUBNET_BITS
        yield IPv4Network((int(_POOL.network_address) + offset, 32 - _SUBNET_BITS))


def free_subnet_6(taken: Iterable[str], random: bytes) -> str:
    """A unique local /64 (RFC 4193) by five random bytes."""
    prefix = int.from_bytes(b"\xfd" + random[:5] + b"\0\0") << 64
    chosen = IPv6Network((prefix, 64))
    if any(chosen.overlaps(network) for network in map(parse_subnet, taken) if network.version == 6):
        raise NetworkFailed("the subnet that was chosen is in use", hint="try again")
    return str(chosen)


def free_interface(root: str, taken: Collection[str]) -> str:
    """A name for a bridge that nothing on this machine has: `wharf0`, `wharf1` …"""
    stem = f"wf{hashlib.sha256(root.encode()).hexdigest()[:7]}-" if root else "wharf"
    number = 0
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def require_no_overlap(subnet: str, taken: Iterable[str]) -> None:
    """Raise `InvalidArgument` where a subnet that was asked for overlaps one that is in use."""
    asked = parse_subnet(subnet)
    for other in map(parse_subnet, taken):
        if other.version == asked.version and asked.overlaps(other):
            raise InvalidArgument(
                f"subnet {subnet} is already used on the host or by another config", hint=f"it overlaps {other}"
            )


def parse_address(text: str) -> Address:
    """Raises `InvalidArgument`."""
    try:
        return ip_address(text)
    except ValueError as error:
        raise InvalidArgument(f"{text!r} is not an IP address", hint="write it as 10.88.0.2 or fd00::2") from error


def parse_subnet(text: str) -> AddressRange:
    """Raises `InvalidArgument`; bits behind the prefix are passed over."""
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise InvalidArgument(f"{text!r} is not a subnet", hint="use one like 10.123.4.0/24") from error


def bare(address: str) -> str:
    """The address of `10.1.2.3/24`."""
    return str(ip_interface(address).ip)

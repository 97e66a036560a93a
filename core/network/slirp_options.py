"""The options of `--network slirp4netns:…`, with podman's names."""

from __future__ import annotations

import ipaddress
from typing import Final

import msgspec

from core.errors import InvalidArgument

_DEFAULT_CIDR: Final = "10.0.2.0/24"
_DEFAULT_MTU: Final = 65520
_FLAGS: Final = {"true": True, "false": False}
_KNOWN: Final = "allow_host_loopback, cidr, enable_ipv6, mtu, outbound_addr, outbound_addr6, port_handler"


class SlirpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`cidr`: the network inside, of which the addresses 2, 3 and 100 are the host's, the name server's and its own."""

    cidr: str = _DEFAULT_CIDR
    mtu: int = _DEFAULT_MTU
    allow_host_loopback: bool = False
    enable_ipv6: bool = False
    outbound_addr: str = ""
    outbound_addr6: str = ""

    @property
    def gateway(self) -> str:
        return self._address(2)

    @property
    def name_server(self) -> str:
        return self._address(3)

    @property
    def address(self) -> str:
        """Its own, with the length of the prefix."""
        return f"{self._address(100)}/{ipaddress.ip_network(self.cidr).prefixlen}"

    @property
    def argv(self) -> list[str]:
        """The flags of slirp4netns."""
        words = ["--enable-sandbox", "--enable-seccomp", f"--mtu={self.mtu}"]
        words += [] if self.allow_host_loopback else ["--disable-host-loopback"]
        words += ["--enable-ipv6"] if self.enable_ipv6 else []
        words += [f"--cidr={self.cidr}"] if self.cidr != _DEFAULT_CIDR else []
        words += [f"--outbound-addr={self.outbound_addr}"] if self.outbound_addr else []
        words += [f"--outbound-addr6={self.outbound_addr6}"] if self.outbound_addr6 else []
        return words

    def _address(self, place: int) -> str:
        return str(ipaddress.ip_network(self.cidr)[place])


def parse_slirp(text: str) -> SlirpOptions:
    """`KEY=VALUE,…`. Raises `InvalidArgument`."""
    fields: dict[str, object] = {}
    for word in (word for word in text.split(",") if word):
        key, _, value = word.partition("=")
        if key in ("allow_host_loopback", "enable_ipv6"):
            if value not in _FLAGS:
                raise InvalidArgument(f"invalid value of {key} for slirp4netns: {value!r}", hint="use true or false")
            fields[key] = _FLAGS[value]
        elif key == "mtu":
            if not value.isdecimal() or not 68 <= int(value) <= 65521:
                raise InvalidArgument(f"invalid mtu for slirp4netns: {value!r}", hint="use a number of 68 to 65521")
            fields[key] = int(value)
        elif key == "cidr":
            fields[key] = _network(value)
        elif key in ("outbound_addr", "outbound_addr6") and value:
            fields[key] = value
        elif key == "port_handler":
            if value != "slirp4netns":
                raise InvalidArgument(
                    f"the port handler {value!r} of slirp4netns is not there",
                    hint="ports are its own work: leave it out",
                )
        else:
            raise InvalidArgument(f"unknown option for slirp4netns: {word!r}", hint=f"use {_KNOWN}")
    return msgspec.convert(fields, SlirpOptions)


def _network(text: str) -> str:
    try:
        network = ipaddress.IPv4Network(text)
    except ValueError as error:
        raise InvalidArgument(f"invalid cidr for slirp4netns: {text!r}", hint="use one as 10.0.2.0/24") from error
    if network.prefixlen > 25:
        raise InvalidArgument(f"the cidr {text} is too small for slirp4netns", hint="use at most a length of 25")
    return text

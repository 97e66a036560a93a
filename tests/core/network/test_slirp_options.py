"""The options of slirp4netns by podman's names."""

from __future__ import annotations

import pytest

from core.errors import InvalidArgument
from core.network.slirp_options import SlirpOptions, parse_slirp


def test_without_options_the_hosts_loopback_is_out_of_reach() -> None:
    options = parse_slirp("")
    assert options == SlirpOptions()
    assert "--disable-host-loopback" in options.argv and "--mtu=65520" in options.argv
    assert (options.gateway, options.name_server, options.address) == ("10.0.2.2", "10.0.2.3", "10.0.2.100/24")


def test_each_option_becomes_a_flag() -> None:
    text = "cidr=10.41.0.0/20,mtu=1500,allow_host_loopback=true,enable_ipv6=true,outbound_addr=eth0,outbound_addr6=eth1"
    options = parse_slirp(f"{text},port_handler=slirp4netns")
    assert options.argv[2:] == [
        "--mtu=1500",
        "--enable-ipv6",
        "--cidr=10.41.0.0/20",
        "--outbound-addr=eth0",
        "--outbound-addr6=eth1",
    ]
    assert options.address == "10.41.0.100/20"


@pytest.mark.parametrize(
    "text",
    [
        "mtu=",
        "mtu=1",
        "cidr=10.0.2.1/24",
        "cidr=10.0.2.0/26",
        "cidr=fd00::/64",
        "enable_ipv6=yes",
        "port_handler=rootlesskit",
        "colour=red",
        "outbound_addr=",
    ],
)
def test_what_there_is_not_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument):
        parse_slirp(text)

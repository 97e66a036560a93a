"""The options of create and run for networks and ports, as podman takes them."""

from __future__ import annotations

import pytest

from core.cli.network_options import mac_address, parse_networks, parse_publish
from core.errors import InvalidArgument
from core.model.network import DEFAULT_NETWORK, Attachment, PortMapping
from tests.core.cli.conftest import Call
from tests.core.cli.fake_engine import FakeEngine
from tests.core.cli.test_create import asked


@pytest.mark.parametrize(
    ("text", "mapping", "shown"),
    [
        ("80", PortMapping(container_port=80), "0.0.0.0:0->80/tcp"),
        ("8080:80", PortMapping(container_port=80, host_port=8080), "0.0.0.0:8080->80/tcp"),
        ("0.0.0.0:8080:80", PortMapping(container_port=80, host_port=8080), "0.0.0.0:8080->80/tcp"),
        (
            "127.0.0.1:53:53/UDP",
            PortMapping(container_port=53, host_port=53, protocol="udp", host_ip="127.0.0.1"),
            "127.0.0.1:53->53/udp",
        ),
        ("127.0.0.1::80", PortMapping(container_port=80, host_ip="127.0.0.1"), "127.0.0.1:0->80/tcp"),
        ("[::1]:81:80", PortMapping(container_port=80, host_port=81, host_ip="::1"), "[::1]:81->80/tcp"),
        ("7000-7002:8000-8002", PortMapping(container_port=8000, host_port=7000, length=3), None),
        ("8000-8002", PortMapping(container_port=8000, length=3), None),
    ],
)
def test_publish(text: str, mapping: PortMapping, shown: str | None) -> None:
    assert parse_publish(text) == mapping
    assert shown is None or str(mapping) == shown


@pytest.mark.parametrize(
    "text", ["", "eighty", "80:", "1:2:3:4", "0:80", "80:70000", "80-70:80-70", "1-3:1-2", "nowhere:80:80", "1.2.3:1:1"]
)
def test_publish_that_makes_no_sense(text: str) -> None:
    with pytest.raises(InvalidArgument):
        parse_publish(text)


def test_overlaps() -> None:
    web = PortMapping(container_port=80, host_port=8080, length=3)
    assert web.overlaps(PortMapping(container_port=1, host_port=8082))
    assert web.overlaps(PortMapping(container_port=1, host_port=8080, host_ip="127.0.0.1"))
    assert not web.overlaps(PortMapping(container_port=1, host_port=8083))
    assert not web.overlaps(PortMapping(container_port=1, host_port=8080, protocol="udp"))
    here = PortMapping(container_port=1, host_port=1, host_ip="127.0.0.1")
    assert not here.overlaps(PortMapping(container_port=1, host_port=1, host_ip="127.0.0.2"))


def test_networks() -> None:
    assert parse_networks(["host"]) == ("host", ())
    assert parse_networks(["container:web"]) == ("container:web", ())
    assert parse_networks(["bridge"]) == ("bridge", ())
    assert parse_networks(["a,b", "c"]) == ("bridge", tuple(Attachment(network=name) for name in "abc"))
    wishes = "sea:ip=10.0.0.9,ip6=fd00::9,mac=92-D0-C6-0A-29-33,alias=x,alias=y,interface_name=sea0"
    expected = Attachment(
        network="sea",
        addresses=("10.0.0.9", "fd00::9"),
        mac="92:d0:c6:0a:29:33",
        aliases=("x", "y"),
        interface="sea0",
    )
    assert parse_networks([wishes, "bridge"]) == ("bridge", (expected, Attachment(network=DEFAULT_NETWORK)))


@pytest.mark.parametrize(
    "texts",
    [["host", "sea"], ["sea", "none"], ["slirp4netns", "sea"], ["sea:colour=red"], ["sea:ip="], ["sea,,lake"]],
)
def test_networks_that_make_no_sense(texts: list[str]) -> None:
    with pytest.raises(InvalidArgument):
        parse_networks(texts)


@pytest.mark.parametrize("text", ["92:d0", "zz:d0:c6:0a:29:33", "92:d0:c6:0a:29:333"])
def test_a_mac_address_that_is_none(text: str) -> None:
    with pytest.raises(InvalidArgument):
        mac_address(text)


def test_the_options_of_create(fake: FakeEngine, call: Call) -> None:
    words = (
        "--network sea --ip 10.0.0.9 --mac-address 92:d0:c6:0a:29:33 --network-alias a -p 80:80 -P --expose 90/udp "
        "--dns 1.1.1.1 --dns-search x.example --dns-opt ndots:1 --add-host a:1.2.3.4 --add-host g:host-gateway img"
    )
    options = asked(fake, call, *words.split())
    assert options.attachments == (
        Attachment(network="sea", addresses=("10.0.0.9",), mac="92:d0:c6:0a:29:33", aliases=("a",)),
    )
    assert options.ports == (PortMapping(container_port=80, host_port=80),)
    assert (options.publish_all, options.exposed_ports) == (True, ("90/udp",))
    names = options.names
    assert (names.servers, names.search, names.options) == (("1.1.1.1",), ("x.example",), ("ndots:1",))
    assert names.hosts == ("a:1.2.3.4", "g:host-gateway")


@pytest.mark.parametrize(
    "words",
    [
        "--network a --network b --ip 10.0.0.9",
        "--network none --ip 10.0.0.9",
        "--no-hosts --add-host a:1.2.3.4",
        "--add-host nonsense",
        "--dns nonsense",
    ],
)
def test_options_that_contradict_each_other(call: Call, words: str) -> None:
    assert call("create", *words.split(), "img").code == 125


def test_another_default(fake: FakeEngine, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHARF_NETWORK", "none")
    assert asked(fake, call, "img").network == "none"
    assert asked(fake, call, "--network", "bridge", "img").network == "bridge"
    discarded = call("create", "-p", "80", "img")
    assert "discarded" in discarded.err

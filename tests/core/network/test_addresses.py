"""The choice of addresses, subnets and names, on numbers alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidArgument, NetworkFailed
from core.model.network import Attachment, Network, Subnet
from core.network.addresses import (
    choose_addresses,
    finalize_subnet,
    free_interface,
    free_subnet,
    free_subnet_6,
    hardware_address,
    parse_subnet,
    require_no_overlap,
)

SEA = Network(id="0" * 64, name="sea", created_at=0.0, subnets=(Subnet(subnet="10.9.0.0/29", gateway="10.9.0.1"),))
ANY = Attachment(network="sea")


def test_the_lowest_free_address_is_given_out_until_none_is_left() -> None:
    taken: set[str] = set()
    for last in range(2, 7):
        assert choose_addresses(SEA, ANY, taken) == (f"10.9.0.{last}/29",)
        taken.add(f"10.9.0.{last}")
    with pytest.raises(NetworkFailed, match="no address is free"):
        choose_addresses(SEA, ANY, taken)
    assert choose_addresses(SEA, ANY, taken - {"10.9.0.4"}) == ("10.9.0.4/29",)


def test_an_address_has_one_mac() -> None:
    assert hardware_address(("10.9.0.4/29",)) == "02:57:0a:09:00:04"
    assert hardware_address(("fd00::2/64", "10.255.0.17/16")) == "02:57:0a:ff:00:11"
    assert hardware_address(("fd00::2/64",)) == hardware_address(()) == ""


def test_a_range_bounds_what_is_given_out_but_not_what_is_wished() -> None:
    subnet = finalize_subnet("10.9.0.0/24", "", "10.9.0.64/30", has_gateway=True)
    network = Network(id="0" * 64, name="sea", created_at=0.0, subnets=(subnet,))
    given_out = [choose_addresses(network, ANY, {f"10.9.0.{n}" for n in range(64, last)})[0] for last in range(64, 68)]
    assert given_out == [f"10.9.0.{last}/24" for last in range(64, 68)]
    with pytest.raises(NetworkFailed):
        choose_addresses(network, ANY, {f"10.9.0.{n}" for n in range(64, 68)})
    assert choose_addresses(network, Attachment(network="sea", addresses=("10.9.0.9",)), ()) == ("10.9.0.9/24",)


@pytest.mark.parametrize("address", ["10.9.0.1", "10.9.0.5", "10.8.0.2", "fd00::2", "nonsense"])
def test_a_wish_that_can_not_be_granted(address: str) -> None:
    with pytest.raises(InvalidArgument):
        choose_addresses(SEA, Attachment(network="sea", addresses=(address,)), {"10.9.0.5"})


def test_one_address_of_each_subnet() -> None:
    both = Network(
        id="0" * 64,
        name="sea",
        created_at=0.0,
        subnets=(*SEA.subnets, Subnet(subnet="fd00:1::/64", gateway="fd00:1::1")),
    )
    assert choose_addresses(both, ANY, ()) == ("10.9.0.2/29", "fd00:1::2/64")
    wish = Attachment(network="sea", addresses=("fd00:1::77",))
    assert choose_addresses(both, wish, ()) == ("10.9.0.2/29", "fd00:1::77/64")


@given(st.text(max_size=20), st.integers(0, 40))
def test_a_free_subnet_is_free_for_every_root(root: str, rounds: int) -> None:
    taken = ["10.0.0.0/9", "192.168.0.0/16"] if root else ["10.87.4.0/24", "10.90.0.0/16"]
    for _ in range(min(rounds, 5)):
        chosen = free_subnet(root, taken, default=True)
        require_no_overlap(chosen, taken)
        assert not parse_subnet(chosen).overlaps(parse_subnet("10.88.0.0/16"))
        taken.append(chosen)


def test_the_subnets_of_the_usual_root_are_beside_podmans() -> None:
    assert free_subnet("", [], default=True) == "10.87.0.0/16"
    assert free_subnet("", [], default=False) == "10.90.0.0/24"
    assert free_subnet("", ["10.90.0.0/20"], default=False) == "10.90.16.0/24"
    with pytest.raises(NetworkFailed):
        free_subnet("/tmp/x", ["10.0.0.0/8"], default=False)
    with pytest.raises(InvalidArgument, match="already used"):
        require_no_overlap("10.1.0.0/16", ["10.1.2.0/24"])


def test_bridges_have_short_names_of_their_own() -> None:
    assert free_interface("", {"wharf0", "wharf2", "eth0"}) == "wharf1"
    first, second = free_interface("/a", ()), free_interface("/b", ())
    assert first != second
    assert len(free_interface("/a", {first.replace("-0", f"-{n}") for n in range(10000)})) <= 15


def test_a_unique_local_subnet() -> None:
    chosen = free_subnet_6([], b"\x01\x02\x03\x04\x05")
    assert chosen == "fd01:203:405::/64"
    with pytest.raises(NetworkFailed):
        free_subnet_6([chosen], b"\x01\x02\x03\x04\x05")

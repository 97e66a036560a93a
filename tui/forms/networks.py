"""The forms for networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.model.network import Attachment
from tui.bridge.command_lines import complaint, read_network
from tui.bridge.resource_details import KnownNames
from tui.forms.form import TICKED, Field, Form, Values, needed, words_of
from tui.languages import _


def network_words(values: Values) -> list[str]:
    """Behind `wharf network create`."""
    words = [] if values["driver"] in ("", "bridge") else ["--driver", values["driver"]]
    for name, flag in (("subnet", "--subnet"), ("gateway", "--gateway"), ("parent", "--interface-name")):
        words += [word for text in words_of(values[name]) for word in (flag, text)]
    words += [word for text in words_of(values["options"]) for word in ("--opt", text)]
    words += [flag for name, flag in (("internal", "--internal"), ("ipv6", "--ipv6")) if values[name]]
    words += [] if values["dns"] else ["--disable-dns"]
    return [*words, *([values["name"]] if values["name"] else [])]


def network_form(known: KnownNames) -> Form:
    """A new network."""
    return Form(
        title=_("New network"),
        verb=_("Make"),
        fields=(
            Field("name", "name", "one is made up otherwise",
                  check=lambda text: _("a network has this name") if text in known.networks else ""),
            Field("driver", "driver", "bridge, macvlan, ipvlan", "bridge", choices=("bridge", "macvlan", "ipvlan"),
                  check=lambda text: "" if text in ("bridge", "macvlan", "ipvlan") else _("bridge, macvlan or ipvlan")),
            Field("subnet", "subnet", "a free one is chosen; 10.90.0.0/24", check=_wrong_address),
            Field("gateway", "gateway", "the first address of the subnet"),
            Field("parent", "interface", "the bridge's name; the parent for macvlan"),
            Field("options", "options", "mtu=1400 isolate=true …"),
            Field("internal", "nothing outside can be reached", tick=True),
            Field("ipv6", "with an IPv6 subnet", tick=True),
            Field("dns", "containers find each other by name", value=TICKED, tick=True),
        ),
        command=lambda values: ["network", "create", *network_words(values)],
        check=lambda values: complaint(lambda: read_network(network_words(values))),
        note=_("Nothing of it is on the host before a container is in it."),
    )  # fmt: skip


def _wrong_address(text: str) -> str:
    import ipaddress

    for word in words_of(text):
        try:
            ipaddress.ip_network(word)
        except ValueError as error:
            return str(error)
    return ""


def _one_of(names: Sequence[str]) -> Callable[[str], str]:
    return lambda text: needed(text) or ("" if text in names else _("there is no container {name}").format(name=text))


def connect_form(network: str, containers: Sequence[str]) -> Form:
    """A container for a network."""
    return Form(
        title=_("Connect a container to {network}").format(network=network),
        verb=_("Connect"),
        fields=(
            Field("container", "container", check=_one_of(containers), choices=tuple(containers)),
            Field("address", "address", "a free one is chosen"),
            Field("aliases", "further names", "by which others find it there"),
        ),
        command=lambda values: [
            "network", "connect",
            *(("--ip", values["address"]) if values["address"] else ()),
            *(word for alias in words_of(values["aliases"]) for word in ("--alias", alias)),
            network, values["container"] or "CONTAINER",
        ],
        note=_("At once, where it runs."),
    )  # fmt: skip


def attachment(network: str, values: Values) -> Attachment:
    """What the form for a connection asks for."""
    addresses = (values["address"],) if values["address"] else ()
    return Attachment(network=network, addresses=addresses, aliases=tuple(words_of(values["aliases"])))

"""The view of networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.model.network import DEFAULT_NETWORK
from tui.bridge.readers import NetworkRow
from tui.keymap import Action, Scope
from tui.languages import _
from tui.live import Live
from tui.plain_text import ago, counted_containers
from tui.tabs.registry import NETWORK_TABS
from tui.views.view import Column, View

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


def _use(row: NetworkRow, live: Live) -> str:
    count = len(row.used_by)
    return live.doing(row.id) or (counted_containers(count) if count else "–")


def _subnets(row: NetworkRow) -> str:
    return ", ".join(subnet.subnet for subnet in row.network.subnets)


def _kind(row: NetworkRow, live: Live) -> str:
    words = [word for word, is_so in ((_("internal"), row.network.internal), ("dns", row.network.dns)) if is_so]
    return ", ".join(words)


def _labels(row: NetworkRow) -> list[str]:
    return [f"{name}={value}" for name, value in row.network.labels.items()]


COLUMNS: Final = (
    Column("name", "NAME", lambda row, live: row.name, share=3),
    Column("driver", "DRIVER", lambda row, live: row.network.driver, width=8),
    Column("subnets", "SUBNETS", lambda row, live: _subnets(row), share=3, rank=2),
    Column("used", "USED BY", _use, width=13, sort=lambda row, live: len(row.used_by), falls=True),
    Column("interface", "INTERFACE", lambda row, live: row.network.interface, width=10, rank=3),
    Column("kind", "KIND", _kind, width=13, rank=4),
    Column("created", "CREATED", lambda row, live: ago(row.network.created_at), width=12, rank=5,
           sort=lambda row, live: -row.network.created_at),
    Column("id", "ID", lambda row, live: row.id[:12], width=12, rank=6, style=lambda row, live: "faint"),
)  # fmt: skip


def can_remove(row: NetworkRow) -> bool:
    """Whether the engine would let it go."""
    return not row.used_by and row.name != DEFAULT_NETWORK


ACTIONS: Final = (
    Action("new", ("n",), "new", "make a network", "Network"),
    Action("connect", ("c",), "connect", "connect a container to it", "Network", scope=Scope.ROW),
    Action("disconnect", ("C",), "", "disconnect a container from it", "Network", lambda row: bool(row.used_by),
           Scope.ROW),
    Action("reload", (), "", "set it up anew for its containers, after the firewall lost its rules", "Network",
           lambda row: bool(row.used_by), Scope.ROWS),
    Action("prune", ("z",), "", "remove those that no container is connected to, after a look at them", "Network"),
    Action("go_to", ("t",), "containers", "show the containers that are connected to the network", "Network",
           scope=Scope.ROW),
    Action("remove", ("d", "delete"), "remove", "remove the network", "Network", can_remove, Scope.ROWS),
)  # fmt: skip


def _actions_of(deck: DeckScreen) -> object:
    from tui.views.network_actions import NetworkActions

    return NetworkActions(deck)


VIEW: Final = View(
    name="networks",
    noun="network",
    columns=COLUMNS,
    actions=ACTIONS,
    actions_of=_actions_of,
    tabs=NETWORK_TABS,
    reader="networks",
    searched=lambda row: " ".join(
        (row.name, row.network.driver, row.network.interface, row.id, *_labels(row), _subnets(row))
    ),
    terms={
        "name": lambda row: (row.name,),
        "driver": lambda row: (row.network.driver,),
        "label": _labels,
        "container": lambda row: row.used_by,
    },
    refusal=lambda row: (
        _("it is the default one") if row.name == DEFAULT_NETWORK else _("a container is connected to it")
    ),
    empty="no networks",
)  # fmt: skip

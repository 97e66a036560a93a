"""What the actions of the view of networks do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.bridge.readers import NetworkRow
from tui.bridge.resource_details import KnownNames
from tui.forms.networks import attachment, connect_form, network_form, network_words
from tui.languages import _
from tui.screens import orders
from tui.screens.asking import Plan, ask
from tui.step import Step
from tui.views.networks import can_remove

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


class NetworkActions:
    """One method an action of the view."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck

    def go_to(self, row: NetworkRow) -> None:
        """The containers, filtered by the network."""
        self._deck.show_view("containers")
        self._deck.set_filter(f"network:{row.name}")

    def new(self) -> None:
        def make(values: dict[str, str]) -> None:
            name = values["name"] or _("a network")
            self._deck.expect_row()
            self._deck.bridge.run(Step("create network", f"network {name}", name, (network_words(values),)))

        orders.with_known(self._deck, lambda known: orders.fill_in(self._deck, network_form(known), make))

    def connect(self, row: NetworkRow) -> None:
        def show(known: KnownNames) -> None:
            orders.fill_in(self._deck, connect_form(row.name, known.containers), connect)

        def connect(values: dict[str, str]) -> None:
            given = (values["container"], attachment(row.name, values))
            self._deck.bridge.run(Step("connect", row.id, row.name, given))

        orders.with_known(self._deck, show)

    def disconnect(self, row: NetworkRow) -> None:
        names = [self._deck.name_of(container_id) for container_id in row.used_by]

        def take(number: int) -> None:
            self._deck.bridge.run(Step("disconnect", row.id, row.name, (names[number],)))

        orders.choose(
            self._deck, _("Disconnect from {name}").format(name=row.name), _("At once, where it runs."), names, take
        )

    def reload(self, rows: Sequence[NetworkRow]) -> None:
        """For those of its containers that live."""
        wanted = {container_id for row in rows for container_id in row.used_by}
        living = [row for row in self._deck.views.rows_of("containers") if row.id in wanted and row.pid]
        if living:
            self._deck.bridge.run(*(Step("reload network", row.id, row.name) for row in living))
        else:
            self._deck.say(_("none of its containers lives: nothing of it is on the host"))

    def prune(self) -> None:
        orders.prune(self._deck, _("networks that no container is connected to"), ("networks",))

    def remove(self, rows: Sequence[NetworkRow]) -> None:
        def plan(row: NetworkRow) -> Plan | None:
            step = Step("remove network", row.id, row.name)
            return Plan(step, _("goes for good; no container is connected to it")) if can_remove(row) else None

        ask(self._deck, _("Remove"), rows, plan)

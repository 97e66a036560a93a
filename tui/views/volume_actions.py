"""What the actions of the view of volumes do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.model.volume import VolumeSnapshot
from tui.forms.form import pairs_of
from tui.forms.images import host_path
from tui.forms.volumes import export_form, import_form, volume_form
from tui.languages import _
from tui.screens import orders
from tui.screens.asking import Plan, ask
from tui.step import Step
from tui.transfers import TransferJob

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


class VolumeActions:
    """One method an action of the view."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck

    def go_to(self, row: VolumeSnapshot) -> None:
        """The containers, filtered by the volume."""
        self._deck.show_view("containers")
        self._deck.set_filter(f"mount:{row.name}")

    def new(self) -> None:
        def make(values: dict[str, str]) -> None:
            labels, options = pairs_of(values["labels"]), pairs_of(values["options"])
            given = (values["name"], labels, options)
            name = values["name"] or _("a volume")
            self._deck.expect_row()
            self._deck.bridge.run(Step("create volume", f"volume {name}", name, given))

        orders.with_known(self._deck, lambda known: orders.fill_in(self._deck, volume_form(known), make))

    def export(self, row: VolumeSnapshot) -> None:
        def begin(values: dict[str, str]) -> None:
            job = TransferJob(_("exporting {name}").format(name=row.name))
            orders.begin(self._deck, "export volume", row.name, job, row.name, host_path(values["destination"]))

        orders.fill_in(self._deck, export_form(row.name), begin)

    def import_tar(self, row: VolumeSnapshot) -> None:
        def begin(values: dict[str, str]) -> None:
            job = TransferJob(_("importing into {name}").format(name=row.name))
            orders.begin(self._deck, "import volume", row.name, job, row.name, host_path(values["archive"]))

        orders.fill_in(self._deck, import_form(row.name), begin)

    def files(self, row: VolumeSnapshot) -> None:
        self._deck.open_tab("files")

    def prune(self) -> None:
        orders.prune(self._deck, _("volumes that no container has"), ("volumes",))

    def remove(self, rows: Sequence[VolumeSnapshot]) -> None:
        def plan(volume: VolumeSnapshot) -> Plan | None:
            step = Step("remove volume", volume.name, volume.name)
            return (
                None if volume.used_by else Plan(step, _("loses its files in {path} for good").format(path=volume.path))
            )

        ask(self._deck, _("Remove"), rows, plan)

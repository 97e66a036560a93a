"""What the actions of the view of images do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.bridge.readers import ImageRow
from tui.forms import images as forms
from tui.forms.form import words_of
from tui.languages import _
from tui.screens import orders
from tui.screens.asking import Plan, ask, confirm, order
from tui.step import Step
from tui.transfers import TransferJob

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


class ImageActions:
    """One method an action of the view."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck

    def remove(self, rows: Sequence[ImageRow]) -> None:
        """Of one that is in use the containers go, too: they are named."""
        if len(rows) == 1 and rows[0].used_by:
            self._remove_used(rows[0])
            return

        def plan(row: ImageRow) -> Plan:
            used = (
                _("; {count} containers are made of it, so the engine will refuse").format(count=len(row.used_by))
                if row.used_by
                else ""
            )
            names = _(" and its {count} names").format(count=len(row.image.names)) if len(row.image.names) > 1 else ""
            words = _("goes for good{names}, with the layers that no other image has{used}").format(
                names=names, used=used
            )
            return Plan(Step("remove image", row.id, row.name, (row.image.names,)), words)

        ask(self._deck, _("Remove"), rows, plan)

    def _remove_used(self, row: ImageRow) -> None:
        def remove() -> None:
            order(self._deck, _("Remove"), [Step("remove used image", row.id, row.name)])

        names = [self._deck.name_of(container_id) for container_id in row.used_by]
        message = _("Containers are made of it. They are killed where they run, and go for good with their files:")
        confirm(
            self._deck,
            _("Remove {name} and its containers?").format(name=row.name),
            message,
            _("Remove"),
            remove,
            listed=names,
        )

    def pull(self) -> None:
        orders.pull(self._deck)

    def pull_again(self, row: ImageRow) -> None:
        orders.pull(self._deck, row.name)

    def new(self, row: ImageRow) -> None:
        orders.new_container(self._deck, row.name)

    def push(self, row: ImageRow) -> None:
        def begin(values: dict[str, str]) -> None:
            job = TransferJob(_("pushing {name}").format(name=row.name), can_cancel=True)
            given = (row.name, values["destination"], forms.access_of(values))
            orders.begin(self._deck, "push", row.name, job, *given)

        orders.fill_in(self._deck, forms.push_form(row.name), begin)

    def save(self, row: ImageRow) -> None:
        def begin(values: dict[str, str]) -> None:
            destination = forms.host_path(values["destination"])
            given = (row.name, destination, values["form"])
            orders.begin(self._deck, "save", row.name, TransferJob(_("saving {name}").format(name=row.name)), *given)

        orders.fill_in(self._deck, forms.save_form(row.name), begin)

    def load(self) -> None:
        def begin(values: dict[str, str]) -> None:
            archive = forms.host_path(values["archive"])
            orders.begin(
                self._deck, "load", archive.name, TransferJob(_("loading {name}").format(name=archive.name)), archive
            )

        orders.fill_in(self._deck, forms.LOAD_FORM, begin)

    def import_tar(self) -> None:
        def begin(values: dict[str, str]) -> None:
            tar = forms.host_path(values["tar"])
            given = (tar, values["name"], words_of(values["changes"]), values["message"])
            orders.begin(
                self._deck, "import", tar.name, TransferJob(_("importing {name}").format(name=tar.name)), *given
            )

        orders.fill_in(self._deck, forms.IMPORT_FORM, begin)

    def tag(self, row: ImageRow) -> None:
        def name(values: dict[str, str]) -> None:
            self._deck.bridge.run(Step("tag", row.id, row.name, (values["name"],)))

        orders.fill_in(self._deck, forms.tag_form(row.name), name)

    def untag(self, row: ImageRow) -> None:
        def take(number: int) -> None:
            self._deck.bridge.run(Step("untag", row.id, row.id[:12], (row.image.names[number],)))

        message = _("Enter takes the name away; the image stays, without a name where it has no other.")
        orders.choose(self._deck, _("Which name?"), message, row.image.names, take)

    def prune(self) -> None:
        orders.prune(self._deck, _("images without a name"), ("images",))

    def prune_all(self) -> None:
        orders.prune(self._deck, _("images that no container is made of"), ("all images",))

    def cancel(self) -> None:
        """End the transfers that can be ended."""
        jobs = [job for _, job in self._deck.transfers.under_way() if job.can_cancel]
        for job in jobs:
            job.cancel.set()
        self._deck.say(
            _("cancelling: {names}").format(names=", ".join(job.doing for job in jobs))
            if jobs
            else _("no transfer is under way")
        )

"""What the actions do that fill in one dialog for all marked containers: export, commit, attach; and copying."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.model.content import CommitOptions
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status, Verb, allows
from tui.exports import ExportJob
from tui.languages import _
from tui.plain_text import counted_containers, shown_name
from tui.screens import orders
from tui.screens.asking import confirm
from tui.screens.commit_dialog import CommitDialog
from tui.screens.export import ExportDialog
from tui.step import Step

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen

Pictures = Sequence[ContainerSnapshot]


class ContainerBatches:
    """A part of the actions of the view of containers."""

    _deck: DeckScreen

    def export(self, rows: Pictures) -> None:
        targets = [row for row in rows if allows(row.status, Verb.EXPORT)]
        if len(targets) > 1:
            self._export_all(targets)
            return

        def ended(note: str | None) -> None:
            if note:
                self._deck.say(note)

        self._deck.app.push_screen(ExportDialog(targets[0], self._deck.bridge, self._deck.exports), ended)

    def _export_all(self, rows: Pictures) -> None:
        """Each goes on behind the list, with how far it is in its row; `X` on one alone shows and cancels it."""
        from tui.forms.several import destinations, export_form, packing

        names = [row.name for row in rows]

        def begin(values: dict[str, str]) -> None:
            for row, destination in zip(rows, destinations(names, values), strict=True):
                if row.id in self._deck.exports:
                    continue
                job = self._deck.exports[row.id] = ExportJob(destination)
                self._deck.bridge.export(
                    row.id, destination, compression=packing(values), overwrite=bool(values["overwrite"]),
                    cancel=job.cancel,
                )  # fmt: skip
            self._deck.say(
                _("exporting {count} containers to {folder}").format(count=len(rows), folder=values["folder"])
            )

        orders.fill_in(self._deck, export_form(names), begin)

    def commit(self, rows: Pictures) -> None:
        targets = [row for row in rows if allows(row.status, Verb.COMMIT)]
        if len(targets) > 1:
            self._commit_all(targets)
            return
        row = targets[0]

        def asked(options: CommitOptions | None) -> None:
            if options is not None:
                self._deck.bridge.commit(row.id, options)

        self._deck.app.push_screen(CommitDialog(shown_name(row), running=row.status is Status.RUNNING), asked)

    def _commit_all(self, rows: Pictures) -> None:
        from tui.forms.several import commit_form, reference_of

        def make(values: dict[str, str]) -> None:
            steps = []
            for row in rows:
                options = CommitOptions(
                    reference=reference_of(row.name, values), message=values["message"], author=values["author"],
                    pause=bool(values.get("pause")),
                )  # fmt: skip
                steps.append(Step("commit", row.id, row.name, (options,)))
            self._deck.bridge.run(*steps)

        running = any(row.status is Status.RUNNING for row in rows)
        orders.fill_in(self._deck, commit_form([row.name for row in rows], running=running), make)

    def attach(self, rows: Pictures) -> None:
        self._open_all(rows, Verb.ATTACH, _("Attach to"), lambda row: self._deck.bridge.attach(row.id))

    def watch(self, rows: Pictures) -> None:
        self._open_all(rows, Verb.ATTACH, _("Watch"), lambda row: self._deck.bridge.attach(row.id, watch_only=True))

    def shell(self, rows: Pictures) -> None:
        self._open_all(rows, Verb.EXEC, _("Open a shell in"), lambda row: self._deck.bridge.shell(row.id))

    def _open_all(
        self, rows: Pictures, verb: Verb, words: str, open_one: Callable[[ContainerSnapshot], object]
    ) -> None:
        """A pane each; of several it is asked first."""
        targets = [row for row in rows if allows(row.status, verb)]

        def begin() -> None:
            self._deck.await_console()
            for row in targets:
                open_one(row)

        if len(rows) == 1:
            begin()
            return
        listed = [
            f"{shown_name(row)}  "
            + (
                _("in a pane of its own")
                if row in targets
                else _("is left alone: it is {state}").format(state=_(row.status))
            )
            for row in rows
        ]
        confirm(
            self._deck,
            _("{verb} {name}?").format(verb=words, name=counted_containers(len(targets))),
            "",
            _("Open"),
            begin,
            listed=listed,
        )

    def copy_files(self, row: ContainerSnapshot) -> None:
        from tui.forms.copying import copy_form, direction

        def copy(values: dict[str, str]) -> None:
            found = direction(row.name, values)
            if found is not None:
                verb, source, target = found
                self._deck.bridge.run(Step(verb, row.id, row.name, (source, target)))

        orders.fill_in(self._deck, copy_form(row.name), copy)

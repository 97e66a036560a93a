"""What the actions of workspaces do: keep the screen under a name, go to another one, remove one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from core.errors import EngineError
from tui.languages import _
from tui.plain_text import ago
from tui.screens import orders
from tui.screens.asking import confirm
from tui.screens.dialog import ErrorDialog
from tui.screens.prompt import PromptDialog
from tui.widgets.bars import TitleBar
from tui.workspaces.folder import USUAL, Found, WorkspaceFolder, check_name

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


class WorkspaceActions:
    """A part of the actions of all views."""

    _deck: DeckScreen

    def save_workspace(self) -> None:
        """Under a name that is asked for; the screen is in that workspace from then on."""
        folder = self._folder()
        if folder is None:
            return

        def typed(name: str | None) -> None:
            if not name:
                return
            try:
                check_name(name)
            except EngineError as error:
                self._deck.app.push_screen(ErrorDialog(error))
                return
            keep = partial(self._keep_as, name)
            if name != self._deck.workspace.name and name in [found.name for found in folder.all()]:
                confirm(
                    self._deck,
                    _("Write over {name}?").format(name=name),
                    _("There is a workspace of this name."),
                    _("Write over"),
                    keep,
                )
            else:
                keep()

        now = self._deck.workspace.name
        words = _(
            "View, filters, columns and attached consoles are kept under a name, now and whenever the screen is left."
        )
        dialog = PromptDialog(_("Keep as a workspace"), words, _("Keep"), value="" if now == USUAL else now)
        self._deck.app.push_screen(dialog, typed)

    def _keep_as(self, name: str) -> None:
        workspace = self._deck.workspace
        workspace.name = name
        self._deck.query_one(TitleBar).workspace = "" if name == USUAL else name
        self._deck.say(
            workspace.save() or _("this is the workspace {name} now: wharf --workspace {name}").format(name=name)
        )

    def open_workspace(self) -> None:
        def go(found: Found) -> None:
            try:
                was = self._deck.workspace.folder.read(found.name) if self._deck.workspace.folder else None
            except EngineError as error:
                self._deck.app.push_screen(ErrorDialog(error))
                return
            if was is not None:
                self._deck.run_worker(self._deck.workspace.switch(found.name, was))

        self._choose(_("Open a workspace"), _("The present one is kept first."), go)

    def remove_workspace(self) -> None:
        def ask(found: Found) -> None:
            message = _("What it kept is forgotten. Nothing happens to containers.")
            confirm(
                self._deck,
                _("Remove the workspace {name}?").format(name=found.name),
                message,
                _("Remove"),
                lambda: remove(found),
            )

        def remove(found: Found) -> None:
            folder = self._folder()
            if folder is not None:
                try:
                    folder.remove(found.name)
                except EngineError as error:
                    self._deck.app.push_screen(ErrorDialog(error))
                else:
                    self._deck.say(_("the workspace {name} is removed").format(name=found.name))

        self._choose(_("Remove a workspace"), "", ask)

    def _choose(self, title: str, message: str, then: Callable[[Found], None]) -> None:
        """Among those that there are, but for the one that the screen is in."""
        folder = self._folder()
        if folder is None:
            return
        there = [found for found in folder.all() if found.name != self._deck.workspace.name]
        if there:
            options = [_("{name}  left {time}").format(name=found.name, time=ago(found.saved_at)) for found in there]
            orders.choose(self._deck, title, message, options, lambda number: then(there[number]))
        else:
            self._deck.say(_("there is no other workspace; the palette has: keep the screen as a workspace"))

    def _folder(self) -> WorkspaceFolder | None:
        if self._deck.workspace.folder is None:
            self._deck.say(_("this screen keeps no workspaces"))
        return self._deck.workspace.folder

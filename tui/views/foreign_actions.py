"""What the actions of the view of other engines' containers do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.model.foreign import ForeignContainer
from core.model.state import Status, Verb
from tui.languages import _
from tui.screens.asking import Plan, ask
from tui.screens.exec_dialog import ExecDialog, ExecRequest
from tui.screens.log_screen import LogScreen
from tui.step import Step
from tui.tabs.foreign import readable_log
from tui.views.container_actions import choose_signal

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


class ForeignActions:
    """One method an action of the view."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck
        self._bridge = deck.bridge

    def toggle_pause(self, rows: Sequence[ForeignContainer]) -> None:
        def plan(row: ForeignContainer) -> Plan | None:
            if row.allows(Verb.UNPAUSE):
                return Plan(Step("unpause", row.key, row.name), _("goes on"))
            return Plan(Step("pause", row.key, row.name), _("is halted")) if row.allows(Verb.PAUSE) else None

        verb = _("Unpause") if all(row.status is Status.PAUSED for row in rows) else _("Pause")
        ask(self._deck, verb, rows, plan, alone=False)

    def kill(self, rows: Sequence[ForeignContainer]) -> None:
        choose_signal(self._deck, [(row.key, row.name) for row in rows if row.allows(Verb.KILL)])

    def attach(self, row: ForeignContainer) -> None:
        self._deck.await_console()
        self._bridge.attach(row.key)

    def watch(self, row: ForeignContainer) -> None:
        self._deck.await_console()
        self._bridge.attach(row.key, watch_only=True)

    def shell(self, row: ForeignContainer) -> None:
        self._deck.await_console()
        self._bridge.shell(row.key)

    def execute(self, row: ForeignContainer) -> None:
        def asked(request: ExecRequest | None) -> None:
            if request is not None:
                self._deck.await_console()
                self._bridge.execute(row.key, request.options)

        self._deck.app.push_screen(ExecDialog(row.name, is_ours=False), asked)

    def logs(self, rows: Sequence[ForeignContainer]) -> None:
        """Of several they are merged by time."""
        read = [(path, row.name) for row in rows if (path := readable_log(row)) is not None]
        paths, names = [path for path, _ in read], [name for _, name in read]
        self._deck.app.push_screen(LogScreen(paths, names, times=self._deck.configuration.logs))

    def inspect(self, row: ForeignContainer) -> None:
        self._deck.open_tab("inspect")

    def stats(self, row: ForeignContainer) -> None:
        self._deck.open_tab("stats")

"""The view of consoles: the panes that are open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tui.keymap import Action, Scope
from tui.languages import _
from tui.views.view import Column, View

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen
    from tui.terminal.pane import TerminalPane


@dataclass(frozen=True, slots=True)
class ConsoleRow:
    """An open pane."""

    pane: TerminalPane
    number: int
    title: str
    kind: str
    sign: str
    container_id: str
    ended: bool

    @property
    def id(self) -> str:
        return str(id(self.pane))

    @property
    def name(self) -> str:
        return self.title


def _state(row: ConsoleRow, live: object) -> str:
    return f"■ {_('ended')}" if row.ended else f"● {_('open')}{' ' + row.sign if row.sign else ''}"


COLUMNS: Final = (
    Column("number", "NO", lambda row, live: str(row.number), width=3, right=True, sort=lambda row, live: row.number),
    Column("state", "STATE", _state, width=9, style=lambda row, live: "bad" if row.ended else "good"),
    Column("title", "CONSOLE", lambda row, live: row.title, share=1),
    Column("kind", "KIND", lambda row, live: _("attached") if row.kind == "attach" else _("shell"), width=9, rank=1),
    Column("container", "CONTAINER", lambda row, live: row.container_id.rpartition("/")[2][:12], width=12, rank=2),
)

ACTIONS: Final = (
    Action("enter", ("a",), "enter", "go into the console", "Console", scope=Scope.ROW),
    Action(
        "close", ("d", "delete"), "close", "close the pane; what is attached to goes on", "Console", scope=Scope.ROW
    ),
    Action("go_to", ("t",), "container", "go to the container", "Console", scope=Scope.ROW),
)


class ConsoleActions:
    """One method an action of the view."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck

    def enter(self, row: ConsoleRow) -> None:
        self._deck.enter_console(row.pane)

    def open(self, row: ConsoleRow) -> None:
        """In place of the details that it has not got."""
        self._deck.enter_console(row.pane)

    def close(self, row: ConsoleRow) -> None:
        self._deck.run_worker(self._deck.close_console(row.pane))

    def go_to(self, row: ConsoleRow) -> None:
        self._deck.go_to("foreign" if row.container_id.startswith("/") else "containers", row.container_id)


VIEW: Final = View(
    name="consoles",
    noun="console",
    columns=COLUMNS,
    actions=ACTIONS,
    actions_of=ConsoleActions,
    tabs=(),
    empty="no console is open: a or e on a container opens one",
)

"""The view of the containers of all machines that answer, in one list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.model.state import Status
from tui.bridge.host_watch import PlacedContainer
from tui.keymap import Action, Scope
from tui.live import Live
from tui.plain_text import GLYPHS
from tui.state_words import NARROW, state_text
from tui.tabs.registry import PLACED_TABS
from tui.views.view import Column, View

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen

_SIGNS: Final = {str(status): sign for status, sign in GLYPHS.items()}
_STYLES: Final = {"running": "good", "paused": "warning", "exited": "faint"}


def _state(row: PlacedContainer, live: Live) -> str:
    state = row.container.state
    return state_text(_SIGNS.get(state, GLYPHS[Status.UNKNOWN]), state, live.states)


def _style(row: PlacedContainer, live: Live) -> str:
    return "bad" if row.container.is_unhealthy else _STYLES.get(row.container.state, "")


COLUMNS: Final = (
    Column("host", "HOST", lambda row, live: row.host.name, share=2),
    Column("state", "STATE", _state, width=12, style=_style, narrow=NARROW),
    Column("name", "NAME", lambda row, live: row.name, share=3),
    Column("cpu", "CPU %", lambda row, live: f"{row.cpu:.1f}" if row.cpu >= 0 else "–", width=6, rank=2, right=True,
           sort=lambda row, live: row.cpu, falls=True),
    Column("memory", "MEMORY", lambda row, live: row.memory or "–", width=9, rank=3, right=True),
    Column("status", "STATUS", lambda row, live: row.container.status, share=3, rank=1),
    Column("image", "IMAGE", lambda row, live: row.container.image.removeprefix("localhost/"), share=3, rank=4),
    Column("id", "ID", lambda row, live: row.container.id[:12], width=12, rank=5, style=lambda row, live: "faint"),
)  # fmt: skip

ACTIONS: Final = (
    Action("enter", ("a",), "go there", "open the screen of its machine, at this container; q comes back",
           "Container", scope=Scope.ROW),
    Action("go_to", ("t",), "host", "go to its machine in the list of hosts", "Container", scope=Scope.ROW),
    Action("running_only", ("full_stop",), "", "show only what runs, or all", "List"),
)  # fmt: skip


class PlacedActions:
    """One method an action of the view."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck

    def enter(self, row: PlacedContainer) -> None:
        from tui.screens.visit import visit

        if row.is_here:
            self._deck.go_to("containers", row.container.id)
        else:
            visit(self._deck, row.host, f"--select={row.container.id}")

    def open(self, row: PlacedContainer) -> None:
        """In place of the details on the whole screen."""
        self.enter(row)

    def go_to(self, row: PlacedContainer) -> None:
        self._deck.go_to("hosts", row.host.name)

    def running_only(self) -> None:
        rows = self._deck.views.current.rows
        rows.running_only = not rows.running_only
        self._deck.rearrange()


VIEW: Final = View(
    name="everywhere",
    noun="container",
    columns=COLUMNS,
    actions=ACTIONS,
    actions_of=PlacedActions,
    tabs=PLACED_TABS,
    reader="everywhere",
    key=lambda row: str(row.key),
    searched=lambda row: " ".join((row.host.name, row.name, row.container.image, row.container.status, row.key)),
    terms={
        "host": lambda row: (row.host.name,),
        "name": lambda row: (row.name,),
        "state": lambda row: (row.container.state,),
        "image": lambda row: (row.container.image,),
    },
    runs=lambda row: row.container.state in ("running", "paused"),
    empty="no machine that answers has a container",
)

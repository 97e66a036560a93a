"""The view of machines: this one, and those of the configuration, which are asked while it is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from core.errors import VersionMismatch
from core.remote.survey import HostReport
from tui.bridge.host_watch import HostRow
from tui.keymap import Action, Scope
from tui.languages import N_, _
from tui.live import Live
from tui.messages import VerbFailed
from tui.tabs.registry import HOST_TABS
from tui.views.view import Column, View

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


SIGNS: Final = {
    N_("here"): ("●", "good"), N_("reachable"): ("●", "good"), N_("asking"): ("…", "busy"),
    N_("other version"): ("◐", "warning"), N_("not reached"): ("■", "bad"),
}  # fmt: skip
"""Of each state the sign, and the name of one of the table's styles."""


def _word(row: HostRow) -> str:
    if row.is_here:
        return "here"
    if row.report is None:
        return "asking"
    if not row.report.is_compatible:
        return "other version"
    return "reachable" if row.report.reachable else "not reached"


def state_of(row: HostRow) -> str:
    """A sign and words for whether it answers."""
    word = _word(row)
    return f"{SIGNS[word][0]} {_(word)}"


def _style(row: HostRow) -> str:
    return SIGNS[_word(row)][1]


def _version(row: HostRow, live: Live) -> str:
    return "–" if row.report is None or not row.report.version else row.report.version


def _count(name: str, title: str, rank: int, of: Callable[[HostReport], int]) -> Column:
    """A column of a number that only a machine that answers has."""

    def number(row: HostRow, live: Live) -> int:
        return of(row.report) if row.report is not None and row.report.reachable else -1

    def text(row: HostRow, live: Live) -> str:
        return "–" if (value := number(row, live)) < 0 else str(value)

    return Column(name, title, text, width=9, rank=rank, right=True, sort=number, falls=True)


COLUMNS: Final = (
    Column("state", "STATE", lambda row, live: state_of(row), width=15, style=lambda row, live: _style(row)),
    Column("name", "NAME", lambda row, live: row.name, share=2),
    _count("running", "RUNNING", 1, lambda report: report.running),
    _count("all", "ALL", 2, lambda report: len(report.containers)),
    _count("unhealthy", "UNHEALTHY", 3, lambda report: report.unhealthy),
    Column("version", "WHARF", _version, width=9, rank=5),
    Column("destination", "DESTINATION", lambda row, live: row.host.destination, share=3, rank=6,
           style=lambda row, live: "faint"),
    Column("why", "WHY NOT", lambda row, live: row.report.error if row.report else "", share=3, rank=4,
           style=lambda row, live: "bad"),
)  # fmt: skip

ACTIONS: Final = (
    Action("enter", ("a",), "go there", "open the screen of that machine; q comes back", "Host",
           scope=Scope.ROW),
    Action("go_to", ("t",), "containers", "the containers of that machine, among those of all", "Host",
           scope=Scope.ROW),
    Action("copy", ("c",), "", "copy the destination", "Host", scope=Scope.ROW),
)  # fmt: skip


class HostActions:
    """One method an action of the view."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck

    def enter(self, row: HostRow) -> None:
        from tui.screens.visit import visit

        if row.is_here:
            self._deck.show_view("containers")
        elif row.report is not None and not row.report.is_compatible:
            self._deck.post_message(VerbFailed(VersionMismatch(row.report.error, hint=row.report.hint)))
        else:
            visit(self._deck, row.host)

    def open(self, row: HostRow) -> None:
        """In place of the details on the whole screen."""
        self.enter(row)

    def go_to(self, row: HostRow) -> None:
        self._deck.show_view("everywhere")
        self._deck.set_filter(f"host:{row.name}")

    def copy(self, row: HostRow) -> None:
        self._deck.app.copy_to_clipboard(row.host.destination)
        self._deck.say(_("copied: {destination}").format(destination=row.host.destination))


VIEW: Final = View(
    name="hosts",
    noun="host",
    columns=COLUMNS,
    actions=ACTIONS,
    actions_of=HostActions,
    tabs=HOST_TABS,
    reader="hosts",
    key=lambda row: str(row.name),
    searched=lambda row: f"{row.name} {row.host.destination} {state_of(row)}",
    terms={"name": lambda row: (row.name,), "state": lambda row: (state_of(row).split(maxsplit=1)[1],)},
)

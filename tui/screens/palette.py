"""The palette: every action that can be done now, found by a few letters of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.keymap import Action, shown_keys
from tui.languages import _
from tui.palette_ranking import FUZZY, Chosen, Query
from tui.plain_text import printable
from tui.screens.dismissal import Dialog


@dataclass(frozen=True, slots=True)
class Offer:
    """An action that the palette offers. `view`: where it is done. `title`: of another view than the present one."""

    view: str
    title: str
    action: Action
    reason: str = ""
    """Why it can not be done now."""
    verb: str = ""
    """What it is called: the very verb that it would be now."""

    @property
    def words(self) -> str:
        """What is shown of it."""
        where = f"{self.title}: " if self.title else ""
        return f"{where}{self.action.told}"

    @property
    def searched(self) -> str:
        """What is looked through beside the verb; the English words, too."""
        action = self.action
        return f"{self.words} {action.name.replace('_', ' ')} {action.label} {action.title}"


class PaletteScreen(Dialog[Offer | None]):
    """Ends in an offer, or in None."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel"),
        Binding("down", "move(1)", "next"),
        Binding("up", "move(-1)", "previous"),
    ]

    def __init__(self, offers: Sequence[Offer], chosen: Chosen) -> None:
        super().__init__()
        self._chosen = chosen
        self._offers = offers
        self._query = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = _("What to do")
            yield Input(placeholder=_("type a few letters"), id="query")
            yield OptionList(id="actions")

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#query"))
        self._show("")

    @on(Input.Changed)
    def search(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, query: str) -> None:
        """The offers that match: what can be done before what can not, then by rank, by view, and by use."""
        self._query = query
        found = list(enumerate(self._offers))
        if query.strip():
            wanted = Query(query)
            ranks = {number: wanted.rank(offer.verb, offer.searched) for number, offer in found}
            ranked = [(rank, number, self._offers[number]) for number, rank in ranks.items() if rank is not None]
            ranked.sort(key=lambda one: (*self._standing(one[0], one[2]), one[1]))
            found = [(number, offer) for _, number, offer in ranked]
        options = self.query_one("#actions", OptionList)
        options.clear_options()
        for number, offer in found:
            text = printable(f"{shown_keys(offer.action):<12} {offer.reason or offer.words}")
            line = Text(text, "dim" if offer.reason else "", no_wrap=True, overflow="ellipsis")
            options.add_option(Option(line, id=str(number)))
        if found:
            options.highlighted = 0

    def _standing(self, rank: tuple[int, float], offer: Offer) -> tuple[object, ...]:
        kind, score = rank
        # What is called so but can not be done stands before what only has the letters somewhere.
        return kind == FUZZY, bool(offer.reason), kind, bool(offer.title), -self._chosen.times(offer.action.name), score

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        if event.value != self._query:
            # Typed so fast that the list is still that of the letters before.
            self._show(event.value)
        options = self.query_one("#actions", OptionList)
        if options.highlighted is not None:
            self._end(options.get_option_at_index(options.highlighted))

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self._end(event.option)

    def _end(self, option: Option) -> None:
        offer = self._offers[int(option.id or 0)]
        self._chosen.note(offer.action.name)
        self.dismiss(offer)

    def action_move(self, rows: int) -> None:
        options = self.query_one("#actions", OptionList)
        if rows > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_cancel(self) -> None:
        self.dismiss(None)

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
from textual.fuzzy import Matcher
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.keymap import Action, shown_keys
from tui.plain_text import printable


@dataclass(frozen=True, slots=True)
class Offer:
    """An action that the palette offers. `view`: where it is done. `title`: of another view than the present one."""

    view: str
    title: str
    action: Action
    reason: str = ""
    """Why it can not be done now."""

    @property
    def words(self) -> str:
        """What is shown of it, and looked through."""
        where = f"{self.title}: " if self.title else ""
        return f"{where}{self.action.description}"


class PaletteScreen(ModalScreen[Offer | None]):
    """Ends in an offer, or in None."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel"),
        Binding("down", "move(1)", "next"),
        Binding("up", "move(-1)", "previous"),
    ]

    def __init__(self, offers: Sequence[Offer]) -> None:
        super().__init__()
        self._offers = offers
        self._query = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = "What to do"
            yield Input(placeholder="type a few letters", id="query")
            yield OptionList(id="actions")

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#query"))
        self._show("")

    @on(Input.Changed)
    def search(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, query: str) -> None:
        """The offers that match, the best first; those of the present view before those of others."""
        self._query = query
        found = list(enumerate(self._offers))
        if query.strip():
            matcher = Matcher(query.strip())
            scores = {
                number: matcher.match(f"{offer.words} {offer.action.name.replace('_', ' ')}") for number, offer in found
            }
            found = [(number, offer) for number, offer in found if scores[number] > 0]
            found.sort(key=lambda pair: (bool(pair[1].title), bool(pair[1].reason), -scores[pair[0]]))
        options = self.query_one("#actions", OptionList)
        options.clear_options()
        for number, offer in found:
            text = printable(f"{shown_keys(offer.action):<12} {offer.reason or offer.words}")
            line = Text(text, "dim" if offer.reason else "", no_wrap=True, overflow="ellipsis")
            options.add_option(Option(line, id=str(number)))
        if found:
            options.highlighted = 0

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
        self.dismiss(self._offers[int(option.id or 0)])

    def action_move(self, rows: int) -> None:
        options = self.query_one("#actions", OptionList)
        if rows > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_cancel(self) -> None:
        self.dismiss(None)

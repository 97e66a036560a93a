"""The dialog that chooses by which column a list is sorted, and which way round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.languages import N_, _
from tui.row_text import FALLING, RISING
from tui.screens.dismissal import Dialog
from tui.views.view import Column

OWN_ORDER = N_("in the order of the rows' own")
Order = tuple[Column | None, bool]
"""A column, None for the order in which the rows came; and whether the highest stands first."""


class SortDialog(Dialog[Order | None]):
    """Ends in an order, or in None for no change. `columns`: those that are shown first."""

    CSS_PATH = "dialog.tcss"
    DEFAULT_CSS = "SortDialog { align: center middle; background: $background 60%; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "cancel", "cancel"),
        Binding("space,left,right", "turn", "the other way round"),
    ]

    def __init__(self, columns: Sequence[Column], present: Order) -> None:
        super().__init__()
        self._choices: list[Column | None] = [None, *columns]
        self._present = present
        self._falls = {column.name: column.falls for column in columns}
        column, falling = present
        self._falls["" if column is None else column.name] = falling

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = _("Sort by")
            yield OptionList(id="menu")
            yield Static(Text(_("⏎ sort   space the other way round   esc as it was"), "dim"), id="hint")

    def on_mount(self) -> None:
        column = self._present[0]
        self._draw(0 if column is None else next(n for n, one in enumerate(self._choices) if one is column))
        self.set_focus(self.query_one("#menu"))

    def _draw(self, place: int) -> None:
        options = self.query_one("#menu", OptionList)
        options.clear_options()
        for column in self._choices:
            name = "" if column is None else column.name
            sign = FALLING if self._falls.get(name) else RISING
            present = "●" if column is self._present[0] else " "
            options.add_option(Option(Text(f"{present} {sign} {_(OWN_ORDER if column is None else column.title)}")))
        options.highlighted = place

    def action_turn(self) -> None:
        place = self.query_one("#menu", OptionList).highlighted or 0
        column = self._choices[place]
        name = "" if column is None else column.name
        self._falls[name] = not self._falls.get(name)
        self._draw(place)

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        column = self._choices[event.option_index]
        self.dismiss((column, bool(self._falls.get("" if column is None else column.name))))

    def action_cancel(self) -> None:
        self.dismiss(None)

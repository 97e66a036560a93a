"""The dialog that chooses the columns of a list, and their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from tui.languages import _
from tui.screens.dismissal import Dialog
from tui.views.view import Column


class ColumnsDialog(Dialog[list[Column] | None]):
    """Ends in the columns to be shown, in their order; an empty list for the usual ones, None for no change."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "cancel", "cancel"),
        Binding("space", "turn", "show or hide"),
        Binding("K,left,shift+up", "move(-1)", "further to the left"),
        Binding("J,right,shift+down", "move(1)", "further to the right"),
        Binding("u", "usual", "the usual columns"),
    ]

    def __init__(self, columns: Sequence[Column], shown: Sequence[Column]) -> None:
        super().__init__()
        self._columns = [*shown, *(column for column in columns if column not in shown)]
        self._shown = {column.name for column in shown}

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = _("Columns")
            yield OptionList(id="menu")
            yield Static(Text(_("space show, hide   ← → move   u the usual ones   ⏎ done"), "dim"), id="hint")
            with Horizontal(id="buttons"):
                yield Button(_("Cancel"), id="cancel")
                yield Button(_("Done"), id="confirm", variant="primary")

    def on_mount(self) -> None:
        self._draw(0)
        self.set_focus(self.query_one("#menu"))

    def _draw(self, place: int) -> None:
        options = self.query_one("#menu", OptionList)
        options.clear_options()
        for column in self._columns:
            sign = "✓" if column.name in self._shown else " "
            options.add_option(Option(Text(f"[{sign}] {_(column.title)}"), id=column.name))
        options.highlighted = place

    @property
    def _place(self) -> int:
        return self.query_one("#menu", OptionList).highlighted or 0

    def action_turn(self) -> None:
        """At least one column stays."""
        wanted = self._shown ^ {self._columns[self._place].name}
        if wanted:
            self._shown = wanted
            self._draw(self._place)

    def action_move(self, places: int) -> None:
        place = self._place
        goal = max(0, min(place + places, len(self._columns) - 1))
        self._columns.insert(goal, self._columns.pop(place))
        self._draw(goal)

    def action_usual(self) -> None:
        self.dismiss([])

    @on(OptionList.OptionSelected)
    @on(Button.Pressed, "#confirm")
    def finish(self) -> None:
        """Show what is ticked."""
        self.dismiss([column for column in self._columns if column.name in self._shown])

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        self.dismiss(None)

"""The palette: every action that can be done now, found by a few letters of its words."""

from __future__ import annotations

from collections.abc import Sequence
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


class PaletteScreen(ModalScreen[str]):
    """Ends in the name of an action; an empty string for none."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel"),
        Binding("down", "move(1)", "next"),
        Binding("up", "move(-1)", "previous"),
    ]

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__()
        self._actions = actions
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
        """The actions that match, the best first."""
        self._query = query
        found = list(self._actions)
        if query.strip():
            matcher = Matcher(query.strip())
            scores = {action.name: matcher.match(f"{action.name} {action.description}") for action in found}
            found = [action for action in found if scores[action.name] > 0]
            found.sort(key=lambda action: -scores[action.name])
        options = self.query_one("#actions", OptionList)
        options.clear_options()
        for action in found:
            options.add_option(Option(Text(f"{shown_keys(action):<10} {action.description}"), id=action.name))
        if found:
            options.highlighted = 0

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        if event.value != self._query:
            # Typed so fast that the list is still that of the letters before.
            self._show(event.value)
        options = self.query_one("#actions", OptionList)
        if options.highlighted is not None:
            self.dismiss(options.get_option_at_index(options.highlighted).id or "")

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id or "")

    def action_move(self, rows: int) -> None:
        options = self.query_one("#actions", OptionList)
        if rows > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_cancel(self) -> None:
        self.dismiss("")

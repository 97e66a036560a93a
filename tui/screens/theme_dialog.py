"""The dialog for the theme: each is seen on the whole screen while the cursor is on it."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.languages import _
from tui.plain_text import fitted, printable
from tui.screens.dismissal import Dialog


class ThemeDialog(Dialog[str]):
    """Ends in the name of a theme; empty, with the theme as it was, where none was chosen."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "cancel", "cancel")]

    def compose(self) -> ComposeResult:
        self._before = self.app.theme
        with Vertical(id="dialog") as box:
            box.border_title = _("Theme")
            yield Static(_('For good: theme = "NAME" in the configuration.'), id="message")
            themes = sorted(self.app.available_themes.values(), key=lambda theme: (not theme.dark, theme.name))
            kinds = {theme.name: _("dark") if theme.dark else _("light") for theme in themes}
            width = max(map(cell_len, kinds.values()))
            lines = (
                Option(Text(f"{fitted(kind, width)}  {printable(name)}", no_wrap=True), id=name)
                for name, kind in kinds.items()
            )
            self._names = list(kinds)
            yield OptionList(*lines, id="menu")

    def on_mount(self) -> None:
        self.query_one(OptionList).highlighted = self._names.index(self._before)

    @on(OptionList.OptionHighlighted)
    def show(self, event: OptionList.OptionHighlighted) -> None:
        """Have the whole screen in it."""
        self.app.theme = self._names[event.option_index]

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._names[event.option_index])

    def action_cancel(self) -> None:
        self.app.theme = self._before
        self.dismiss("")

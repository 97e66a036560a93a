"""A dialog that offers a few things to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.plain_text import printable
from tui.screens.dismissal import Dialog


class ChoiceDialog(Dialog[int | None]):
    """Ends in the number of an option, from 0 on, or in None."""

    CSS_PATH: ClassVar[list[str | Path]] = ["dialog.tcss", "form_dialog.tcss"]  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "cancel", "cancel")]

    def __init__(self, title: str, message: str, options: Sequence[str]) -> None:
        super().__init__()
        self._title = title
        self._message = message
        self._options = options

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = printable(self._title)
            if self._message:
                yield Static(Text(printable(self._message)), id="message")
            lines = [Text(printable(option), no_wrap=True, overflow="ellipsis") for option in self._options]
            yield OptionList(*(Option(line, id=str(number)) for number, line in enumerate(lines)), id="menu")

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(int(event.option_id or 0))

    def action_cancel(self) -> None:
        self.dismiss(None)

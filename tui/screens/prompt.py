"""A dialog that asks for one line of text."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from tui.languages import _
from tui.plain_text import printable
from tui.screens.dismissal import Dialog


class PromptDialog(Dialog[str]):
    """Ends in what was typed, without blanks around it; empty where it was cancelled."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel")]

    def __init__(self, title: str, message: str, verb: str, *, value: str = "", placeholder: str = "") -> None:
        super().__init__()
        self._title = title
        self._message = message
        self._verb = verb
        self._value = value
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = printable(self._title)
            if self._message:
                yield Static(Text(printable(self._message)), id="message")
            yield Input(self._value, placeholder=self._placeholder, id="typed", compact=True, classes="field")
            with Horizontal(id="buttons"):
                yield Button(_("Cancel"), id="cancel", variant="primary")
                yield Button(self._verb, id="confirm", variant="success")

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#typed"))

    @on(Input.Submitted)
    @on(Button.Pressed, "#confirm")
    def confirm(self) -> None:
        self.dismiss(self.query_one("#typed", Input).value.strip())

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        self.dismiss("")

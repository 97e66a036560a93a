"""The question about what is locked: the name has to be typed, of several how many they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from tui.languages import _
from tui.locks import SIGN, Locked
from tui.plain_text import printable
from tui.screens.dismissal import Dialog


class LockDialog(Dialog[bool]):
    """Ends as `ConfirmDialog` does. Nothing but the word of the lock confirms."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel")]

    def __init__(self, title: str, message: str, verb: str, locked: Locked, *, listed: Sequence[str] = ()) -> None:
        super().__init__()
        self._title, self._message, self._verb = title, message, verb
        self._locked = locked
        self._listed = listed

    def compose(self) -> ComposeResult:
        names = ", ".join(self._locked.names)
        hint = (
            _("Locked: {names}. Type its name to confirm.").format(names=names)
            if len(self._locked.names) == 1
            else _("Locked: {names}. Type how many are locked ({count}) to confirm.").format(
                names=names, count=self._locked.word
            )
        )
        with Vertical(id="dialog", classes="-error") as box:
            box.border_title = printable(f"{SIGN} {self._title}")
            if self._message:
                yield Static(Text(printable(self._message)), id="message")
            if self._listed:
                with VerticalScroll(id="listed", can_focus=False):
                    yield Static(Text("\n".join(printable(line) for line in self._listed)))
            yield Static(Text(printable(hint)), id="hint")
            yield Input(placeholder=printable(self._locked.word), id="typed", compact=True, classes="field")
            with Horizontal(id="buttons"):
                yield Button(_("Cancel"), id="cancel", variant="primary")
                yield Button(self._verb, id="confirm", variant="error", disabled=True)

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#typed"))

    @property
    def _is_typed(self) -> bool:
        return self.query_one("#typed", Input).value.strip() == self._locked.word

    @on(Input.Changed)
    def _show(self) -> None:
        self.query_one("#confirm", Button).disabled = not self._is_typed

    @on(Input.Submitted)
    @on(Button.Pressed, "#confirm")
    def confirm(self) -> None:
        if self._is_typed:
            self.dismiss(True)

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        self.dismiss(False)

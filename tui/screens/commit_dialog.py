"""The dialog for an image to be made of a container."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from core.model.content import CommitOptions
from tui.languages import N_, _
from tui.plain_text import printable
from tui.screens.dismissal import Dialog
from tui.widgets.tick import Tick

_FIELDS = (
    ("reference", N_("name of the image, as NAME[:TAG]: empty for none")),
    ("message", N_("what changed: a comment in the image's history")),
    ("author", N_("who made it")),
)


class CommitDialog(Dialog[CommitOptions | None]):
    """Ends in what is asked for, or in None. `running`: whether there is anything to freeze."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel")]

    def __init__(self, name: str, *, running: bool) -> None:
        super().__init__()
        self._target = name
        self._can_freeze = running

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = _("Make an image of {target}").format(target=printable(self._target)[:40])
            for name, placeholder in _FIELDS:
                yield Input(placeholder=_(placeholder), id=name, compact=True, classes="field")
            if self._can_freeze:
                yield Tick(_("freeze the container while its files are read"), True, id="tick")
            yield Static(Text(_("All layers of its image stay as they are; one is added."), "dim"), id="hint")
            with Horizontal(id="buttons"):
                yield Button(_("Cancel"), id="cancel", variant="primary")
                yield Button(_("Commit"), id="confirm", variant="success")

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#reference"))

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    @on(Input.Submitted)
    @on(Button.Pressed, "#confirm")
    def commit(self) -> None:
        self.dismiss(
            CommitOptions(
                reference=self._value("reference"),
                message=self._value("message"),
                author=self._value("author"),
                pause=not self._can_freeze or self.query_one("#tick", Tick).value,
            )
        )

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        self.dismiss(None)

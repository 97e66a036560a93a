"""The dialogs: an error, a question whose default is to cancel, a choice of signals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from core.errors import EngineError
from tui.languages import N_, _
from tui.plain_text import printable
from tui.screens.dismissal import Dialog

SIGNALS: Final = (
    ("TERM", N_("ask it to end")),
    ("INT", N_("as ctrl-c")),
    ("HUP", N_("hang up, often: read the configuration again")),
    ("QUIT", N_("end with a core dump")),
    ("USR1", N_("as the program defines it")),
    ("USR2", N_("as the program defines it")),
    ("STOP", N_("halt the first process")),
    ("CONT", N_("let it go on")),
    ("KILL", N_("end at once, without cleaning up")),
)


class ErrorDialog(Dialog[None]):
    """What went wrong, and what to do next."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "close", "close")]

    def __init__(self, error: EngineError) -> None:
        super().__init__()
        self._error = error

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="-error") as box:
            box.border_title = _("That did not work")
            yield Static(Text(printable(self._error.message)), id="message")
            if self._error.hint:
                yield Static(Text(f"→ {printable(self._error.hint)}"), id="hint")
            with Horizontal(id="buttons"):
                yield Button(_("Close"), id="close", variant="primary")

    @on(Button.Pressed)
    def action_close(self) -> None:
        self.dismiss(None)


class ConfirmDialog(Dialog[bool]):
    """A question. The default is to cancel. Ends in whether it was confirmed."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,n", "cancel", "cancel"),
        Binding("y", "confirm", "confirm"),
        Binding("left,right", "app.focus_next", "other button", show=False),
        Binding("down", "scroll(1)", "down", show=False),
        Binding("up", "scroll(-1)", "up", show=False),
    ]

    def __init__(self, title: str, message: str, verb: str, *, listed: Sequence[str] = ()) -> None:
        """`listed`: what happens to each of several."""
        super().__init__()
        self._listed = listed
        self._title = title
        self._message = message
        self._verb = verb

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = printable(self._title)
            if self._message:
                yield Static(Text(printable(self._message)), id="message")
            if self._listed:
                with VerticalScroll(id="listed", can_focus=False):
                    yield Static(Text("\n".join(printable(line) for line in self._listed)))
            with Horizontal(id="buttons"):
                yield Button(_("Cancel"), id="cancel", variant="primary")
                yield Button(self._verb, id="confirm", variant="error")

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#cancel"))

    def action_scroll(self, rows: int) -> None:
        if self._listed:
            self.query_one("#listed").scroll_relative(y=rows, animate=False)

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        self.dismiss(False)

    @on(Button.Pressed, "#confirm")
    def action_confirm(self) -> None:
        self.dismiss(True)


class SignalDialog(Dialog[str]):
    """Which signal; an empty string to send none. The first line, under the cursor, cancels."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "cancel", "cancel")]

    def __init__(self, name: str) -> None:
        super().__init__()
        self._target = name

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = _("Send a signal")
            yield Static(
                Text(_("to the first process of {target}").format(target=printable(self._target))), id="message"
            )
            options = [Option(_("Cancel"), id="cancel")]
            options += [Option(Text(f"{name:<5} {_(words)}"), id=name) for name, words in SIGNALS]
            yield OptionList(*options, id="signals")

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss("" if event.option_id in (None, "cancel") else str(event.option_id))

    def action_cancel(self) -> None:
        self.dismiss("")

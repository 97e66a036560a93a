"""The dialog for a command to run in a container."""

from __future__ import annotations

import shlex
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from core.model.options import ExecOptions
from tui.languages import N_, _, pgettext
from tui.plain_text import printable
from tui.screens.dismissal import Dialog
from tui.widgets.tick import Tick

_FIELDS = (
    ("command", N_("command and its words, as in a shell")),
    ("user", N_("user: empty for the container's own")),
    ("workdir", N_("working directory: empty for the container's own")),
    ("environment", N_("environment: NAME=VALUE, several with blanks between")),
)


class ExecRequest(NamedTuple):
    """What is to be run. `detached`: in the background."""

    options: ExecOptions
    detached: bool


class ExecDialog(Dialog[ExecRequest | None]):
    """Ends in what is to be run, or in None. `is_ours`: not of another engine, of which less can be asked."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel")]

    def __init__(self, name: str, *, is_ours: bool = True) -> None:
        super().__init__()
        self._is_ours = is_ours
        self._target = name

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = _("Run a command in {target}").format(target=printable(self._target)[:40])
            for name, placeholder in _FIELDS:
                yield Input(placeholder=_(placeholder), id=name, compact=True, classes="field")
            yield Tick(_("with a terminal"), True, id="tick", classes="-close")
            if self._is_ours:
                yield Tick(_("with all privileges"), False, id="privileged", classes="-close")
                yield Tick(_("in the background, without a pane"), False, id="detached", classes="-close")
            yield Static("", id="hint")
            with Horizontal(id="buttons"):
                yield Button(_("Cancel"), id="cancel", variant="primary")
                yield Button(pgettext("button", "Run"), id="confirm", variant="success")

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#command"))

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _is_ticked(self, name: str) -> bool:
        return any(tick.value for tick in self.query(f"#{name}").results(Tick))

    @on(Input.Submitted)
    @on(Button.Pressed, "#confirm")
    def run_command(self) -> None:
        try:
            words = shlex.split(self._value("command"))
            environment = shlex.split(self._value("environment"))
        except ValueError as error:
            self._say(_("a quote has no end: {error}").format(error=error))
            return
        wrong = [setting for setting in environment if "=" not in setting]
        if not words:
            self._say(_("a command is needed"))
        elif wrong:
            self._say(_("{text} is not NAME=VALUE").format(text=printable(wrong[0])))
        elif self._value("workdir") and not self._value("workdir").startswith("/"):
            self._say(_("the working directory has to begin with /"))
        else:
            options = ExecOptions(
                args=tuple(words),
                user=self._value("user") or None,
                workdir=self._value("workdir") or None,
                env=tuple(environment),
                terminal=self._is_ticked("tick") and not self._is_ticked("detached"),
                privileged=self._is_ticked("privileged"),
            )
            self.dismiss(ExecRequest(options, self._is_ticked("detached")))

    def _say(self, text: str) -> None:
        self.query_one("#hint", Static).update(Text(text, "bold"))

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        self.dismiss(None)

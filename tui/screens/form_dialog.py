"""The dialog of every form: checked as one types, with the equivalent command below."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.suggester import Suggester, SuggestFromList
from textual.widgets import Button, Input, Label, Static

from tui.forms.form import TICKED, Field, Form
from tui.languages import _
from tui.plain_text import printable
from tui.screens.dismissal import Dialog
from tui.widgets.path_suggester import PathSuggester
from tui.widgets.tick import Tick


class FieldRow(Vertical):
    """A field: its label, its line, and what is wrong with it beside it."""

    def __init__(self, field: Field) -> None:
        super().__init__(classes="row")
        self.field = field
        self._touched = bool(field.value)

    def compose(self) -> ComposeResult:
        field = self.field
        if field.tick:
            yield Tick(_(field.label), field.value == TICKED, id=f"field-{field.name}", classes="tick")
            return
        with Horizontal(classes="line"):
            yield Label(_(field.label), classes="label")
            suggester: Suggester | None = PathSuggester() if field.path else None
            if field.choices:
                suggester = SuggestFromList(field.choices)
            yield Input(
                field.value, placeholder=_(field.hint), id=f"field-{field.name}", compact=True, suggester=suggester,
                password=field.secret,
            )  # fmt: skip
        yield Static("", classes="reason")

    @property
    def value(self) -> str:
        if self.field.tick:
            return TICKED if self.query_one(Tick).value else ""
        return self.query_one(Input).value.strip()

    @property
    def complaint(self) -> str:
        return "" if self.field.tick else self.field.check(self.value)

    def show(self, *, insist: bool = False) -> None:
        """Say what is wrong, of a field that nothing was typed into only where one insists."""
        if self.field.tick:
            return
        self._touched = self._touched or insist or bool(self.value)
        complaint = self.complaint if self._touched else ""
        remark = "" if complaint else self.field.remark(self.value)
        reason = self.query_one(".reason", Static)
        reason.update(Text(printable(f"✗ {complaint}" if complaint else remark)))
        reason.display = bool(complaint or remark)
        reason.set_class(bool(complaint), "-wrong")


class FormDialog(Dialog[dict[str, str] | None]):
    """Ends in the values of all fields, or in None. `form.check` has passed then."""

    CSS_PATH: ClassVar[list[str | Path]] = ["dialog.tcss", "form_dialog.tcss"]  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel"),
        Binding("down", "app.focus_next", "next field", priority=True),
        Binding("up", "app.focus_previous", "field before", priority=True),
        Binding("ctrl+y", "copy", "copy the command", priority=True),
    ]

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.form = form

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = printable(_(self.form.title))[:60]
            if self.form.command is not None:
                box.border_subtitle = _("^y copies the command")
            with VerticalScroll(id="rows", can_focus=False):
                for field in self.form.fields:
                    yield FieldRow(field)
            yield Static("", id="command")
            yield Static("", id="hint")
            with Horizontal(id="buttons"):
                yield Button(_("Cancel"), id="cancel", variant="primary", compact=True)
                yield Button(_(self.form.verb), id="confirm", variant="success", compact=True)

    def on_mount(self) -> None:
        first = self.query("Input, Tick").first()
        if first is not None:
            self.set_focus(first)
        self._show()

    @property
    def values(self) -> dict[str, str]:
        return {row.field.name: row.value for row in self.query(FieldRow)}

    @property
    def command(self) -> str:
        """The equivalent command line; empty where there is none."""
        words = self.form.command(self.values) if self.form.command is not None else ()
        return shlex.join(["wharf", *words]) if words else ""

    @on(Input.Changed)
    @on(Tick.Changed)
    def _show(self) -> None:
        for row in self.query(FieldRow):
            row.show()
        command = self.query_one("#command", Static)
        command.update(Text(printable(f"$ {self.command}")))
        command.display = bool(self.command)
        wrong = any(row.complaint for row in self.query(FieldRow))
        note = _(self.form.note)
        self._say(note if wrong else self.form.check(self.values) or note)

    def _say(self, text: str) -> None:
        hint = self.query_one("#hint", Static)
        hint.update(Text(printable(text)))
        hint.display = bool(text)

    @on(Input.Submitted)
    @on(Button.Pressed, "#confirm")
    def confirm(self) -> None:
        """End where nothing is wrong; else go to the first field that is."""
        for row in self.query(FieldRow):
            row.show(insist=True)
            if row.complaint:
                self.set_focus(row.query_one(Input))
                return
        complaint = self.form.check(self.values)
        if complaint:
            self._say(f"✗ {complaint}")
        else:
            self.dismiss(self.values)

    def action_copy(self) -> None:
        if self.command:
            self.app.copy_to_clipboard(self.command)
            self._say(_("the command is in the clipboard"))

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        self.dismiss(None)

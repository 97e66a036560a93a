"""The dialog of a pull: which image, and then how far each of its layers is."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Static

from core.errors import EngineError
from core.model.image import RegistryAccess
from tui.languages import N_, _
from tui.plain_text import printable_text, size
from tui.screens.dismissal import Dialog
from tui.transfers import TransferJob
from tui.widgets.tick import Tick

PHASES: Final = (N_("downloading"), N_("applying"))
"""Those of `PullProgress`, as messages."""
LOOK_AGAIN = 0.2
BAR = 20


def progress_lines(job: TransferJob) -> list[str]:
    """A line a layer, and one for the whole."""
    progress = job.progress
    if progress is None:
        return [_("asking the registry …")]
    lines = []
    for layer in progress.layers:
        filled = BAR * layer.done // max(1, layer.total)
        state = _("done") if layer.done >= layer.total else f"{layer.done * 100 // max(1, layer.total)} %"
        if not layer.done:
            state = _("applied") if progress.phase == "applying" else _("waits")
        bar = "█" * filled + "░" * (BAR - filled)
        lines.append(f"{layer.digest.removeprefix('sha256:')[:12]}  {bar} {size(layer.total):>7}  {state}")
    done = size(progress.done)
    if progress.total:
        words = _("{done} of {total}, {percent} %")
        done = words.format(done=done, total=size(progress.total), percent=job.percent)
    return [*lines, f"{_(progress.phase)}: {done}"]


class PullDialog(Dialog[str]):
    """Ends in a line for the status line. `begin`: has a name pulled. `job`: one that is under way already."""

    CSS_PATH: ClassVar[list[str | Path]] = ["dialog.tcss", "form_dialog.tcss"]  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave"),
        Binding("down", "app.focus_next", "next", priority=True),
        Binding("up", "app.focus_previous", "before", priority=True),
    ]

    def __init__(
        self,
        known: Sequence[str],
        begin: Callable[[str, RegistryAccess], TransferJob],
        *,
        name: str = "",
        job: TransferJob | None = None,
    ) -> None:
        super().__init__()
        self._known = known
        self._begin = begin
        self._name = name
        self._job = job
        self._told: EngineError | None = None
        """The failure that was told last."""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = _("Pull an image")
            suggester = SuggestFromList(self._known)
            yield Input(
                self._name, placeholder="alpine, quay.io/podman/hello, docker-archive:file …", id="name",
                suggester=suggester, compact=True, classes="field", select_on_focus=False,
            )  # fmt: skip
            yield Tick(_("the registry has to prove who it is (TLS)"), True, id="tick")
            with VerticalScroll(id="listed", can_focus=False):
                yield Static("", id="layers")
            yield Static("", id="hint")
            with Horizontal(id="buttons"):
                yield Button(_("Cancel"), id="cancel", variant="primary", compact=True)
                yield Button(_("Pull"), id="confirm", variant="success", compact=True)

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#name"))
        self.set_interval(LOOK_AGAIN, self._look)
        self._show_fields(True)
        self._show_command()
        self._look()

    @property
    def _typed(self) -> str:
        return self.query_one("#name", Input).value.strip()

    @on(Input.Changed)
    @on(Tick.Changed)
    def _show_command(self) -> None:
        """The equivalent command, for what is typed; a failure before it has been read then."""
        if self._job is None:
            options = [] if self.query_one("#tick", Tick).value else ["--tls-verify=false"]
            self._say(f"$ {shlex.join(['wharf', 'pull', *options, self._typed or 'NAME'])}")

    def _look(self) -> None:
        """How far it is; its end ends the dialog, a failure brings the fields back."""
        job = self._job
        if job is None:
            return
        # It ends in another thread, at any time.
        ended = job.ended
        if ended and job.error is None:
            self.dismiss("")
            return
        self._show_fields(ended)
        if ended and job.error is not None:
            self._job, self._told = None, job.error
            self._say("\n→ ".join(filter(None, (f"✗ {job.error.message}", job.error.hint))))
            return
        self.query_one("#layers", Static).update(Text("\n".join(progress_lines(job)), no_wrap=True))
        self._say(_("Hide leaves it to go on behind the list; Cancel leaves nothing of it."))

    def _show_fields(self, shown: bool) -> None:
        """The fields, with the keyboard in the name, or the layers in their place."""
        name = self.query_one("#name", Input)
        if name.disabled == shown:
            name.disabled = not shown
            self.set_focus(name if shown else self.query_one("#confirm"))
        self.query_one("#tick").display = shown
        self.query_one("#listed").display = not shown
        self.query_one("#confirm", Button).label = _("Pull") if shown else _("Hide")

    def shows(self, error: EngineError) -> bool:
        """Whether this failure is told here, and nowhere else; it may come here first, or to the screen below."""
        return self._told is error or (self._job is not None and self._job.error is error)

    def _say(self, text: str) -> None:
        self.query_one("#hint", Static).update(Text(printable_text(text)))

    @on(Input.Submitted)
    @on(Button.Pressed, "#confirm")
    def confirm(self) -> None:
        """Begin; where it is under way, leave it to go on."""
        if self._job is not None and not self._job.ended:
            self.action_leave()
        elif self._typed:
            self._job = self._begin(self._typed, RegistryAccess(tls_verify=self.query_one("#tick", Tick).value))
            self._look()

    @on(Button.Pressed, "#cancel")
    def cancel(self) -> None:
        """Cancel what is under way; with nothing under way, leave."""
        if self._job is not None and not self._job.ended:
            self._job.cancel.set()
        else:
            self.dismiss("")

    def action_leave(self) -> None:
        """Leave; what is under way goes on."""
        goes_on = self._job is not None and not self._job.ended
        self.dismiss(_("the pull goes on; the same key shows it again") if goes_on else "")

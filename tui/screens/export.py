"""The export dialog: where to, how packed, and how far it is."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, ProgressBar, Select, Static

from core.model.snapshot import ContainerSnapshot
from core.storage.tar_output import Compression
from tui.bridge import Bridge
from tui.exports import ExportJob, Exports
from tui.languages import _
from tui.messages import ExportEnded, ExportProgressed
from tui.plain_text import printable, printable_text
from tui.screens.dismissal import Dialog
from tui.widgets.path_suggester import PathSuggester
from tui.widgets.tick import Tick

_SUFFIXES: dict[Compression, str] = {"none": ".tar", "gzip": ".tar.gz", "zstd": ".tar.zst"}


class ExportDialog(Dialog[str]):
    """Ends in a line for the status line; empty where nothing was exported."""

    CSS_PATH: ClassVar[list[str | Path]] = ["dialog.tcss", "export.tcss"]  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave")]

    def __init__(self, picture: ContainerSnapshot, bridge: Bridge, exports: Exports) -> None:
        super().__init__()
        self._picture = picture
        self._bridge = bridge
        self._exports = exports

    @property
    def _job(self) -> ExportJob | None:
        """The export that is under way; it may have been begun by a dialog before this one."""
        return self._exports.get(self._picture.id)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = _("Export {name}").format(name=printable(self._picture.name)[:40])
            yield Static(_("Write the root file system as a tar archive to:"), id="message")
            destination = self._job.destination if self._job else Path.cwd() / f"{self._picture.name[:100]}.tar"
            yield Input(str(destination), id="destination", suggester=PathSuggester())
            yield Select(
                [(_("not compressed"), "none"), ("gzip", "gzip"), ("zstd", "zstd")],
                value="none",
                allow_blank=False,
                id="compression",
                compact=True,
            )
            yield Tick(_("replace a file that is there"), id="tick")
            yield ProgressBar(id="progress", show_eta=False)
            yield Static("", id="rate")
            with Horizontal(id="buttons"):
                yield Button(_("Cancel"), id="cancel", variant="primary")
                yield Button(_("Export"), id="confirm", variant="success")

    def on_mount(self) -> None:
        destination = self.query_one("#destination", Input)
        self.set_focus(destination)
        destination.cursor_position = len(destination.value)
        self._show_state()

    def _show_state(self) -> None:
        """Fields to fill in, or how far it is."""
        job = self._job
        self.query_one("#progress").display = job is not None
        self.query_one("#destination").disabled = job is not None
        for name in ("#compression", "#tick"):
            self.query_one(name).display = job is None
        self.query_one("#confirm", Button).label = _("Export") if job is None else _("Hide")
        if job is not None:
            if self.focused is None or self.focused.disabled:
                self.set_focus(self.query_one("#confirm"))
            self.query_one("#progress", ProgressBar).update(total=100, progress=job.percent)
            self._say(job.words)

    @on(Select.Changed, "#compression")
    def rename_destination(self, event: Select.Changed) -> None:
        destination = self.query_one("#destination", Input)
        if self._job is not None:
            return
        for suffix in (".tar.gz", ".tar.zst", ".tar"):
            if destination.value.endswith(suffix):
                destination.value = destination.value.removesuffix(suffix) + _SUFFIXES[self._compression()]
                return

    def _compression(self) -> Compression:
        return cast(Compression, str(self.query_one("#compression", Select).value))

    @on(Input.Submitted)
    @on(Button.Pressed, "#confirm")
    def begin(self) -> None:
        """Begin; where it is under way, leave it to go on."""
        value = self.query_one("#destination", Input).value.strip()
        if self._job is not None:
            self.dismiss(_("the export of {name} goes on: X shows it").format(name=self._picture.name))
        elif value:
            job = self._exports[self._picture.id] = ExportJob(Path(value).expanduser().absolute())
            self._bridge.export(
                self._picture.id,
                job.destination,
                compression=self._compression(),
                overwrite=self.query_one("#tick", Tick).value,
                cancel=job.cancel,
            )
            self._show_state()

    def take(self, message: ExportProgressed | ExportEnded) -> None:
        """What the bridge tells of exports; those of other containers are not for this dialog."""
        if message.container_id != self._picture.id:
            return
        if isinstance(message, ExportProgressed):
            self._show_state()
        elif message.error is None:
            # For where something else is in front.
            self._show_state()
            self.dismiss("")
        else:
            self._show_state()
            self.set_focus(self.query_one("#destination"))
            hint = f"\n→ {message.error.hint}" if message.error.hint else ""
            self._say(f"{message.error.message}{hint}", failed=True)

    def _say(self, text: str, *, failed: bool = False) -> None:
        self.query_one("#rate", Static).update(Text(printable_text(text), "bold" if failed else ""))

    @on(Button.Pressed, "#cancel")
    def cancel(self) -> None:
        """Cancel what is under way; with nothing under way, leave."""
        if self._job is not None:
            self._job.cancel.set()
        else:
            self.dismiss("")

    def action_leave(self) -> None:
        """Leave; what is under way goes on."""
        self.dismiss(
            _("the export of {name} goes on: X shows it").format(name=self._picture.name)
            if self._job is not None
            else ""
        )

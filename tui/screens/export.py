"""The export dialog: where to, how packed, and how far it is."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import ClassVar, cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Button, Input, ProgressBar, Select, Static

from core.model.snapshot import ContainerSnapshot
from core.storage.export import Compression
from tui.bridge import Bridge
from tui.messages import ExportEnded, ExportProgressed
from tui.plain_text import printable, printable_text, size, span
from tui.widgets.tick import Tick

_SUFFIXES: dict[Compression, str] = {"none": ".tar", "gzip": ".tar.gz", "zstd": ".tar.zst"}


class PathSuggester(Suggester):
    """Completes a path by the first entry that begins as what is typed; → takes it."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        folder, _, start = value.rpartition("/")
        try:
            entries = sorted(Path(folder or "/").expanduser().iterdir())
        except OSError:
            return None
        for entry in entries:
            if start and entry.name.startswith(start) and entry.name.isprintable():
                return f"{folder}/{entry.name}{'/' if entry.is_dir() else ''}"
        return None


class ExportDialog(ModalScreen[str]):
    """Ends in a line for the status line; empty where nothing was exported."""

    CSS_PATH: ClassVar[list[str | Path]] = ["dialog.tcss", "export.tcss"]  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel")]

    def __init__(self, picture: ContainerSnapshot, bridge: Bridge) -> None:
        super().__init__()
        self._picture = picture
        self._bridge = bridge
        self._cancel = threading.Event()
        self._exporting = False

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = f"Export {printable(self._picture.name)[:40]}"
            yield Static("Write the root file system as a tar archive to:", id="message")
            yield Input(
                str(Path.cwd() / f"{self._picture.name[:100]}.tar"), id="destination", suggester=PathSuggester()
            )
            yield Select(
                [("not compressed", "none"), ("gzip", "gzip"), ("zstd", "zstd")],
                value="none",
                allow_blank=False,
                id="compression",
                compact=True,
            )
            yield Tick("replace a file that is there", id="tick")
            yield ProgressBar(id="progress", show_eta=False)
            yield Static("", id="rate")
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="cancel", variant="primary")
                yield Button("Export", id="confirm", variant="success")

    def on_mount(self) -> None:
        self.query_one("#progress").display = False
        destination = self.query_one("#destination", Input)
        self.set_focus(destination)
        destination.cursor_position = len(destination.value)

    @on(Select.Changed, "#compression")
    def rename_destination(self, event: Select.Changed) -> None:
        destination = self.query_one("#destination", Input)
        for suffix in (".tar.gz", ".tar.zst", ".tar"):
            if destination.value.endswith(suffix):
                destination.value = destination.value.removesuffix(suffix) + _SUFFIXES[self._compression()]
                return

    def _compression(self) -> Compression:
        return cast(Compression, str(self.query_one("#compression", Select).value))

    @on(Input.Submitted)
    @on(Button.Pressed, "#confirm")
    def begin(self) -> None:
        value = self.query_one("#destination", Input).value.strip()
        if self._exporting or not value:
            return
        self._exporting = True
        self._cancel.clear()
        self.query_one("#confirm", Button).disabled = True
        self.query_one("#progress").display = True
        self._say("beginning …")
        self._bridge.export(
            self._picture.id,
            Path(value).expanduser().absolute(),
            compression=self._compression(),
            overwrite=self.query_one("#tick", Tick).value,
            cancel=self._cancel,
        )

    def take(self, message: ExportProgressed | ExportEnded) -> None:
        """What the bridge tells of exports; those of other containers are not for this dialog."""
        if message.container_id != self._picture.id:
            return
        if isinstance(message, ExportEnded):
            self._take_end(message)
        else:
            self._take_progress(message)

    def _take_progress(self, message: ExportProgressed) -> None:
        progress = message.progress
        self.query_one("#progress", ProgressBar).update(total=max(1, progress.total), progress=progress.done)
        left = (progress.total - progress.done) / progress.rate if progress.rate else 0
        self._say(f"{size(progress.done)} of about {size(progress.total)}, {size(progress.rate)}/s, {span(left)} left")

    def _take_end(self, message: ExportEnded) -> None:
        self._exporting = False
        if message.error is None:
            name = printable(self._picture.name)
            path = self.query_one("#destination", Input).value
            self.dismiss(f"{name} is exported to {path}: {size(message.written)} ({time.strftime('%H:%M:%S')})")
            return
        self.query_one("#confirm", Button).disabled = False
        self.query_one("#progress").display = False
        hint = f"\n→ {message.error.hint}" if message.error.hint else ""
        self._say(f"{message.error.message}{hint}", failed=True)

    def _say(self, text: str, *, failed: bool = False) -> None:
        self.query_one("#rate", Static).update(Text(printable_text(text), "bold" if failed else ""))

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Cancel what runs; with nothing running, leave."""
        if self._exporting:
            self._cancel.set()
        else:
            self.dismiss("")

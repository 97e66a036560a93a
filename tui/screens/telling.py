"""The part of the screen that tells what came of verbs: progress in the row, words, toasts, dialogs of errors."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from textual import on

from core.errors import Cancelled
from core.journal.script import together
from core.model.journal import Result
from tui.alerts.notices import desktop_notice
from tui.bridge import Bridge
from tui.exports import Exports
from tui.languages import _
from tui.live import Live
from tui.messages import (
    ActionRecorded,
    ExportEnded,
    ExportProgressed,
    VerbFailed,
    VerbProgressed,
    VerbsEnded,
    VerbSucceeded,
)
from tui.plain_text import printable, printable_text, size
from tui.screens.consoles import ConsoleKeeping
from tui.screens.undo import Undo
from tui.screens.view_stack import ViewStack
from tui.step import Step
from tui.terminal.pane_keys import PaneKeys
from tui.transfers import Transfers
from tui.widgets.bars import StatusLine

TOAST_SECONDS: Final = 8.0


class Telling(ConsoleKeeping):
    """Whoever derives from it sets `live`, `views` and `transfers`."""

    live: Live
    views: ViewStack
    transfers: Transfers

    def __init__(self, bridge: Bridge, keys: PaneKeys) -> None:
        super().__init__(bridge, keys)
        self.exports: Exports = {}
        self.undo = Undo()
        self._dialog_awaited = False
        self._commands: list[tuple[str, ...]] = []
        """The equivalents of what was done and not yet told."""

    def show_notes(self) -> None:
        """Say in the title what is not shown, marked or under way."""
        raise NotImplementedError

    def toast_alert(self, text: str) -> None:
        """Tell of what an alert is for."""
        self.app.notify(text, severity="warning", timeout=TOAST_SECONDS, markup=False)

    def notify_desktop(self, title: str, text: str) -> None:
        """Have the terminal show a notice on the desktop, where it can."""
        if self.app._driver is not None:
            self.app._driver.write(desktop_notice(title, text))
            self.app._driver.flush()

    @on(VerbProgressed)
    def _take_progress(self, message: VerbProgressed) -> None:
        self.live.set_doing(message.container_id, message.text)
        self.show_notes()
        self.table.refresh()

    @on(VerbSucceeded)
    def _take_success(self, message: VerbSucceeded) -> None:
        if message.copied:
            self.app.copy_to_clipboard(message.copied)
        self.say(message.note)
        self._show_command()
        self._offer_undo(message.undo, message.note)

    @on(ActionRecorded)
    def _take_action(self, message: ActionRecorded) -> None:
        """Its command is shown with the word that it is done."""
        if message.entry.command and message.entry.result is Result.DONE:
            self._commands.append(message.entry.command)

    def _show_command(self) -> None:
        self.query_one(StatusLine).command = together(self._commands)
        self._commands.clear()

    def _offer_undo(self, steps: Sequence[Step], note: str) -> None:
        if steps:
            self.undo.offer(steps)
            words = f"{note}\n{self._undo_words()}"
            self.app.notify(printable_text(words), timeout=TOAST_SECONDS, markup=False)

    def _undo_words(self) -> str:
        return _("{key} undoes it, for half a minute").format(key=self.views.action("undo").shown_key)

    @on(VerbsEnded)
    def _take_summary(self, message: VerbsEnded) -> None:
        """One word for all that was ordered at once."""
        lines = [f"{len(names)} {words}: {', '.join(names)}" for words, names in message.done.items()]
        lines += [f"{name}: {error.message}" for name, error in message.failed]
        if message.undo:
            self.undo.offer(message.undo)
            lines.append(self._undo_words())
        failed = _("{count} failed").format(count=len(message.failed)) if message.failed else ""
        self.say("; ".join(filter(None, [*(f"{len(names)} {words}" for words, names in message.done.items()), failed])))
        self._show_command()
        self.app.notify(
            "\n".join(printable(line) for line in lines),
            severity="error" if message.failed else "information",
            timeout=TOAST_SECONDS,
            markup=False,
        )

    @on(VerbFailed)
    def _take_failure(self, message: VerbFailed) -> None:
        """One dialog at a time: what fails while one is open goes to the status line."""
        from tui.screens.dialog import ErrorDialog
        from tui.screens.pull_dialog import PullDialog

        self.end_console_wait()
        self._dialog_awaited = False
        self._commands.clear()
        self.say(message.error.message)
        job = self.transfers.failed_with(message.error)
        top = self.app.screen
        told = isinstance(top, ErrorDialog) or (isinstance(top, PullDialog) and top.shows(message.error))
        if not told:

            def closed(_: None) -> None:
                if job is not None and job.again is not None:
                    job.again()

            self.app.push_screen(ErrorDialog(message.error), closed)

    @on(ExportProgressed)
    @on(ExportEnded)
    def _take_export(self, message: ExportProgressed | ExportEnded) -> None:
        """Show it in the row, and in the dialog where that is open."""
        from tui.screens.export import ExportDialog

        job = self.exports.get(message.container_id)
        if job is not None and isinstance(message, ExportProgressed):
            job.progress = message.progress
            self.live.set_doing(message.container_id, _("exporting {percent} %").format(percent=job.percent))
            self.table.refresh()
        dialog = next((screen for screen in self.app.screen_stack if isinstance(screen, ExportDialog)), None)
        if isinstance(message, ExportEnded):
            self._end_export(message, asked=dialog is not None)
        if dialog is not None:
            dialog.take(message)

    def _end_export(self, message: ExportEnded, *, asked: bool) -> None:
        job = self.exports.pop(message.container_id, None)
        self.live.set_doing(message.container_id, "")
        self.table.refresh()
        if message.error is None and job is not None:
            self.say(
                _("exported to {path}: {size} ({time})").format(
                    path=job.destination, size=size(message.written), time=time.strftime("%H:%M:%S")
                )
            )
        elif message.error is not None and not asked and not isinstance(message.error, Cancelled):
            self._take_failure(VerbFailed(message.error))
        elif message.error is not None:
            self.say(message.error.message)

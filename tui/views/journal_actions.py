"""What the actions of the view of the journal do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.host.files import write_atomically
from core.journal.script import script, shell_line
from core.model.journal import JournalEntry
from tui.languages import _, ngettext

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen


class JournalActions:
    """One method an action of the view."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck

    def copy(self, entries: Sequence[JournalEntry]) -> None:
        lines = [shell_line(entry) for entry in sorted(entries, key=lambda entry: entry.time) if entry.command]
        self._deck.app.copy_to_clipboard("\n".join(lines))
        self._deck.say(
            _("copied: {what}").format(what=lines[0])
            if len(lines) == 1
            else _("copied: {count} commands").format(count=len(lines))
        )

    def go_to(self, entry: JournalEntry) -> None:
        self._deck.go_to("containers", entry.id)

    def save_script(self) -> None:
        """Ask for the file first."""
        from tui.screens.prompt import PromptDialog

        rows = self._deck.views.current.rows
        chosen: Sequence[JournalEntry] = rows.marked or rows.shown
        if not chosen:
            self._deck.say(_("there is nothing to save"))
            return

        def typed(name: str | None) -> None:
            if name:
                self._deck.say(save(Path(name).expanduser().absolute(), chosen))

        count = f"{len(chosen)} {ngettext('action', 'actions', len(chosen))}"
        words = _("{count} as commands for sh, the oldest first; what failed or was cancelled is a comment.").format(
            count=count
        )
        usual = Path.cwd() / f"wharf-{time.strftime('%Y%m%d-%H%M%S')}.sh"
        self._deck.app.push_screen(PromptDialog(_("Save a script"), words, _("Save"), value=str(usual)), typed)


def save(path: Path, entries: Sequence[JournalEntry]) -> str:
    """Write a script that its owner may run; what came of it, in words."""
    if path.exists():
        return _("not saved: {path} is there already").format(path=path)
    try:
        write_atomically(path, script(entries).encode(errors="surrogateescape"), mode=0o700, lasting=False)
    except OSError as error:
        return _("not saved: {path}: {reason}").format(path=path, reason=error.strerror)
    return _("saved: {path}").format(path=path)

"""One action of the journal: all that is known of it, with its command and the runtime's at full length."""

from __future__ import annotations

from rich.text import Text

from core.journal.script import shell_line, short_line
from core.model.journal import JournalEntry
from tui.languages import _
from tui.plain_text import moment, padded, printable
from tui.tabs.tab import LinesTab

_LABEL = 12


class JournalTab(LinesTab):
    """Long values go on in further lines."""

    row: JournalEntry

    def row_changed(self, *, is_other: bool) -> None:
        if self.row is None:
            self.set_lines([Text(_("Nothing is selected."), "dim")], to_begin=True)
            return
        width = max(20, self.size.width - _LABEL - 1)
        lines = []
        for name, value in facts(self.row):
            text = printable(value)
            pieces = [text[place : place + width] for place in range(0, len(text), width)]
            lines += [
                Text.assemble((padded("" if number else name, _LABEL), "dim"), piece)
                for number, piece in enumerate(pieces)
            ]
        self.set_lines(lines, to_begin=is_other)


def facts(entry: JournalEntry) -> list[tuple[str, str]]:
    """Names and values; the command as it is run anywhere stands below the short one, where they differ."""
    whole = shell_line(entry) if entry.options else ""
    left_out = [_("the value of {name}").format(name=name) for name in entry.environment] + list(entry.lacking)
    return [
        (_("command"), short_line(entry) or _("no command does the same")),
        (_("what"), f"{entry.verb}, {entry.target}"),
        (_("result"), f"{entry.result}{f': {entry.error}' if entry.error else ''}"),
        (
            _("when"),
            _("{moment}, for {seconds} s").format(
                moment=moment(entry.time.timestamp()), seconds=f"{entry.seconds:.3f}"
            ),
        ),
        (
            _("by"),
            _("{who}, process {process}, from the {source}").format(
                who=entry.who, process=entry.process, source=entry.source
            ),
        ),
        *((_("runtime"), command) for command in entry.runtime.split("; ") if command),
        (_("left out"), ", ".join(left_out)),
        (_("anywhere"), whole),
        (_("id"), entry.id),
    ]

"""One action of the journal: all that is known of it, with its command and the runtime's at full length."""

from __future__ import annotations

from rich.text import Text

from core.journal.script import shell_line, short_line
from core.model.journal import JournalEntry
from tui.plain_text import moment, printable
from tui.tabs.tab import LinesTab

_LABEL = 12


class JournalTab(LinesTab):
    """Long values go on in further lines."""

    row: JournalEntry

    def row_changed(self, *, is_other: bool) -> None:
        if self.row is None:
            self.set_lines([Text("Nothing is selected.", "dim")], to_begin=True)
            return
        width = max(20, self.size.width - _LABEL - 1)
        lines = []
        for name, value in facts(self.row):
            text = printable(value)
            pieces = [text[place : place + width] for place in range(0, len(text), width)]
            lines += [
                Text.assemble((f"{'' if number else name:<{_LABEL}}", "dim"), piece)
                for number, piece in enumerate(pieces)
            ]
        self.set_lines(lines, to_begin=is_other)


def facts(entry: JournalEntry) -> list[tuple[str, str]]:
    """Names and values; the command as it is run anywhere stands below the short one, where they differ."""
    whole = shell_line(entry) if entry.options else ""
    left_out = [f"the value of {name}" for name in entry.environment] + list(entry.lacking)
    return [
        ("command", short_line(entry) or "no command does the same"),
        ("what", f"{entry.verb}, {entry.target}"),
        ("result", f"{entry.result}{f': {entry.error}' if entry.error else ''}"),
        ("when", f"{moment(entry.time.timestamp())}, for {entry.seconds:.3f} s"),
        ("by", f"{entry.who}, process {entry.process}, from the {entry.source}"),
        *(("runtime", command) for command in entry.runtime.split("; ") if command),
        ("left out", ", ".join(left_out)),
        ("anywhere", whole),
        ("id", entry.id),
    ]

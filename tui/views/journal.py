"""The view of the journal of actions: who did what to what, how it ended, and the command that does the same."""

from __future__ import annotations

from typing import Final

from core.journal.script import short_line
from core.model.journal import JournalEntry, Result
from tui.keymap import Action, Scope
from tui.languages import N_, _
from tui.plain_text import moment
from tui.tabs.registry import JOURNAL_TABS
from tui.views.journal_actions import JournalActions
from tui.views.view import Column, View

SIGNS: Final = {Result.DONE: N_("✓ done"), Result.FAILED: N_("✗ failed"), Result.CANCELLED: N_("○ cancelled")}
_STYLES: Final = {Result.DONE: "good", Result.FAILED: "bad", Result.CANCELLED: "faint"}


def _searched(entry: JournalEntry) -> str:
    return " ".join([entry.verb, entry.target, entry.result, entry.who, entry.error, short_line(entry)])


def _is_ours(entry: JournalEntry) -> bool:
    return entry.kind == "container" and bool(entry.id)


COLUMNS: Final = (
    Column(
        "time", "TIME", lambda entry, live: moment(entry.time.timestamp()), width=19, rank=2,
        sort=lambda entry, live: -entry.time.timestamp(),
    ),
    Column(
        "result", "RESULT", lambda entry, live: SIGNS[entry.result], width=11,
        style=lambda entry, live: _STYLES[entry.result],
    ),
    Column("command", "COMMAND", lambda entry, live: short_line(entry) or entry.verb, share=3),
    Column("name", "NAME", lambda entry, live: entry.name, share=1, rank=5),
    Column(
        "seconds", "SECONDS", lambda entry, live: f"{entry.seconds:.1f}", width=7, right=True, rank=4, falls=True,
        sort=lambda entry, live: entry.seconds,
    ),
    Column("by", "BY", lambda entry, live: entry.sudo_user or entry.user, width=8, rank=3),
    Column("verb", "VERB", lambda entry, live: entry.verb, width=16, rank=6, chosen=False),
    Column("kind", "KIND", lambda entry, live: entry.kind, width=10, rank=7, chosen=False),
    Column("error", "WHY", lambda entry, live: entry.error, share=2, rank=8, chosen=False),
)  # fmt: skip

ACTIONS: Final = (
    Action("copy", ("c",), "copy", "copy the command", "Action", lambda entry: bool(entry.command), Scope.ROWS),
    Action("save_script", ("X",), "script", "save those marked, or all that are shown, as a shell script", "Journal"),
    Action("go_to", ("t",), "container", "go to the container", "Action", _is_ours, Scope.ROW),
)

VIEW: Final = View(
    name="journal",
    noun="action",
    columns=COLUMNS,
    actions=ACTIONS,
    actions_of=JournalActions,
    tabs=JOURNAL_TABS,
    reader="journal",
    key=lambda entry: f"{entry.time.isoformat()} {entry.process} {entry.verb} {entry.id or entry.name}",
    label=lambda entry: f"{entry.verb} {entry.name}",
    searched=_searched,
    terms={
        "name": lambda entry: (entry.name,),
        "verb": lambda entry: (entry.verb,),
        "result": lambda entry: (entry.result,),
        "kind": lambda entry: (entry.kind,),
        "by": lambda entry: (entry.user, entry.sudo_user),
    },
    refusal=lambda entry: _("it is of no container of ours") if entry.command else _("no command does the same"),
    empty="nothing was done from a screen yet",
)

"""The view of events: what happened, who did it, and by which command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.events import Event, EventKind
from tui.event_text import event_facts, event_line, event_subject, event_word
from tui.keymap import Action, Scope
from tui.languages import _
from tui.plain_text import moment
from tui.tabs.registry import EVENT_TABS
from tui.views.view import Column, View

if TYPE_CHECKING:
    from tui.screens.deck import DeckScreen

_BAD: Final = frozenset({EventKind.DIED, EventKind.KILL, EventKind.OVERFLOW})


def _style(event: Event, live: object) -> str:
    return "bad" if event.kind in _BAD else ""


COLUMNS: Final = (
    Column("time", "TIME", lambda event, live: moment(event.time), width=19, sort=lambda event, live: -event.sequence),
    Column("event", "EVENT", lambda event, live: event_word(event), width=13, style=_style),
    Column("name", "NAME", lambda event, live: event_subject(event), share=2, rank=1),
    Column("facts", "FACTS", lambda event, live: event_facts(event), share=3, rank=4),
    Column("by", "BY", lambda event, live: event.user, width=8, rank=2),
    Column("command", "COMMAND", lambda event, live: event.command, share=4, rank=3),
    Column(
        "runtime", "RUNTIME", lambda event, live: event.attributes.get("runtime", ""), share=3, rank=5, chosen=False
    ),
    Column("id", "ID", lambda event, live: event.container_id[:12], width=12, rank=6, chosen=False),
)  # fmt: skip

ACTIONS: Final = (
    Action(
        "go_to", ("t",), "container", "go to the container", "Event", lambda event: bool(event.container_id), Scope.ROW
    ),
)  # fmt: skip


class EventActions:
    """One method an action of the view."""

    def __init__(self, deck: DeckScreen) -> None:
        self._deck = deck

    def go_to(self, event: Event) -> None:
        self._deck.go_to("containers", event.container_id)


VIEW: Final = View(
    name="events",
    noun="event",
    columns=COLUMNS,
    actions=ACTIONS,
    actions_of=EventActions,
    tabs=EVENT_TABS,
    reader="events",
    key=lambda event: f"{event.sequence} {event.time}",
    label=event_word,
    searched=event_line,
    terms={
        "name": lambda event: (event.name,),
        "event": lambda event: (event_word(event),),
        "by": lambda event: (event.user,),
        "id": lambda event: (event.container_id,),
    },
    refusal=lambda event: _("it is of no container"),
    empty="nothing happened yet",
)

"""Events as lines that people read."""

from __future__ import annotations

from core.events import Event, EventKind
from tui.plain_text import moment, printable

_PASSED_OVER = frozenset({"user", "image", "runtime", "action"})
_OF_OTHERS = frozenset({EventKind.IMAGE, EventKind.POD, EventKind.VOLUME})
"""Kinds that are not about a container."""


def event_word(event: Event) -> str:
    """What happened."""
    return f"{event.kind} {event.attributes.get('action', '')}" if event.kind in _OF_OTHERS else str(event.kind)


def event_subject(event: Event) -> str:
    """To whom it happened."""
    return event.name or event.attributes.get("image", "") or event.container_id[:12]


def event_facts(event: Event) -> str:
    """What else is known of it."""
    return " ".join(f"{key}={value}" for key, value in event.attributes.items() if key not in _PASSED_OVER)


def event_line(event: Event) -> str:
    """When, what, to whom, by whom; behind it the runtime's command."""
    facts = event_facts(event)
    runtime = event.attributes.get("runtime", "")
    pieces = [
        f"{moment(event.time)}  {event_word(event):<9} {event_subject(event)}",
        facts,
        f"by {event.user}: {event.command}" if event.command else "",
        f"→ {runtime}" if runtime else "",
    ]
    return printable("  ".join(piece for piece in pieces if piece))

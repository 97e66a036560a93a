"""Events as lines that people read."""

from __future__ import annotations

import time

from core.events import Event, EventKind
from tui.plain_text import printable

_PASSED_OVER = frozenset({"user", "image", "runtime", "action"})
_OF_OTHERS = frozenset({EventKind.IMAGE, EventKind.POD, EventKind.VOLUME})
"""Kinds that are not about a container."""


def event_line(event: Event) -> str:
    """When, what, to whom, by whom; behind it the runtime's command."""
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(event.time))
    action = event.attributes.get("action", "")
    happened = f"{event.kind} {action}" if event.kind in _OF_OTHERS else str(event.kind)
    subject = event.name or event.attributes.get("image", "") or event.container_id[:12]
    facts = " ".join(f"{key}={value}" for key, value in event.attributes.items() if key not in _PASSED_OVER)
    runtime = event.attributes.get("runtime", "")
    pieces = [
        f"{moment}  {happened:<9} {subject}",
        facts,
        f"by {event.user}: {event.command}" if event.command else "",
        f"→ {runtime}" if runtime else "",
    ]
    return printable("  ".join(piece for piece in pieces if piece))

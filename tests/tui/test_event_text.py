from __future__ import annotations

from core.events import Event, EventKind
from tui.event_text import event_line


def test_what_to_whom_by_whom_and_how() -> None:
    attributes = {"signal": "SIGTERM", "runtime": "runc kill abc 15"}
    event = Event(
        kind=EventKind.KILL, time=0.0, name="web", attributes=attributes, user="ann", command="wharf kill web"
    )
    line = event_line(event)
    assert "kill      web  signal=SIGTERM  by ann: wharf kill web  → runc kill abc 15" in line


def test_a_hostile_name_stays_text() -> None:
    assert "\x1b" not in event_line(Event(kind=EventKind.DIED, time=0.0, name="\x1b[31m"))

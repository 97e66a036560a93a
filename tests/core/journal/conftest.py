"""Actions to put into a journal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.model.journal import JournalEntry, Result


def action(number: int = 0, **changed: object) -> JournalEntry:
    """An action, a minute later for each `number`."""
    fields: dict[str, object] = {
        "time": datetime(2026, 1, 31, 12, 0, tzinfo=UTC) + timedelta(minutes=number),
        "seconds": 0.25,
        "user": "root",
        "sudo_user": "alice",
        "process": 4711,
        "verb": "stop",
        "kind": "container",
        "name": f"web-{number}",
        "result": Result.DONE,
        "command": ("wharf", "stop", f"web-{number}"),
    }
    return JournalEntry(**{**fields, **changed})  # type: ignore[arg-type]

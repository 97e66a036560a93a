"""The lines of the plain mode: a container, the list and an event as sentences that can be read aloud."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from core.cli.output import printable, span
from core.events import Event, EventKind
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status
from core.oci.exit_codes import exit_reason

_TOLD: Final = {
    EventKind.CREATE: "was created",
    EventKind.START: "was started",
    EventKind.STOPPING: "is told to stop",
    EventKind.KILL: "was sent a signal",
    EventKind.PAUSE: "was paused",
    EventKind.UNPAUSE: "goes on",
    EventKind.REMOVE: "was removed",
    EventKind.RENAME: "has a new name",
    EventKind.COMMIT: "was made an image of",
}


def container_line(picture: ContainerSnapshot) -> str:
    """`web: running for 3 minutes, image demo, command sleep 100`."""
    command = " ".join(picture.command)
    shown = command if len(command) <= 60 else f"{command[:57]}..."
    return printable(f"{picture.name}: {state_words(picture)}, image {picture.image}, command {shown}")


def state_words(picture: ContainerSnapshot) -> str:
    """The state in words, with why it ended where it has."""
    if picture.status in (Status.RUNNING, Status.PAUSED):
        marks = [str(picture.status), f"for {span(time.time() - picture.started_at)}"]
        if picture.health is not None:
            marks.append(f"and {picture.health.status}")
        if picture.monitor_lost:
            marks.append("with its console lost")
        return " ".join(marks)
    if picture.status is Status.EXITED:
        reason = exit_reason(picture.exit_code, oom_killed=picture.oom_killed, stopped_by_user=picture.stopped_by_user)
        return f"exited with {picture.exit_code} {span(time.time() - picture.finished_at)} ago ({reason})"
    return {Status.CONFIGURED: "never started", Status.CREATED: "created, not started"}.get(picture.status, "unknown")


def summary(pictures: Sequence[ContainerSnapshot]) -> str:
    """`3 containers, 2 running`."""
    running = sum(1 for picture in pictures if picture.status is Status.RUNNING)
    return f"{len(pictures)} container{'' if len(pictures) == 1 else 's'}, {running} running"


def event_words(event: Event) -> str:
    """What happened to a container in a sentence; empty for what nobody needs to be told."""
    if event.kind is EventKind.DIED:
        return printable(f"{event.name} exited with {event.attributes.get('exit_code', 'an unknown code')}")
    if event.kind is EventKind.HEALTH_STATUS:
        return printable(f"{event.name} is {event.attributes.get('health_status', 'of another health')}")
    told = _TOLD.get(event.kind)
    return printable(f"{event.name} {told}") if told else ""

"""wait: until a container has ended."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from core.errors import NoSuchContainer, TimedOut
from core.events import EventKind
from core.host.notices import FileWatcher
from core.model.config import ContainerRecord
from core.model.state import Status
from core.operations.observe import LIVE_STATUSES
from core.operations.parts import EngineParts


def wait(parts: EngineParts, container_id: str, refresh: Callable[[], object], timeout: float | None = None) -> int:
    """The exit code of the container, waiting for its end by events. Allowed: any state.

    `refresh` brings the stored state up to date under the container's lock. A container that has never run is waited
    for until it has. One that is removed meanwhile gives the code that the journal has. Raises `TimedOut` after
    `timeout` seconds, `NoSuchContainer`.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    first = parts.store.last_sequence()
    while True:
        try:
            refresh()
            record = parts.store.get(container_id)
        except NoSuchContainer:
            return _journalled_exit(parts, container_id, first)
        state = record.state
        if state.status is Status.EXITED:
            return -1 if state.exit_code is None else state.exit_code
        remaining = None if deadline is None else max(0.0, deadline - time.monotonic())
        if remaining == 0.0:
            raise TimedOut(f"container {record.name} is still {state.status}", container_id=container_id)
        _wait_once(parts, record, remaining)


def _wait_once(parts: EngineParts, record: ContainerRecord, remaining: float | None) -> None:
    state = record.state
    if state.status in LIVE_STATUSES and state.pid:
        with contextlib.suppress(TimedOut):
            parts.monitor.wait_exit(record.id, state.pid, state.pid_start, remaining)
        return
    with FileWatcher() as watcher:
        watcher.watch_file_changes(parts.paths.change_notice)
        try:
            if parts.store.get(record.id).state == state:
                watcher.wait(remaining)
        except NoSuchContainer:
            return


def _journalled_exit(parts: EngineParts, container_id: str, after: int) -> int:
    code: int | None = None
    sequence = max(0, after - 500)
    while batch := parts.store.events_after(sequence):
        sequence = batch[-1].sequence
        for event in batch:
            if event.container_id == container_id and event.kind is EventKind.DIED:
                code = int(event.attributes.get("exit_code", "-1"))
    if code is None:
        raise NoSuchContainer("the container was removed before it ran", container_id=container_id)
    return code

"""Health checks on their schedule, for as long as somebody watches."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterable
from typing import Final

from core.container import Container
from core.errors import EngineError
from core.log import LOG
from core.model.config import ContainerRecord
from core.model.health import Health, check_in_turn, due_at, is_scheduled
from core.model.state import Status
from core.operations.parts import EngineParts

AT_ONCE: Final = 4
"""Checks that run at the same time; the others wait for their turn."""


class HealthScheduler:
    """Runs what is due. Several processes may each have one: a check is run by whoever comes first."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts
        self._records: list[ContainerRecord] = []
        self._checked: dict[str, float] = {}
        """Unix seconds of the last look here: a check that changes nothing brings no new records."""
        self._under_way: set[str] = set()
        self._lock = threading.Lock()

    def take(self, records: Iterable[ContainerRecord]) -> None:
        """The containers as they are now; those that run and have a check on a schedule are watched from here on."""
        self._records = [
            record for record in records if record.state.status is Status.RUNNING and _is_scheduled(record)
        ]
        self._checked = {record.id: self._checked.get(record.id, 0.0) for record in self._records}

    def run_due(self) -> None:
        """Begin the checks whose time has come, each in a thread of its own. Returns at once."""
        now = time.time()
        for record in self._records:
            if now < self._due_at(record):
                continue
            with self._lock:
                if record.id in self._under_way or len(self._under_way) >= AT_ONCE:
                    continue
                self._under_way.add(record.id)
            threading.Thread(target=self._run, args=(record.id,), name="wharfinger-health", daemon=True).start()

    def _due_at(self, record: ContainerRecord) -> float:
        check = record.health_check
        if check is None:
            return math.inf
        health = record.state.health or Health()
        due = due_at(health, check, record.state.started_at)
        return max(due, self._checked.get(record.id, 0.0) + check_in_turn(health, check).interval)

    def _run(self, container_id: str) -> None:
        try:
            Container(self._parts, container_id).check_health_if_due(time.time())
        except EngineError as error:
            LOG.info("the health check of container %s was not run: %s", container_id, error)
        finally:
            self._checked[container_id] = time.time()
            with self._lock:
                self._under_way.discard(container_id)


def _is_scheduled(record: ContainerRecord) -> bool:
    check = record.health_check
    return check is not None and is_scheduled(record.state.health or Health(), check)

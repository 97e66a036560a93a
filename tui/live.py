"""What is known of rows beside what they are: figures that change every second, and what is being done to them."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from core.model.snapshot import ResourceSample
from tui.configuration.schema import Lock, StateWords
from tui.history import History
from tui.locks import level_of


class Live:
    """One of a screen. Cells are drawn from it and from the row."""

    def __init__(self, locks: Sequence[Lock] = (), states: StateWords = "long") -> None:
        self._locks = locks
        self.states = states
        """How states are written."""
        self.samples: dict[str, ResourceSample] = {}
        self.history = History()
        self.cpu_parts = 1
        """Among how many CPUs the percent are shared out."""
        self._doing: dict[str, str] = {}
        self._values: dict[str, dict[str, list[Any]]] = {}

    def set_locks(self, locks: Sequence[Lock]) -> None:
        """There are other locks now."""
        self._locks = locks

    def take(self, samples: dict[str, ResourceSample]) -> None:
        """New figures."""
        self.samples = samples
        self.history.add(samples)

    def doing(self, row_id: str) -> str:
        """What is being done to a row; empty for nothing."""
        return self._doing.get(row_id, "")

    def set_doing(self, row_id: str, text: str) -> None:
        """Note what is done to a row; nothing more with an empty text."""
        if text:
            self._doing[row_id] = text
        else:
            self._doing.pop(row_id, None)

    def values_at(self, row_id: str, path: str) -> list[Any] | None:
        """What inspect says of a row at a path; None where that was not read."""
        return self._values.get(row_id, {}).get(path)

    def take_values(
        self, paths: Sequence[str], found: Mapping[str, Sequence[list[Any]]], row_ids: Collection[str]
    ) -> None:
        """What was read at these paths; of other rows than these nothing is kept."""
        self._values.update((row_id, dict(zip(paths, values, strict=True))) for row_id, values in found.items())
        if len(self._values) > len(row_ids):
            self._values = {row_id: values for row_id, values in self._values.items() if row_id in row_ids}

    def is_locked(self, labels: Mapping[str, str]) -> bool:
        """Whether a lock of the operator's is about a container with these labels."""
        return level_of(labels, self._locks) != "none"

    def toggle_cpu_scale(self) -> bool:
        """CPU as a share of one core, or of all; whether it is of all now."""
        self.cpu_parts = (os.cpu_count() or 1) if self.cpu_parts == 1 else 1
        return self.cpu_parts > 1

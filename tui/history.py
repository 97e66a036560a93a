"""The figures of the last ten minutes, and charts of them in one row."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from core.model.snapshot import ResourceSample

KEPT: Final = 600
"""Samples a container: one a second."""
BLOCKS: Final = " ▁▂▃▄▅▆▇█"


class History:
    """Of those containers that are sampled; the others keep what they have until they are forgotten."""

    def __init__(self) -> None:
        self._samples: dict[str, deque[ResourceSample]] = {}

    def add(self, samples: Mapping[str, ResourceSample]) -> None:
        for container_id, sample in samples.items():
            self._samples.setdefault(container_id, deque(maxlen=KEPT)).append(sample)

    def keep_only(self, container_ids: Iterable[str]) -> None:
        """Forget containers that are gone."""
        kept = set(container_ids)
        self._samples = {known: samples for known, samples in self._samples.items() if known in kept}

    def last(self, container_id: str, count: int) -> list[ResourceSample]:
        """The last `count`, oldest first."""
        samples = self._samples.get(container_id, ())
        return list(islice(reversed(samples), count))[::-1]

    def of(self, container_id: str) -> tuple[ResourceSample, ...]:
        """Oldest first."""
        return tuple(self._samples.get(container_id, ()))


def columns(samples: Sequence[ResourceSample], width: int, figure: Callable[[ResourceSample], float]) -> list[float]:
    """A figure of all samples in `width` columns: one each as long as they have room, then the highest of several.

    Which ones make a column goes by the samples' clock: a peak stays what it is while it moves to the left.
    """
    if len(samples) <= width:
        return [figure(sample) for sample in samples]
    span = -(-len(samples) // max(1, width))
    highest: dict[int, float] = {}
    for sample in samples:
        place = int(sample.at) // span
        highest[place] = max(highest.get(place, 0.0), figure(sample))
    return list(highest.values())[-width:]


def sparkline(values: Iterable[float], width: int, top: float = 0.0) -> str:
    """The last `width` values as blocks; the highest is `top`, or the highest of them where that is more."""
    shown = list(values)[-width:]
    highest = max([top, *shown], default=0.0)
    if highest <= 0:
        return "▁" * len(shown)
    steps = len(BLOCKS) - 1
    return "".join(BLOCKS[max(1, min(steps, round(value / highest * steps)))] for value in shown)


def chart(values: Iterable[float], width: int, height: int, top: float = 0.0) -> list[str]:
    """The last `width` values as columns of blocks in `height` rows; the highest is `top`, or more where one is."""
    shown = list(values)[-width:]
    highest = max([top, *shown], default=0.0) or 1.0
    steps = len(BLOCKS) - 1
    levels = [max(1, round(value / highest * steps * height)) for value in shown]
    rows = []
    for row in range(height - 1, -1, -1):
        rows.append("".join(BLOCKS[max(0, min(steps, level - row * steps))] for level in levels).rjust(width))
    return rows

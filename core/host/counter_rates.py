"""How fast counters grow between two looks at them."""

from __future__ import annotations

import time


class CounterRates:
    """Of one set of counters, which are given in the same order at each look."""

    def __init__(self) -> None:
        self._before: tuple[float, tuple[int, ...]] | None = None

    def look(self, now: tuple[int, ...]) -> tuple[float, list[float]]:
        """When this is (seconds, monotonic), and what each has grown by since the look before, per second.

        0 at the first look, and where a counter went back.
        """
        at = time.monotonic()
        rates = [0.0] * len(now)
        if self._before is not None and at > self._before[0]:
            then, before = self._before
            rates = [max(0.0, (new - old) / (at - then)) for new, old in zip(now, before, strict=True)]
        self._before = (at, now)
        return at, rates

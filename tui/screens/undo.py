"""What can be taken back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from tui.step import Step

UNDO_SECONDS: Final = 30.0


class Undo:
    """What can be taken back, for half a minute."""

    def __init__(self) -> None:
        self._steps: tuple[Step, ...] = ()
        self._until = 0.0

    def offer(self, steps: Sequence[Step]) -> None:
        """Take these back where that is asked for; nothing, where there are none."""
        self._steps, self._until = tuple(steps), time.monotonic() + UNDO_SECONDS

    def take(self) -> tuple[Step, ...]:
        """Once."""
        steps, self._steps = self._steps, ()
        return steps if time.monotonic() < self._until else ()

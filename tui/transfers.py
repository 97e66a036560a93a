"""What goes on behind the list for a while: images that are pulled, pushed, loaded or saved, volumes as archives."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core.errors import EngineError
from core.model.snapshot import PullProgress
from tui.plain_text import size


@dataclass
class TransferJob:
    """One of them. `doing`: in words, as `pulling alpine`. A thread writes it, the screen reads it.

    `outcome`: behind the name, once it has ended without an error. `can_cancel`: whether `cancel` ends it. `made`: the
    id of the container that came of it.
    """

    doing: str
    can_cancel: bool = False
    cancel: threading.Event = field(default_factory=threading.Event)
    progress: PullProgress | None = None
    outcome: str = ""
    was_cancelled: bool = False
    made: str = ""
    error: EngineError | None = None
    ended: bool = False
    again: Callable[[], object] | None = None
    """Shows the dialog anew from which it was begun, with what was typed there."""

    def take(self, progress: PullProgress) -> None:
        """How far it is now."""
        self.progress = progress

    @property
    def percent(self) -> int:
        """0 while the whole is unknown."""
        if self.progress is None or not self.progress.total:
            return 0
        return min(100, self.progress.done * 100 // self.progress.total)

    @property
    def words(self) -> str:
        """What it does and how far it is, short."""
        if self.progress is None:
            return f"{self.doing} …"
        return f"{self.doing} {self.percent} %" if self.progress.total else f"{self.doing} {size(self.progress.done)}"


class Transfers:
    """Those of one run of the screen, with or without a dialog. Keys: what is transferred, as `pull alpine`."""

    def __init__(self) -> None:
        self._jobs: dict[str, TransferJob] = {}

    def begin(self, key: str, job: TransferJob) -> TransferJob:
        """Keep a new one, and forget those that have ended."""
        self._jobs = {known: one for known, one in self._jobs.items() if not one.ended}
        self._jobs[key] = job
        return job

    def under_way(self) -> list[tuple[str, TransferJob]]:
        """Those that go on."""
        return [(key, job) for key, job in self._jobs.items() if not job.ended]

    def failed_with(self, error: EngineError) -> TransferJob | None:
        """The one that this error has ended."""
        return next((job for job in self._jobs.values() if job.error is error), None)

    def notes(self) -> Iterable[str]:
        """A word for each that goes on."""
        return (job.words for _, job in self.under_way())

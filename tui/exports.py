"""The exports that are under way, with or without their dialog."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from core.model.snapshot import ExportProgress
from tui.languages import _
from tui.plain_text import size, span


@dataclass
class ExportJob:
    """One export. `cancel` ends it."""

    destination: Path
    cancel: threading.Event = field(default_factory=threading.Event)
    progress: ExportProgress | None = None

    @property
    def percent(self) -> int:
        """How far it is, by the estimate of the whole."""
        if self.progress is None:
            return 0
        return min(100, self.progress.done * 100 // max(1, self.progress.total))

    @property
    def words(self) -> str:
        """Done, rate and time left, in a line."""
        if self.progress is None:
            return _("beginning …")
        done, total, rate = self.progress.done, self.progress.total, self.progress.rate
        left = _(", {time} left").format(time=span((total - done) / rate)) if rate else ""
        return _("{done} of about {total}, {rate}/s{left}").format(
            done=size(done), total=size(total), rate=size(rate), left=left
        )


Exports = dict[str, ExportJob]
"""By the id of the container."""

"""What the screen itself costs this machine, measured from one look to the next."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from tui.languages import _
from tui.plain_text import size

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class OwnCost:
    """The figures of this process, and of those that keep its consoles."""

    def __init__(self) -> None:
        self.is_shown = False
        self._samples = 0
        self._looked_at = time.monotonic()
        self._used: dict[int, float] = {}

    def sampled(self, count: int) -> None:
        """So many figures of containers were read."""
        self._samples += count

    def look(self, keepers: Iterable[int], *, rows: int, dropped: int) -> str:
        """The words for what was used since the look before.

        `rows`: drawn on the screen. `dropped`: bytes of logs that nobody has read. CPU is in percent of one core;
        behind a plus stand the keepers'.
        """
        now = time.monotonic()
        seconds = max(now - self._looked_at, 1e-3)
        pids = list(keepers)
        own = os.times()
        used = {os.getpid(): own.user + own.system, **{pid: _cpu_seconds(pid) for pid in pids}}
        spent = {pid: 100 * (total - self._used.get(pid, total)) / seconds for pid, total in used.items()}
        text = (
            f"CPU {spent[os.getpid()]:.1f}{f'+{sum(spent[pid] for pid in pids):.1f}' if pids else ''} %  "
            f"{size(_resident(os.getpid()))}{f'+{size(sum(map(_resident, pids)))}' if pids else ''}  "
            + _("{samples} samples/s  {rows} rows  {size} of logs dropped").format(
                samples=f"{self._samples / seconds:.0f}", rows=rows, size=size(dropped)
            )
        )
        self._samples, self._looked_at, self._used = 0, now, used
        return text


def _cpu_seconds(pid: int) -> float:
    """CPU time of a process so far; 0 where it is gone."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _resident(pid: int) -> int:
    """Bytes of memory that a process has; 0 where it is gone."""
    try:
        return int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0

"""A processor of its own for each of many that start programs at once, as long as they do.

Programs of several threads that the kernel moves between processors have these tell each other of every change of their
memory. Where more are started than there are processors, nothing is gained by moving them: containers that stay where
they are take a fifteenth less time.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Final

from core.host.rootless import outside_user
from core.log import LOG

_CAP_SYS_NICE: Final = 23
"""capabilities(7): may say where processes of other users run."""


class ProcessorTurns:
    """The processors of this machine, for the threads of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users: dict[int | None, int] = {}

    @contextmanager
    def turn(self) -> Iterator[int | None]:
        """The processor that the fewest have; None while there is one for each."""
        allowed = os.sched_getaffinity(0)
        with self._lock:
            many = sum(self._users.values()) >= len(allowed) and can_be_undone(len(allowed))
            processor = min(allowed, key=lambda one: self._users.get(one, 0)) if many else None
            self._users[processor] = self._users.get(processor, 0) + 1
        try:
            yield processor
        finally:
            with self._lock:
                self._users[processor] -= 1


@contextmanager
def starting_on(processor: int | None) -> Iterator[None]:
    """What this thread starts meanwhile runs there alone, and all that comes of it; None for anywhere.

    To be told afterwards would be too late for what it has started itself by then.
    """
    if processor is None:
        yield
        return
    os.sched_setaffinity(0, {processor})
    try:
        yield
    finally:
        os.sched_setaffinity(0, _every_processor())


def let_run_anywhere(pid: int) -> None:
    """Free all threads of a process of the processor that it was kept on; nothing where it is gone."""
    seen: set[str] = set()
    with suppress(FileNotFoundError, ProcessLookupError):
        while new := set(os.listdir(f"/proc/{pid}/task")) - seen:
            seen |= new
            for thread in new:
                try:
                    os.sched_setaffinity(int(thread), _every_processor())
                except ProcessLookupError:
                    continue
                except OSError as error:
                    LOG.warning("thread %s of process %d can not be let run anywhere: %s", thread, pid, error)


def can_be_undone(allowed: int) -> bool:
    """Whether a process can be let go afterwards, and would then be as if nothing had been.

    Who may use only some of the processors (`allowed`) would free its containers of that.
    """
    return allowed == _online() and outside_user() is None and _may_bind_others()


@cache
def _online() -> int:
    return os.sysconf("SC_NPROCESSORS_ONLN")


@cache
def _every_processor() -> range:
    """Those that are not there yet, too, as for a process that was never bound."""
    return range(os.sysconf("SC_NPROCESSORS_CONF"))


@cache
def _may_bind_others() -> bool:
    with open("/proc/self/status") as file:
        effective = next((line.split()[1] for line in file if line.startswith("CapEff:")), "0")
    return bool(int(effective, 16) >> _CAP_SYS_NICE & 1)

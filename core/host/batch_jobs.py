"""Programs that are many at once and that nobody talks to, as the jobs of a batch (SCHED_BATCH, sched(7)).

Woken up, one of them does not take the processor from another, but waits for its turn: where a machine has more of them
than processors, all are done a tenth sooner.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from core.host.process_table import own_capabilities
from core.host.rootless import outside_user
from core.log import LOG

MANY: Final = 3
"""Programs at once from which it pays."""
_CAP_SYS_NICE: Final = 23
"""capabilities(7): may say how processes of other users are scheduled."""
_USUAL: Final = os.sched_param(0)
"""The priority that both kinds have to have; nice values stay what they are."""


@contextmanager
def starting_jobs(*, are_jobs: bool) -> Iterator[None]:
    """Whether what this thread starts meanwhile is of that kind, with all that comes of it, until `schedule_as_usual`.

    To be told afterwards would be too late for what it has started itself by then.
    """
    if not are_jobs or not _can_be_undone() or not _schedule_this_thread(os.SCHED_BATCH):
        yield
        return
    try:
        yield
    finally:
        _schedule_this_thread(os.SCHED_OTHER)


def schedule_as_usual(pid: int) -> None:
    """Make all threads of a job what programs usually are; nothing where it is gone.

    Who is himself scheduled in another way has started no jobs: what he starts is to be as he is.
    """
    if not _can_be_undone():
        return
    seen: set[str] = set()
    with suppress(FileNotFoundError, ProcessLookupError):
        while new := set(os.listdir(f"/proc/{pid}/task")) - seen:
            seen |= new
            for thread in new:
                try:
                    if os.sched_getscheduler(int(thread)) == os.SCHED_BATCH:
                        os.sched_setscheduler(int(thread), os.SCHED_OTHER, _USUAL)
                except ProcessLookupError:
                    continue
                except OSError as error:
                    LOG.warning("thread %s of process %d stays a batch job: %s", thread, pid, error)


def _schedule_this_thread(policy: int) -> bool:
    try:
        os.sched_setscheduler(0, policy, _USUAL)
    except OSError as error:
        # A filter of system calls may forbid what the capabilities allow.
        LOG.info("this machine lets nothing be scheduled in another way: %s", error)
        return False
    return True


def _can_be_undone() -> bool:
    """Whether this thread is scheduled as usual, and may have processes of any user scheduled so again."""
    return os.sched_getscheduler(0) == os.SCHED_OTHER and outside_user() is None and _may_schedule_others()


def _may_schedule_others() -> bool:
    return bool(own_capabilities("CapEff") >> _CAP_SYS_NICE & 1)

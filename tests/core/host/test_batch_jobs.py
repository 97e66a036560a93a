"""How programs that are started as jobs are scheduled, while they are and afterwards."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.host import batch_jobs
from core.host.batch_jobs import schedule_as_usual, starting_jobs

THREADS = """
import os, threading, time
for _ in range(3): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
child = os.fork()
print(child, flush=True)
time.sleep(60)
"""


class Program:
    """One with four threads, and a child."""

    def __init__(self, *, are_jobs: bool) -> None:
        with starting_jobs(are_jobs=are_jobs):
            self.process = subprocess.Popen(["python3", "-c", THREADS], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.child = int(self.process.stdout.readline())

    def policies(self) -> set[int]:
        threads = [int(one) for one in os.listdir(f"/proc/{self.process.pid}/task")]
        assert len(threads) == 4
        return {os.sched_getscheduler(thread) for thread in threads}


@pytest.fixture
def programs() -> Iterator[list[Program]]:
    made: list[Program] = []
    yield made
    for one in made:
        os.kill(one.child, 9)
        one.process.kill()
        one.process.wait()
        assert one.process.stdout is not None
        one.process.stdout.close()


def test_a_job_and_what_comes_of_it_are_of_a_batch_until_it_is_let_go(programs: list[Program]) -> None:
    programs.append(Program(are_jobs=True))
    assert programs[0].policies() == {os.SCHED_BATCH}
    assert os.sched_getscheduler(programs[0].child) == os.SCHED_BATCH
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
    schedule_as_usual(programs[0].process.pid)
    assert programs[0].policies() == {os.SCHED_OTHER}
    assert os.sched_getscheduler(programs[0].child) == os.SCHED_BATCH


def test_what_is_no_job_is_scheduled_as_usual(programs: list[Program]) -> None:
    programs.append(Program(are_jobs=False))
    assert programs[0].policies() == {os.SCHED_OTHER}


def test_what_an_operator_schedules_in_another_way_stays_so(programs: list[Program]) -> None:
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    try:
        programs.append(Program(are_jobs=True))
        schedule_as_usual(programs[0].process.pid)
        assert programs[0].policies() == {os.SCHED_BATCH}
        assert os.sched_getscheduler(0) == os.SCHED_BATCH
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    os.sched_setscheduler(programs[0].process.pid, os.SCHED_IDLE, os.sched_param(0))
    schedule_as_usual(programs[0].process.pid)
    assert programs[0].policies() == {os.SCHED_OTHER, os.SCHED_IDLE}


def test_its_nice_value_stays(programs: list[Program]) -> None:
    with starting_jobs(are_jobs=True):
        process = subprocess.Popen(["nice", "-n", "7", "sleep", "60"])
    while Path(f"/proc/{process.pid}/comm").read_text() != "sleep\n":
        pass
    schedule_as_usual(process.pid)
    nice = os.getpriority(os.PRIO_PROCESS, process.pid) - os.getpriority(os.PRIO_PROCESS, 0)
    process.kill()
    process.wait()
    assert nice == 7


def test_the_thread_is_as_before_whatever_happens() -> None:
    with pytest.raises(ValueError, match="this"), starting_jobs(are_jobs=True):
        assert os.sched_getscheduler(0) == os.SCHED_BATCH
        raise ValueError("this")
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.mark.parametrize("lacks", ["the right", "the machine's own user", "the usual schedule"])
def test_nobody_is_made_what_he_could_stay(lacks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if lacks == "the right":
        monkeypatch.setattr(batch_jobs, "_may_schedule_others", lambda: False)
    elif lacks == "the machine's own user":
        monkeypatch.setattr(batch_jobs, "outside_user", lambda: (1000, 1000))
    else:
        monkeypatch.setattr(os, "sched_getscheduler", lambda pid: os.SCHED_IDLE)
    monkeypatch.setattr(os, "sched_setscheduler", lambda *given: pytest.fail("it was changed"))
    with starting_jobs(are_jobs=True):
        pass


def test_a_filter_that_forbids_it_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*given: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refused)
    with starting_jobs(are_jobs=True):
        pass
    schedule_as_usual(os.getpid())
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_the_right_is_seen_in_the_kernels_own_words(tmp_path: Path) -> None:
    code = "from core.host.batch_jobs import _may_schedule_others as may; print(may())"
    for drop, expected in ((), "True"), (("--drop=cap_sys_nice",), "False"):
        argv = ["capsh", *drop, "--", "-c", f'exec python3 -c "{code}"']
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(__import__("sys").path)}
        told = subprocess.run(argv, check=True, capture_output=True, text=True, env=environment)
        assert told.stdout.strip() == expected


def test_one_that_is_gone_is_no_error() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    schedule_as_usual(process.pid)

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core.errors import TimedOut
from core.host.locks import FileLock, held_descriptors

REPOSITORY = Path(__file__).parents[3]
HOLD = """
import sys, time
from pathlib import Path
from core.host.locks import FileLock
with FileLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(1000)
"""


def test_excludes_within_a_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with FileLock(path):
        with pytest.raises(TimedOut):
            FileLock(path).acquire(timeout=0.05)
    FileLock(path).acquire(timeout=0)


def test_a_look_at_a_lock_leaves_it_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert FileLock(path).is_free() and not path.exists()
    with FileLock(path, shared=True):
        assert FileLock(path, shared=True).is_free() and not FileLock(path).is_free()
    assert FileLock(path).is_free()


def test_a_holder_that_is_killed_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, cwd=REPOSITORY)
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(TimedOut):
        FileLock(path).acquire(timeout=0)
    holder.kill()
    holder.communicate()
    lock = FileLock(path)
    lock.acquire(timeout=5)
    lock.release()


def test_what_inherits_a_lock_keeps_it_taken(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    before = held_descriptors()
    with FileLock(path):
        orphan = subprocess.Popen(["sleep", "1000"], pass_fds=held_descriptors())
    assert held_descriptors() == before
    try:
        with pytest.raises(TimedOut):
            FileLock(path).acquire(timeout=0.05)
    finally:
        orphan.kill()
        orphan.wait()
    FileLock(path).acquire(timeout=5)


@pytest.mark.parametrize("timeout", [None, 20.0])
def test_one_at_a_time_by_one_object(tmp_path: Path, timeout: float | None) -> None:
    """Threads that share the object, too, and whether or not the waiting is bounded."""
    lock = FileLock(tmp_path / "lock")
    inside = []
    most = []

    def work() -> None:
        for _ in range(50):
            lock.acquire(timeout)
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            lock.release()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(most) == 200 and max(most) == 1


def test_a_file_removed_by_its_holder_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = FileLock(path)
    first.acquire()
    second = FileLock(path)
    waiter = threading.Thread(target=second.acquire, daemon=True)
    waiter.start()
    time.sleep(0.1)
    path.unlink()
    first.release()
    waiter.join(5)
    with pytest.raises(TimedOut):
        FileLock(path).acquire(timeout=0)
    second.release()

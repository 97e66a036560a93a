from __future__ import annotations

import errno
import os
import threading
import time
from pathlib import Path

import pytest

from core.host.notices import IN_CREATE, IN_IGNORED, IN_MODIFY, IN_MOVED_TO, IN_Q_OVERFLOW, FileWatcher


def test_only_renames_of_a_folder(tmp_path: Path) -> None:
    with FileWatcher() as watcher:
        watcher.watch_renames(tmp_path)
        (tmp_path / "draft").write_text("x")
        assert not watcher.wait(0.05)
        (tmp_path / "draft").rename(tmp_path / "done é")
        assert watcher.wait(1)
        assert watcher.read() == [(tmp_path, "done é", IN_MOVED_TO)]
        assert watcher.read() == []


def test_several_in_one_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with FileWatcher() as watcher:
        watcher.watch(tmp_path, IN_CREATE)
        watcher.watch_file_changes(file)
        for number in range(20):
            (tmp_path / f"{number}{'x' * number}").touch()
        file.write_text("more")
        notices = watcher.read()
    created = [notice.name for notice in notices if notice.mask & IN_CREATE]
    assert created == [f"{number}{'x' * number}" for number in range(20)]
    assert any(notice.path == file and notice.mask & IN_MODIFY for notice in notices)


def test_a_touch_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with FileWatcher() as watcher:
        watcher.watch_file_changes(file)
        file.touch()
        assert watcher.wait(1)


def test_waiting_ends_with_the_event(tmp_path: Path) -> None:
    with FileWatcher() as watcher:
        watcher.watch(tmp_path, IN_CREATE)
        threading.Timer(0.1, (tmp_path / "new").touch).start()
        began = time.monotonic()
        assert watcher.wait(60)
        assert time.monotonic() - began < 5


def test_lost_notices_are_told(tmp_path: Path) -> None:
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    with FileWatcher() as watcher:
        watcher.watch(tmp_path, IN_CREATE)
        for number in range(limit + 10):
            (tmp_path / str(number)).symlink_to("/")
        masks = 0
        while notices := watcher.read():
            for notice in notices:
                masks |= notice.mask
    assert masks & IN_Q_OVERFLOW


def test_what_is_not_there(tmp_path: Path) -> None:
    with FileWatcher() as watcher:
        with pytest.raises(FileNotFoundError):
            watcher.watch_renames(tmp_path / "nothing")


def test_what_is_unwatched_or_gone_is_not_told_of(tmp_path: Path) -> None:
    kept, dropped, gone = (tmp_path / name for name in ("kept", "dropped", "gone"))
    with FileWatcher() as watcher:
        for file in (kept, dropped, gone):
            file.touch()
            watcher.watch(file, IN_MODIFY)
        watcher.unwatch(dropped)
        gone.unlink()
        dropped.write_text("x")
        kept.write_text("x")
        told = [(notice.path, notice.mask) for notice in watcher.read()]
        assert told == [(gone, IN_IGNORED), (kept, IN_MODIFY)]
        # A file in the same place is another one.
        gone.touch()
        watcher.unwatch(gone)
        watcher.watch(gone, IN_MODIFY)
        gone.write_text("x")
        assert [notice.path for notice in watcher.read()] == [gone]


def test_who_waits_is_woken() -> None:
    with FileWatcher() as watcher:
        woken: list[bool] = []
        waiting = threading.Thread(target=lambda: woken.append(watcher.wait()))
        waiting.start()
        watcher.wake()
        waiting.join(20)
        assert woken == [False]
        assert not watcher.wait()


def test_one_that_can_not_be_made_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> int:
        raise OSError(errno.EMFILE, "too many open files")

    monkeypatch.setattr(os, "eventfd", refuse)
    before = os.listdir("/proc/self/fd")
    with pytest.raises(OSError, match="too many"):
        FileWatcher()
    assert os.listdir("/proc/self/fd") == before

"""Being told that containers of other engines changed: by inotify, by pidfd and, on version 1, by the freezers."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.events import Event, EventBus, EventKind
from core.foreign.places import birthplaces, leads_to_root
from core.host.freezer import freezer_file
from core.host.notices import IN_CREATE, IN_DELETE, IN_MODIFY, IN_MOVED_TO, FileWatcher, Notice
from core.host.process_table import open_pidfd
from core.log import LOG
from core.model.foreign import ForeignContainer
from core.model.state import Status

FREEZER_INTERVAL: Final = 0.2
"""Seconds between two looks at the freezers: version 1 has no notice of a freeze."""
GATHER: Final = 0.05
"""Seconds in which changes are gathered: a runtime writes several files for one."""
_ENTRIES: Final = IN_CREATE | IN_DELETE | IN_MOVED_TO


class ForeignWatcher:
    """A thread that waits for a change and publishes one event for it.

    Each round sets its watches anew and compares what it sees then with what was there before, so that nothing is
    missed between two rounds and no watch outlives its folder.
    """

    def __init__(
        self,
        bus: EventBus,
        roots: Callable[[], list[Path]],
        lists: Callable[[], list[Path]],
        read: Callable[[], list[ForeignContainer]],
    ) -> None:
        self._bus = bus
        self._roots = roots
        self._lists = lists
        self._read = read
        self._birthplaces: set[Path] = set()
        self._stop, self._wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._thread = threading.Thread(target=self._run, name="wharfinger-foreign", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        os.write(self._wake, b"\0")
        if self._thread.is_alive():
            self._thread.join()
        os.close(self._stop)
        os.close(self._wake)

    def _run(self) -> None:
        shown: list[ForeignContainer] | None = None
        while True:
            try:
                with FileWatcher() as notices, _pidfds() as ends:
                    pictures = self._watch_all(notices, ends)
                    if shown is not None and pictures != shown:
                        self._bus.publish(Event(kind=EventKind.FOREIGN, time=time.time()))
                    shown = pictures
                    if not self._wait(notices, ends, pictures):
                        return
            except OSError:
                LOG.exception("the watcher of other engines goes on after an error")
            if self._stopped(GATHER):
                return

    def _watch_all(self, notices: FileWatcher, ends: list[int]) -> list[ForeignContainer]:
        """Set the watches, then read: what changes in between is told."""
        roots = self._roots()
        self._birthplaces = set(birthplaces()) - set(roots)
        folders = [folder for root in roots for folder in (root, *_below(root))]
        for place in self._lists():
            with contextlib.suppress(OSError):
                notices.watch(place, _ENTRIES if place.is_dir() else IN_MODIFY)
        for folder in (*self._birthplaces, *folders):
            with contextlib.suppress(OSError):
                notices.watch(folder, _ENTRIES)
        pictures = self._read()
        for picture in pictures:
            if not picture.pid:
                continue
            descriptor = open_pidfd(picture.pid)
            if descriptor is not None:
                ends.append(descriptor)
            if "freezer" not in picture.cgroup_paths and "" in picture.cgroup_paths:
                with contextlib.suppress(OSError):
                    notices.watch(Path(picture.cgroup_paths[""]) / "cgroup.events", IN_MODIFY)
        return pictures

    def _wait(self, notices: FileWatcher, ends: list[int], pictures: list[ForeignContainer]) -> bool:
        """Until something changed; False where the watcher is to stop."""
        poll = select.poll()
        for descriptor in (self._stop, notices.fileno(), *ends):
            poll.register(descriptor, select.POLLIN)
        with _freezers(pictures) as freezers:
            while True:
                ready = [descriptor for descriptor, _ in poll.poll(FREEZER_INTERVAL * 1000 if freezers else None)]
                if self._stop in ready:
                    return False
                if notices.fileno() in ready and not any(map(self._matters, notices.read())):
                    ready.remove(notices.fileno())
                if ready or any(_froze(descriptor) != paused for descriptor, paused in freezers):
                    return True

    def _matters(self, notice: Notice) -> bool:
        return notice.path not in self._birthplaces or leads_to_root(notice.path, notice.name)

    def _stopped(self, timeout: float) -> bool:
        return bool(select.select([self._stop], [], [], timeout)[0])


@contextmanager
def _pidfds() -> Iterator[list[int]]:
    """A list of descriptors that are closed at the end."""
    descriptors: list[int] = []
    try:
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


@contextmanager
def _freezers(pictures: list[ForeignContainer]) -> Iterator[list[tuple[int, bool]]]:
    """The open freezer file of each that runs under version 1, and whether it was paused."""
    with contextlib.ExitStack() as stack:
        freezers = []
        for picture in pictures:
            if picture.pid and "freezer" in picture.cgroup_paths:
                with contextlib.suppress(OSError):
                    descriptor = os.open(freezer_file(picture.cgroup_paths), os.O_RDONLY | os.O_CLOEXEC)
                    stack.callback(os.close, descriptor)
                    freezers.append((descriptor, picture.status is Status.PAUSED))
        yield freezers


def _froze(descriptor: int) -> bool:
    """What a freezer of version 1 says; a container that has gone is told by its pidfd."""
    try:
        return os.pread(descriptor, 16, 0) == b"FROZEN\n"
    except OSError:
        return False


def _below(root: Path) -> list[Path]:
    try:
        with os.scandir(root) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []

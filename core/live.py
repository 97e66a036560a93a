"""What changes without a call of ours: exits, freezes and the work of other processes, seen from files."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from core.errors import EngineError, NoSuchContainer
from core.health import HealthScheduler
from core.host.cgroup_reader import CgroupReader
from core.host.notices import IN_IGNORED, IN_MODIFY, FileWatcher
from core.host.process_reader import ProcessReader
from core.host.process_stat import process_start
from core.host.process_table import members_of_namespaces
from core.log import LOG
from core.model.config import ContainerRecord
from core.model.snapshot import ResourceSample
from core.model.state import Status
from core.operations.observe import LIVE_STATUSES
from core.operations.parts import EngineParts
from core.operations.rootless import has_cgroup

SHORTEST_INTERVAL: Final = 0.04
LONGEST_INTERVAL: Final = 0.25
"""Seconds between two looks at the freezers that the kernel gives no notice of, as those of version 1."""
LOOK_SHARE: Final = 0.001
"""Seconds of the interval for each of them: a look takes five microseconds, all take half a hundredth of a core."""
FULL_LOOK_INTERVAL: Final = 1.0
"""Seconds between two looks at all containers, and into the store, whether there was a notice or not."""


class CgroupReaders:
    """The kept-open cgroup files of the containers that run, one reader a container and run.

    Those that have no cgroup of their own have their processes counted.
    """

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts
        self._readers: dict[str, tuple[int, CgroupReader]] = {}
        self._uncontrolled: dict[str, tuple[int, ProcessReader]] = {}
        self._lock = threading.Lock()

    def samples(self, container_ids: Iterable[str]) -> dict[str, ResourceSample]:
        """A reading of each container that runs; the others are left out."""
        samples: dict[str, ResourceSample | None] = {}
        with self._lock:
            uncontrolled = []
            for record in self._records(container_ids):
                if has_cgroup(record):
                    reader = self._reader(record)
                    samples[record.id] = reader.sample() if reader is not None else None
                elif record.state.status in LIVE_STATUSES:
                    uncontrolled.append(record)
            members = members_of_namespaces([record.state.pid for record in uncontrolled])
            for record in uncontrolled:
                samples[record.id] = self._process_reader(record).sample(members[record.state.pid])
        return {container_id: sample for container_id, sample in samples.items() if sample is not None}

    def _frozen(self, record: ContainerRecord) -> bool | None:
        """Whether the container's cgroup is frozen; None where that can't be read."""
        if not has_cgroup(record):
            return False if process_start(record.state.pid) == record.state.pid_start else None
        reader = self._reader(record)
        if reader is None:
            return None
        try:
            return reader.frozen()
        except OSError:
            return None

    def differing(self, records: Iterable[ContainerRecord]) -> list[str]:
        """The ids of those that are frozen and not stored as paused, or the other way, or whose cgroup is gone."""
        with self._lock:
            return [
                record.id for record in records if self._frozen(record) is not (record.state.status is Status.PAUSED)
            ]

    def freeze_notices(self, records: Iterable[ContainerRecord]) -> dict[Path, ContainerRecord]:
        """The files that the kernel tells of when one of these is frozen or thawed; of version 1 there is none."""
        notices = {}
        with self._lock:
            for record in records:
                reader = self._reader(record) if has_cgroup(record) else None
                if reader is not None and reader.freeze_notice is not None:
                    notices[reader.freeze_notice] = record
        return notices

    def keep_only(self, container_ids: set[str]) -> None:
        """Close the files of all other containers."""
        with self._lock:
            for container_id in set(self._readers) - container_ids:
                self._readers.pop(container_id)[1].close()
            for container_id in set(self._uncontrolled) - container_ids:
                del self._uncontrolled[container_id]

    def close(self) -> None:
        self.keep_only(set())

    def _records(self, container_ids: Iterable[str]) -> list[ContainerRecord]:
        records = []
        for container_id in container_ids:
            with contextlib.suppress(NoSuchContainer):
                records.append(self._parts.store.get(container_id))
        return records

    def _process_reader(self, record: ContainerRecord) -> ProcessReader:
        pid = record.state.pid
        known = self._uncontrolled.get(record.id)
        if known is None or known[0] != pid:
            known = self._uncontrolled[record.id] = (pid, ProcessReader(pid))
        return known[1]

    def _reader(self, record: ContainerRecord) -> CgroupReader | None:
        pid = record.state.pid
        known = self._readers.get(record.id)
        if known is not None and known[0] == pid:
            return known[1]
        if known is not None:
            self._readers.pop(record.id)[1].close()
        if record.state.status not in LIVE_STATUSES:
            return None
        try:
            seen = self._parts.runtime.observe(record.id)
            reader = CgroupReader(seen.cgroup_paths, pid)
        except (EngineError, OSError):
            return None
        self._readers[record.id] = (pid, reader)
        return reader


class LiveWatcher:
    """A thread that turns what happens on disk into stored states and events on the bus.

    `refresh` is called with the id of a container that has to be looked at; it takes the container's lock.
    """

    def __init__(self, parts: EngineParts, readers: CgroupReaders, refresh: Callable[[str], object]) -> None:
        self._parts = parts
        self._readers = readers
        self._refresh = refresh
        self._stop = threading.Event()
        self._sequence = parts.store.last_sequence()
        self._running: list[ContainerRecord] = []
        self._unnoticed: list[ContainerRecord] = []
        """Those of them whose freezers have to be looked at again and again."""
        self._freeze_notices: dict[Path, ContainerRecord] = {}
        self._health = HealthScheduler(parts)
        self._watcher = FileWatcher()
        self._watcher.watch_renames(parts.paths.exits)
        self._watcher.watch_file_changes(parts.paths.change_notice)
        self._thread = threading.Thread(target=self._run, name="wharfinger-live", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._watcher.wake()
        if self._thread.is_alive():
            self._thread.join()
        self._watcher.close()

    def _run(self) -> None:
        self._reload()
        self._look_at_all()
        looked = looked_at_all = time.monotonic()
        while not self._stop.is_set():
            try:
                interval = self._interval()
                if self._watcher.wait(interval):
                    self._take_notices()
                now = time.monotonic()
                if now - looked_at_all >= FULL_LOOK_INTERVAL:
                    self._look_at_all()
                    looked = looked_at_all = now
                elif now - looked >= interval:
                    self._look_for_differences(self._unnoticed)
                    self._health.run_due()
                    looked = now
            except (EngineError, OSError):
                LOG.exception("the live watcher goes on after an error")
                self._stop.wait(LONGEST_INTERVAL)

    def _interval(self) -> float:
        """Seconds until the next look, where nothing is noticed before."""
        if not self._unnoticed:
            return LONGEST_INTERVAL
        return min(LONGEST_INTERVAL, SHORTEST_INTERVAL + LOOK_SHARE * len(self._unnoticed))

    def _take_notices(self) -> None:
        frozen_or_thawed = []
        for notice in self._watcher.read():
            if notice.path == self._parts.paths.exits and "." not in notice.name:
                self._look_at(notice.name)
            elif (record := self._freeze_notices.get(notice.path)) is not None:
                frozen_or_thawed.append(record)
                if notice.mask & IN_IGNORED:
                    del self._freeze_notices[notice.path]
        self._look_for_differences(frozen_or_thawed)
        self._publish_new_events()

    def _publish_new_events(self) -> None:
        while batch := self._parts.store.events_after(self._sequence):
            self._sequence = batch[-1].sequence
            self._reload()
            for event in batch:
                self._parts.bus.publish(event)

    def _reload(self) -> None:
        records = list(self._parts.store.all())
        self._running = [
            record
            for record in records
            if record.state.status in (Status.RUNNING, Status.PAUSED) and record.state.intent is None
        ]
        self._watch_freezes()
        self._health.take(records)
        self._readers.keep_only({record.id for record in records if record.state.status in LIVE_STATUSES})

    def _watch_freezes(self) -> None:
        """Have the kernel tell of freezes and thaws, wherever it does."""
        before, self._freeze_notices = self._freeze_notices, {}
        wanted = self._readers.freeze_notices(self._running)
        for file, record in before.items():
            if file not in wanted or wanted[file].state.pid != record.state.pid:
                # The cgroup of another run is another one, at the same place.
                self._watcher.unwatch(file)
        for file, record in wanted.items():
            try:
                if file not in before or before[file].state.pid != record.state.pid:
                    self._watcher.watch(file, IN_MODIFY)
            except OSError as error:
                LOG.info("no notice of freezes of container %s: %s", record.id, error)
            else:
                self._freeze_notices[file] = record
        noticed = {record.id for record in self._freeze_notices.values()}
        self._unnoticed = [record for record in self._running if record.id not in noticed]

    def _look_at_all(self) -> None:
        self._look_for_differences(self._running)
        self._publish_new_events()
        self._health.run_due()

    def _look_for_differences(self, records: Iterable[ContainerRecord]) -> None:
        """Freezes done by others, and containers whose end no exit file told."""
        if differing := self._readers.differing(records):
            for container_id in differing:
                self._look_at(container_id)
            self._publish_new_events()

    def _look_at(self, container_id: str) -> None:
        try:
            self._refresh(container_id)
        except NoSuchContainer:
            return
        except EngineError as error:
            LOG.warning("container %s could not be looked at: %s", container_id, error)

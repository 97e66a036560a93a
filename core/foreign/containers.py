"""The containers of other engines, as a list and by name."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from core.errors import AmbiguousName, NoSuchContainer
from core.foreign.containerd import ContainersWithoutTask, known_databases
from core.foreign.docker import CONTAINERS, stored_by_docker
from core.foreign.handle import ForeignHandle
from core.foreign.places import announced_roots, known_roots
from core.foreign.podman import PodmanRecords
from core.foreign.sight import Sight, damaged
from core.foreign.state_files import DamagedState
from core.foreign.stored import StoredContainers, known_lists
from core.foreign.watcher import ForeignWatcher
from core.host.cgroup_reader import CgroupReader
from core.model.foreign import ForeignContainer
from core.model.snapshot import ResourceSample
from core.operations.parts import EngineParts

_ID: Final = re.compile(r"[\w+.-]{1,1024}", re.ASCII)
"""What runc and crun take for an id."""

_ANNOUNCED_FOR: Final = 1.0
"""Seconds that the roots which monitors name are taken as known."""


class Foreign:
    """The containers of podman, CRI-O, containerd, Docker and of the runtimes alone on this machine.

    They are found by the files of their runtimes, those that do not run by the lists that their keepers have, and never
    removed or cleaned up. No process is started to look. All methods may be called from any thread.
    """

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts
        self._sights: dict[str, tuple[tuple[int, int, int], Sight]] = {}
        self._pictures: dict[str, ForeignContainer] = {}
        self._readers: dict[str, tuple[int, CgroupReader]] = {}
        self._announced: tuple[float, list[Path]] | None = None
        self._opened: tuple[float, list[Path]] | None = None
        self._lock = threading.Lock()
        self._watcher: ForeignWatcher | None = None
        self._stored = StoredContainers()
        self._podman = PodmanRecords()
        self._without_task = ContainersWithoutTask()

    def containers(self) -> list[ForeignContainer]:
        """All of them, by keeper and name. One whose state is damaged is listed as unknown, with its error."""
        with self._lock:
            pictures = [picture for root in self._roots() for picture in self._look_at(root)]
            pictures += self._at_rest({picture.id for picture in pictures})
            pictures = self._podman.told(pictures)
            pictures.sort(key=lambda picture: (picture.keeper, picture.name, picture.key))
            self._pictures = {picture.key: picture for picture in pictures}
            for gone in self._sights.keys() - self._pictures.keys():
                del self._sights[gone]
            for gone in self._readers.keys() - self._pictures.keys():
                self._readers.pop(gone)[1].close()
            return pictures

    def lookup(self, text: str) -> ForeignHandle:
        """The container with this key, name, `KEEPER:NAME`, id or unique prefix of an id.

        Raises `NoSuchContainer`, `AmbiguousName`.
        """
        pictures = self.containers()
        for fits in (
            [picture for picture in pictures if text in (picture.key, picture.id)],
            [picture for picture in pictures if text in (picture.name, picture.full_name)],
            [picture for picture in pictures if text and picture.id.startswith(text)],
        ):
            if len(fits) > 1:
                raise AmbiguousName(
                    f'"{text}" means several containers of other engines',
                    hint=f"use one of: {', '.join(picture.full_name for picture in fits)}, or a whole id",
                )
            if fits:
                return ForeignHandle(self._parts, fits[0])
        raise NoSuchContainer(
            f'no container of another engine with name or id "{text}"', hint="wharf foreign ls lists them"
        )

    def whose(self, text: str) -> str:
        """A hint for who looks for `text` among our own: whose container it is; empty where it is nobody's."""
        try:
            picture = self.lookup(text).picture
        except AmbiguousName:
            return "containers of other engines have this name: see wharf foreign ls"
        except NoSuchContainer:
            return ""
        return f"it belongs to {picture.keeper}: use {picture.keepers_command}, or wharf foreign"

    def samples(self, keys: Iterable[str]) -> dict[str, ResourceSample]:
        """CPU, memory and PIDs of those that ran when the list was read last, from cgroup files that stay open."""
        samples = {}
        with self._lock:
            for key in keys:
                picture = self._pictures.get(key)
                reader = self._reader(picture) if picture is not None and picture.pid else None
                sample = reader.sample() if reader is not None else None
                if sample is not None:
                    samples[key] = sample
        return samples

    def watch(self) -> None:
        """Publish `EventKind.FOREIGN` on the engine's bus from now on whenever the list has to be read anew."""
        with self._lock:
            if self._watcher is None:
                self._watcher = ForeignWatcher(self._parts.bus, self._roots, self._written, self.containers)
                self._watcher.start()

    def close(self) -> None:
        """Stop watching and close the files."""
        if self._watcher is not None:
            self._watcher.close()
        with self._lock:
            self._watcher = None
            for _, reader in self._readers.values():
                reader.close()
            self._readers.clear()

    def _roots(self) -> list[Path]:
        settings = self._parts.settings
        roots = [Path(root) for root in settings.foreign_roots]
        if settings.discover_foreign:
            roots += [*known_roots(), *self._announced_roots()]
        own = os.path.realpath(self._parts.paths.runtime_root)
        places = {os.path.realpath(root): root for root in roots}
        return [Path(place) for place in places if place != own]

    def _at_rest(self, known: Collection[str]) -> list[ForeignContainer]:
        """Those that their keeper has in a list, and of which no runtime knows."""
        listed = self._stored.pictures(self._lists())
        if self._parts.settings.discover_foreign:
            listed += self._without_task.pictures(self._databases())
            listed += stored_by_docker()
        return [picture for picture in listed if picture.id not in known]

    def _lists(self) -> list[Path]:
        settings = self._parts.settings
        return known_lists(settings.additional_image_stores) if settings.discover_foreign else []

    def _written(self) -> list[Path]:
        """What changes when there is another list of those that do not run: folders, and files."""
        found = self._lists()
        return [*found, *self._databases(), CONTAINERS] if self._parts.settings.discover_foreign else found

    def _databases(self) -> list[Path]:
        """As `_announced_roots`."""
        now = time.monotonic()
        if self._opened is None or now - self._opened[0] > _ANNOUNCED_FOR:
            self._opened = (now, known_databases())
        return self._opened[1]

    def _announced_roots(self) -> list[Path]:
        """All processes are looked through for them: not for each of several readings at once."""
        now = time.monotonic()
        if self._announced is None or now - self._announced[0] > _ANNOUNCED_FOR:
            self._announced = (now, list(announced_roots()))
        return self._announced[1]

    def _look_at(self, root: Path) -> list[ForeignContainer]:
        pictures = []
        with contextlib.suppress(OSError), os.scandir(root) as entries:
            for entry in entries:
                if _ID.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                    with contextlib.suppress(OSError):
                        pictures.append(self._picture(entry.path))
        return pictures

    def _picture(self, place: str) -> ForeignContainer:
        """Raises OSError where the container is gone, or only about to be."""
        signature = _signature(place)
        known = self._sights.get(place)
        try:
            if known is None or known[0] != signature:
                known = (signature, Sight(Path(place)))
                self._sights[place] = known
            return known[1].picture()
        except DamagedState as error:
            return damaged(Path(place), error)

    def _reader(self, picture: ForeignContainer) -> CgroupReader | None:
        known = self._readers.get(picture.key)
        if known is not None and known[0] == picture.pid:
            return known[1]
        if known is not None:
            self._readers.pop(picture.key)[1].close()
        try:
            reader = CgroupReader(picture.cgroup_paths, picture.pid)
        except OSError:
            return None
        self._readers[picture.key] = (picture.pid, reader)
        return reader


def _signature(folder: str) -> tuple[int, int, int]:
    """What changes when the runtime writes its state anew. Raises OSError where there is none."""
    for name in ("state.json", "status"):
        with contextlib.suppress(FileNotFoundError):
            status = os.stat(f"{folder}/{name}")
            return status.st_ino, status.st_mtime_ns, status.st_size
    raise FileNotFoundError(folder)

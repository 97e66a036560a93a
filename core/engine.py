"""The engine: the containers and images of one root directory, for any number of equal clients at once."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec

from core.container import Container
from core.errors import EngineError, InvalidArgument, NoSuchContainer, PermissionDenied, TimedOut
from core.events import Event, Subscription
from core.host.files import make_private_directory
from core.host.installation import own_command
from core.host.processes import find_program, run
from core.log import LOG
from core.model.config import ContainerRecord
from core.model.options import DEFAULT_IMPORT, DEFAULT_RESTORE, CreateOptions, ImportOptions, RestoreOptions
from core.model.snapshot import ContainerSnapshot, ResourceSample
from core.model.state import Status
from core.operations.observe import observed_state
from core.operations.parts import EngineParts
from core.operations.snapshot import snapshot_of
from core.paths import EnginePaths
from core.recovery import recover
from core.settings import DEFAULT_HOOKS_DIRS, Settings
from core.store.sqlite import open_database
from core.version import VERSION

if TYPE_CHECKING:
    from core.foreign import Foreign
    from core.housekeeping import Housekeeping
    from core.images import Images
    from core.live import CgroupReaders, LiveWatcher
    from core.networks import Networks
    from core.pods import Pods
    from core.secrets import Secrets
    from core.volumes import Volumes


class Engine:
    """Opens with `Engine.open`, closes with `close` or at the end of a `with` block.

    There is no daemon: every process that opens the same directories sees and changes the same containers. All methods
    may be called from any thread.
    """

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts
        self._foreign: Foreign | None = None
        self._live: LiveWatcher | None = None
        self._live_lock = threading.Lock()

    @classmethod
    def open(
        cls, paths: EnginePaths | None = None, settings: Settings | None = None, *, until_exit: bool = False
    ) -> Engine:
        """Open, making the directories (0700) where they are not there; after a reboot every container is refreshed.

        An ordinary user's program becomes root of namespaces of its own before: `core.host.rootless.enter`.
        `until_exit`: the process ends when it is done with the engine, and closes what it leaves open by that. Raises
        `PermissionDenied` for who is root of none, `InvalidArgument` for a path with a colon, `DatabaseDamaged`,
        `VersionMismatch`, `HostIncomplete`.
        """
        paths, settings = paths or EnginePaths(), settings or Settings()
        if os.geteuid() != 0:
            raise PermissionDenied("containers can only be worked as root", hint="run it with sudo")
        if not settings.exit_command:
            settings = msgspec.structs.replace(settings, exit_command=_exit_command(paths, settings))
        if ":" in f"{paths.root}{paths.run_root}":
            # conmon takes --log-path as DRIVER:PATH, and overlayfs its lower layers as PATH:PATH.
            raise InvalidArgument(
                "the root directories must not have a colon in their paths", hint="choose another path"
            )
        for needed in (settings.runtime, settings.monitor):
            # Told now, and not by the first verb that comes to need it.
            find_program(needed)
        _make_directories(paths)
        parts = EngineParts(paths, settings, open_database(paths.database, paths.change_notice, until_exit=until_exit))
        engine = cls(parts)
        recover(parts)
        if parts.store.objects("pod"):
            engine.pods.recover()
        return engine

    @property
    def paths(self) -> EnginePaths:
        return self._parts.paths

    @property
    def settings(self) -> Settings:
        return self._parts.settings

    # What few commands need is loaded by the first that asks for it.

    @cached_property
    def images(self) -> Images:
        """The images of this root, and of the additional stores."""
        from core.images import Images

        return Images(self._parts)

    @cached_property
    def pods(self) -> Pods:
        """The pods of this root."""
        from core.pods import Pods

        return Pods(self._parts)

    @cached_property
    def housekeeping(self) -> Housekeeping:
        """What takes room, and giving back what nothing uses."""
        from core.housekeeping import Housekeeping

        return Housekeeping(self._parts, self.images, self.volumes, self.networks, self.pods)

    @cached_property
    def volumes(self) -> Volumes:
        """The volumes of this root."""
        from core.volumes import Volumes

        return Volumes(self._parts)

    @cached_property
    def networks(self) -> Networks:
        """The networks of this root, and how containers are connected to them."""
        from core.networks import Networks

        return Networks(self._parts)

    @cached_property
    def secrets(self) -> Secrets:
        """The secrets of this root."""
        from core.secrets import Secrets

        return Secrets(self._parts)

    @cached_property
    def _readers(self) -> CgroupReaders:
        from core.live import CgroupReaders

        return CgroupReaders(self._parts)

    @property
    def foreign(self) -> Foreign:
        """The containers of other engines on this machine."""
        from core.foreign import Foreign

        with self._live_lock:
            if self._foreign is None:
                self._foreign = Foreign(self._parts)
            return self._foreign

    def close(self) -> None:
        """Stop watching and close the files. Containers go on."""
        with self._live_lock:
            if self._live is not None:
                self._live.close()
                self._live = None
        if self._foreign is not None:
            self._foreign.close()
        self._parts.bus.close()
        if "_readers" in self.__dict__:
            self._readers.close()
        self._parts.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def create(self, options: CreateOptions) -> Container:
        """Make a container; it is configured then.

        Raises `InvalidArgument`, `NoSuchImage`, `AmbiguousName`, `NameInUse`, `StorageFailed`.
        """
        from core.operations.create import create

        return Container(self._parts, create(self._parts, options))

    def lookup(self, name_or_id: str) -> Container:
        """The container with this name, id or unique prefix of an id. Raises `NoSuchContainer`, `AmbiguousName`.

        The hint of an error is looked for among all other engines: who expects that there is none asks `find`.
        """
        try:
            return Container(self._parts, self._parts.store.resolve(name_or_id))
        except NoSuchContainer as error:
            error.hint = self.foreign.whose(name_or_id) or error.hint
            raise

    def find(self, name_or_id: str) -> Container | None:
        """As `lookup`; None where there is none. Raises `AmbiguousName`."""
        try:
            return Container(self._parts, self._parts.store.resolve(name_or_id))
        except NoSuchContainer:
            return None

    def containers(self) -> list[ContainerSnapshot]:
        """All containers in the order of their creation, as they are now. Asks files only; starts no process."""
        pictures = []
        for record in self._parts.store.all():
            if self._is_as_stored(record):
                pictures.append(snapshot_of(self._parts, record))
            else:
                try:
                    pictures.append(self._settled(record.id))
                except NoSuchContainer:
                    continue
                except EngineError as error:
                    # One that can not be looked at hides no other.
                    LOG.warning("container %s could not be looked at: %s", record.id, error)
                    pictures.append(snapshot_of(self._parts, record))
        return pictures

    def containers_as_stored(self) -> list[ContainerSnapshot] | None:
        """As `containers`, but None where one of them is not as it is stored: to settle that may take a while."""
        pictures = []
        for record in self._parts.store.all():
            if not self._is_as_stored(record):
                return None
            pictures.append(snapshot_of(self._parts, record))
        return pictures

    def _is_as_stored(self, record: ContainerRecord) -> bool:
        return record.state.intent is None and observed_state(self._parts, record) == record.state

    def snapshot(self, container_id: str) -> ContainerSnapshot:
        """One container, as it is now. Raises `NoSuchContainer`."""
        return self._settled(container_id)

    def import_checkpoint(
        self, archive: Path, wanted: ImportOptions = DEFAULT_IMPORT, options: RestoreOptions = DEFAULT_RESTORE
    ) -> Container:
        """Make the container that an archive of a checkpoint is of, and take its processes up again.

        Raises what `Container.restore` raises, `DamagedArchive`, `NameInUse`, `NoSuchImage`, `InvalidArgument`; then
        nothing is left of it.
        """
        from core.operations.checkpoint import require_criu
        from core.operations.checkpoint_import import import_checkpoint

        require_criu()
        container = Container(self._parts, import_checkpoint(self._parts, archive, wanted))
        try:
            container.restore(options)
        except EngineError:
            container.remove(force=True, volumes=True)
            raise
        return container

    def import_checkpoint_image(
        self, name_or_id: str, wanted: ImportOptions = DEFAULT_IMPORT, options: RestoreOptions = DEFAULT_RESTORE
    ) -> Container:
        """As `import_checkpoint`, of an image that was made of a checkpoint."""
        was_mounted = self.images.find(name_or_id).id in self.images.mounted()
        try:
            return self.import_checkpoint(self.images.mount(name_or_id), wanted, options)
        finally:
            if not was_mounted:
                self.images.unmount(name_or_id)

    def samples(self, container_ids: Iterable[str]) -> dict[str, ResourceSample]:
        """CPU, memory and PIDs of those that run, from cgroup files that stay open."""
        return self._readers.samples(container_ids)

    def subscribe(self) -> Subscription:
        """Events of this and of other processes from now on. Starts the watching thread at the first call."""
        subscription = self._parts.bus.subscribe()
        with self._live_lock:
            if self._live is None:
                from core.live import LiveWatcher

                self._live = LiveWatcher(self._parts, self._readers, self._settled)
                self._live.start()
        return subscription

    def past_events(self, after: int = 0) -> list[Event]:
        """What the journal has kept, oldest first; of a sequence higher than `after`."""
        events: list[Event] = []
        while batch := self._parts.store.events_after(events[-1].sequence if events else after):
            events += batch
        return events

    def last_sequence(self) -> int:
        """The sequence of the newest event, 0 where there is none."""
        return self._parts.store.last_sequence()

    def version(self) -> dict[str, str]:
        """Versions of the engine and of the programs that it calls."""
        return versions(self.settings)

    def info(self) -> dict[str, object]:
        """The host, the store and how many containers are in which state."""
        from core.operations.rootless import is_rootless

        pictures = self.containers()
        counts = {str(status): sum(1 for p in pictures if p.status is status) for status in Status}
        return {
            "host": {
                "hostname": os.uname().nodename,
                "kernel": os.uname().release,
                "rootless": is_rootless(),
                "arch": os.uname().machine,
                "cpus": os.cpu_count() or 1,
                "memTotal": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
                "cgroupVersion": "v2" if Path("/sys/fs/cgroup/cgroup.controllers").exists() else "v1",
                "ociRuntime": {"path": self._parts.runtime.path, "version": self._parts.runtime.version()},
                "conmon": {"path": find_program(self.settings.monitor)},
            },
            "store": {
                "root": str(self.paths.root),
                "runRoot": str(self.paths.run_root),
                "graphRoot": str(self.paths.storage_root),
                "additionalImageStores": list(self.settings.additional_image_stores),
                "containers": {"number": len(pictures), **counts},
                "images": {"number": len(self.images.all())},
            },
            "version": self.version(),
        }

    def _settled(self, container_id: str) -> ContainerSnapshot:
        """A container looked at under its lock, or as stored where somebody works on it just now."""
        container = Container(self._parts, container_id)
        try:
            with container.hold(patience=0) as held:
                return snapshot_of(self._parts, held.record)
        except TimedOut:
            return container.snapshot()


def _exit_command(paths: EnginePaths, settings: Settings) -> tuple[str, ...]:
    """What conmon runs at the end: the command line of this very installation, on these directories."""
    options = ("--root", str(paths.root), "--runroot", str(paths.run_root), "--runtime", settings.runtime)
    of_hooks = settings.hooks_dirs if settings.hooks_dirs != DEFAULT_HOOKS_DIRS else ()
    return (*own_command(), *options, *(f"--hooks-dir={folder}" for folder in of_hooks))


def _make_directories(paths: EnginePaths) -> None:
    try:
        own = (paths.root, paths.run_root, paths.containers, paths.runtime_root, paths.exits, paths.locks)
        for folder in (*own, paths.volume_locks):
            make_private_directory(folder)
        paths.change_notice.touch(mode=0o600)
    except PermissionError as error:
        raise PermissionDenied(f"{error.filename} can not be written", hint="run it with sudo") from error
    except OSError as error:
        raise PermissionDenied(
            f"the directories of the engine can not be made: {error}", hint="choose others with --root and --runroot"
        ) from error


def versions(settings: Settings) -> dict[str, str]:
    """Versions of the engine and of the programs that it calls. Raises `HostIncomplete`."""
    programs = {
        "Runtime": settings.runtime,
        "Monitor": settings.monitor,
        "Storage": settings.storage,
        "Skopeo": settings.skopeo,
    }
    found = {name: _first_line([find_program(program), "--version"]) for name, program in programs.items()}
    return {"Version": VERSION, "Python": sys.version.split()[0], **found}


def _first_line(argv: Sequence[str]) -> str:
    lines = run(argv, timeout=10).stdout.decode(errors="replace").splitlines()
    return lines[0] if lines else ""

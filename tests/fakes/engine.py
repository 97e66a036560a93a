"""An engine in memory for the screen: it keeps the table of states, and can be slow, refuse or break when told to."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from core.console.log import LogLine, ReplayBegin
from core.errors import Cancelled, CopyFailed, NoSuchContainer
from core.events import Event, EventBus, EventKind, Subscription
from core.model.config import ContainerConfig, ProcessConfig, ResourceLimits
from core.model.content import ChangeKind, CommitOptions, FileChange
from core.model.files import FileEntry, FilePiece, TreeSize
from core.model.health import HealthReport, HealthResult
from core.model.limits import LimitChanges
from core.model.options import CheckpointOptions, CreateOptions, ExecOptions, RestoreOptions
from core.model.snapshot import ContainerSnapshot, ExportProgress, ProcessEntry, ResourceSample
from core.model.state import Status, Verb, require
from core.paths import EnginePaths
from core.settings import Settings
from core.storage.tar_output import Compression
from tests.fakes.housekeeping import FakeHousekeeping, FakeSecrets
from tests.fakes.images import FakeImages
from tests.fakes.resources import FakeForeign, FakeNetworks, FakePods, FakeVolumes

PATIENCE = 10.0
"""Seconds after which a held verb goes on by itself, so that a failed test ends."""


def fake_id(number: int) -> str:
    """The id of the container that was added as this one, from 0 on."""
    return f"{number + 1:064x}"[::-1]


class FakeConsole:
    """What `attach` gives; the monitor's end is kept by the container as `monitor`."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def fileno(self) -> int:
        return self._end.fileno()

    def close(self) -> None:
        self._end.close()


class FakeSession:
    """What `exec` gives: a shell of the host in place of the container's."""

    argv = ("/bin/sh", "-c", "PS1='ready> ' exec /bin/sh")

    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


class FakeContainer:
    """A container that does what its state allows, at once unless its verb is held."""

    def __init__(self, engine: FakeEngine, shown: ContainerSnapshot) -> None:
        self._engine = engine
        self.shown = shown
        self.id = shown.id
        self.lines: list[LogLine] = []
        self.monitor: socket.socket | None = None
        self.sessions: list[FakeSession] = []
        self.folders: dict[str, list[FileEntry]] = {}
        self.facts: dict[str, object] = {}
        """What inspect says beside what it says of every one."""

    @property
    def name(self) -> str:
        return self.snapshot().name

    @property
    def config(self) -> ContainerConfig:
        process = ProcessConfig(args=self.shown.command, terminal=self.shown.terminal)
        return ContainerConfig(id=self.id, created_at=self.shown.created_at, process=process)

    def snapshot(self) -> ContainerSnapshot:
        self._engine.lookup(self.id)
        return self.shown

    def start(self) -> None:
        self._do(Verb.START)
        self.become(EventKind.START, status=Status.RUNNING, started_at=time.time(), pid=4711)

    def stop(self, timeout: int | None = None, progress: Callable[[float], None] | None = None) -> None:
        self._do(Verb.STOP, told=progress)
        self.become(EventKind.DIED, status=Status.EXITED, exit_code=0, finished_at=time.time(), pid=0)

    def restart(self, timeout: int | None = None, progress: Callable[[float], None] | None = None) -> None:
        self._do(Verb.RESTART, told=progress)
        self.become(EventKind.START, status=Status.RUNNING, started_at=time.time(), pid=4712)

    def pause(self) -> None:
        self._do(Verb.PAUSE)
        self.become(EventKind.PAUSE, status=Status.PAUSED)

    def unpause(self) -> None:
        self._do(Verb.UNPAUSE)
        self.become(EventKind.UNPAUSE, status=Status.RUNNING)

    def check_health(self) -> HealthResult:
        self._do(Verb.EXEC, "health check")
        now = time.time()
        return HealthResult(started_at=now, finished_at=now, exit_code=1, output="no answer\n")

    def kill(self, signal: int | str = "KILL") -> None:
        self._do(Verb.KILL, signal)
        if signal == "KILL":
            self.become(EventKind.DIED, status=Status.EXITED, exit_code=137, finished_at=time.time(), pid=0)

    def rename(self, new_name: str) -> None:
        self._engine.calls.append(("rename", self.shown.name, new_name))
        self.become(EventKind.RENAME, name=new_name)

    def init(self) -> None:
        self._do(Verb.INIT)

    def checkpoint(self, options: CheckpointOptions) -> None:
        self._do(Verb.CHECKPOINT, options)

    def restore(self, options: RestoreOptions) -> None:
        self._do(Verb.RESTORE, options)

    def update(self, changes: LimitChanges) -> None:
        self._do(Verb.UPDATE, changes)

    def remove(self, force: bool = False) -> None:
        self._do(Verb.FORCE_REMOVE if force else Verb.REMOVE)
        self._engine.take_away(self.shown.name)

    def diff(self) -> list[FileChange]:
        self._do(Verb.DIFF)
        return [FileChange("/etc/\x1b[2Jnew", ChangeKind.ADDED)]

    def commit(self, options: CommitOptions) -> str:
        self._do(Verb.COMMIT, options)
        return "5" * 64

    def top(self) -> list[ProcessEntry]:
        return [
            ProcessEntry(
                pid=4711, parent=1, user="root", state="S", cpu_time=61.0, memory=3 << 20, command="sh \x1b[2J"
            )
        ]

    def health_report(self) -> HealthReport:
        result = HealthResult(started_at=1e9, finished_at=1e9 + 0.25, exit_code=1, output="no answer\n")
        return HealthReport(health=self.shown.health, results=(result,), due_at=1e9 + 30)

    def list_files(self, path: str) -> list[FileEntry]:
        if path not in self.folders:
            raise CopyFailed(f"{path} on container {self.name} can not be read: permission denied")
        return self.folders[path]

    def read_file(self, path: str, offset: int = 0, length: int = 1 << 18) -> FilePiece:
        self._engine.tried("read file", self.name)
        return FilePiece(content=b"first\x1b[2J\nsecond\n", offset=0, size=14)

    def measure_files(self, path: str, cancel: threading.Event | None = None) -> TreeSize:
        return TreeSize(size=3 << 20, used=3 << 20, files=2)

    def copy_out(self, source: str, destination: str) -> None:
        self._do(Verb.COPY, source, destination)

    def copy_in(self, source: str, destination: str) -> None:
        self._do(Verb.COPY, source, destination)

    def mount(self) -> Path:
        self._do(Verb.MOUNT)
        self.become(EventKind.MOUNT, mount_point=f"/mnt/{self.id[:12]}")
        return Path(self.shown.mount_point)

    def unmount(self, force: bool = False) -> bool:
        self._do(Verb.UNMOUNT)
        self.become(EventKind.UNMOUNT, mount_point="")
        return True

    def export(
        self,
        destination: Path | int,
        *,
        compression: Compression = "none",
        overwrite: bool = False,
        progress: Callable[[ExportProgress], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> int:
        if progress is not None:
            progress(ExportProgress(done=250 << 20, total=1000 << 20, rate=float(50 << 20)))
        self._do(Verb.EXPORT, str(destination), compression, overwrite, cancel=cancel)
        if cancel is not None and cancel.is_set():
            raise Cancelled("the export was cancelled")
        return 1000 << 20

    def inspect(self) -> dict[str, object]:
        self._engine.tried("inspect", self.name)
        self._engine.inspected.append(self.name)
        return {"Id": self.id, "Name": self.shown.name, "State": {"Status": str(self.shown.status)}, **self.facts}

    def print(self, *lines: bytes, stream: str = "stdout", partial: bool = False) -> None:
        """Have the container print whole lines, or pieces of one: into its log, too."""
        self.lines += [LogLine(time.time(), stream, line, partial) for line in lines]
        path = Path(self.shown.log_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}000+00:00 {stream} {'P' if partial else 'F'} ".encode()
        with path.open("ab") as file:
            file.write(b"".join(head + line + b"\n" for line in lines))

    def logs(
        self,
        tail: int | None = None,
        since: float | None = None,
        follow: bool = False,
        stop: threading.Event | None = None,
    ) -> Iterator[LogLine]:
        self.snapshot()
        place = 0 if tail is None else max(0, len(self.lines) - tail)
        while True:
            while place < len(self.lines) and not (stop is not None and stop.is_set()):
                yield self.lines[place]
                place += 1
            if not follow or stop is None or self.shown.status is Status.EXITED or stop.wait(0.01):
                return

    def attach(self, detach_keys: str | None = None) -> FakeConsole:
        self._do(Verb.ATTACH)
        ours, self.monitor = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return FakeConsole(ours)

    def console_size(self) -> tuple[int, int] | None:
        return None

    def replay_begin(self, limit: int = 0) -> ReplayBegin:
        return ReplayBegin.WHOLE

    def replay(self, limit: int = 0) -> bytes:
        return b""

    def resize(self, columns: int, rows: int) -> None:
        self._engine.tried("resize", self.name)

    def wait(self, timeout: float | None = None) -> int:
        return self.shown.exit_code or 0

    def run_exec(self, options: ExecOptions, *, timeout: float | None = None) -> None:
        self._do(Verb.EXEC)

    def exec(self, options: ExecOptions) -> FakeSession:
        require(Verb.EXEC, self.shown.status, self.name, self.id)
        self.sessions.append(FakeSession())
        return self.sessions[-1]

    def become(self, kind: EventKind, **changed: object) -> None:
        """Change what is seen of it, and tell whoever listens."""
        self.shown = msgspec.structs.replace(self.shown, **changed)
        self._engine.tell(kind, self.id)

    def _do(
        self,
        verb: Verb,
        *given: object,
        told: Callable[[float], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> None:
        require(verb, self.snapshot().status, self.shown.name, self.id)
        self._engine.calls.append((str(verb), self.shown.name, *given))
        if told is not None:
            told(2.0)
        self._engine.tried(str(verb), self.shown.name, cancel)


class FakeEngine:
    """`failures`: what a verb raises, once. `held`: what a verb waits for. `calls`: verb, container, arguments."""

    def __init__(self, paths: EnginePaths) -> None:
        self.paths = paths
        self.settings = Settings()
        self.calls: list[tuple[object, ...]] = []
        self.failures: dict[str, Exception] = {}
        self.held: dict[str, threading.Event] = {}
        self.sampled: list[tuple[str, ...]] = []
        self.inspected: list[str] = []
        self._containers: dict[str, FakeContainer] = {}
        self._added = 0
        self._lock = threading.RLock()
        self._bus = EventBus()
        self.journal: list[Event] = []
        self.requests: list[CreateOptions] = []
        self.housekeeping = FakeHousekeeping(self.calls)
        self.secrets = FakeSecrets(self.calls, lambda: self.tell(EventKind.SECRET, ""))
        self.images = FakeImages(lambda: self.tell(EventKind.IMAGE, ""), self._images_in_use)
        self.pods = FakePods(self.calls, lambda: self.tell(EventKind.POD, ""))
        self.foreign = FakeForeign()
        self.networks = FakeNetworks(lambda: self.tell(EventKind.NETWORK, ""))
        self.volumes = FakeVolumes(lambda: self.tell(EventKind.VOLUME, ""))

    def add(self, name: str, status: Status = Status.RUNNING, **changed: object) -> FakeContainer:
        """A new container behind the others."""
        since = time.time() - 100
        shown = ContainerSnapshot(
            id=fake_id(self._added), name=name, image="localhost/demo:latest", image_id="1" * 64,
            command=("sleep", "100"), status=status, intent=None, pid=0, exit_code=None, oom_killed=False,
            monitor_lost=False, created_at=since, started_at=since, finished_at=0.0, mount_point="", terminal=True,
            stdin_open=True, labels={}, log_path=str(self.paths.log(fake_id(self._added))), stop_timeout=10,
            network="none", restarts=0, error="",
            restart_policy="no", stopped_by_user=False, resources=ResourceLimits(),
        )  # fmt: skip
        container = FakeContainer(self, msgspec.structs.replace(shown, **changed))
        with self._lock:
            self._added += 1
            self._containers[container.id] = container
        self.tell(EventKind.CREATE, container.id)
        return container

    def create(self, request: CreateOptions) -> FakeContainer:
        self.requests.append(request)
        return self.add(request.name or "made_up", Status.CONFIGURED, image=request.image)

    def _images_in_use(self) -> dict[str, list[str]]:
        used: dict[str, list[str]] = {}
        for container in self._containers.values():
            used.setdefault(container.shown.image_id, []).append(container.id)
        return used

    def take_away(self, name: str) -> None:
        """Have a container be gone."""
        with self._lock:
            container = self.find(name)
            del self._containers[container.id]
        self.tell(EventKind.REMOVE, container.id)

    def find(self, name: str) -> FakeContainer:
        """The container with exactly this name."""
        with self._lock:
            return next(container for container in self._containers.values() if container.shown.name == name)

    def tell(self, kind: EventKind, container_id: str) -> None:
        self.journal.append(
            Event(kind=kind, time=time.time(), container_id=container_id, sequence=len(self.journal) + 1)
        )
        self._bus.publish(self.journal[-1])

    def tried(self, verb: str, name: str, cancel: threading.Event | None = None) -> None:
        """Wait while the verb is held, and raise what it was told to."""
        deadline = time.monotonic() + PATIENCE
        while (gate := self.held.get(verb)) is not None and not gate.wait(0.005):
            if (cancel is not None and cancel.is_set()) or time.monotonic() > deadline:
                break
        failure = self.failures.pop(verb, None)
        if failure is not None:
            raise failure

    def containers(self) -> list[ContainerSnapshot]:
        with self._lock:
            shown = [container.shown for container in self._containers.values()]
        self.tried("containers", "")
        return shown

    def lookup(self, name_or_id: str) -> FakeContainer:
        with self._lock, contextlib.suppress(KeyError):
            return self._containers[name_or_id]
        raise NoSuchContainer(f"no container {name_or_id[:12]}", hint="look at the list")

    def samples(self, container_ids: Iterable[str]) -> dict[str, ResourceSample]:
        wanted = tuple(container_ids)
        self.sampled.append(wanted)
        sample = ResourceSample(at=0.0, cpu_ns=0, cpu_percent=12.3, memory=42 << 20, memory_limit=0, pids=7)
        return {container_id: sample for container_id in wanted if container_id in self._containers}

    def past_events(self, after: int = 0) -> list[Event]:
        return self.journal[after:]

    def last_sequence(self) -> int:
        return len(self.journal)

    def subscribe(self) -> Subscription:
        return self._bus.subscribe()

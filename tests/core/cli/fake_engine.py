"""An engine in memory, as far as the command line sees one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from core.console.log import LogLine
from core.errors import ImageInUse, NoSuchContainer, NoSuchImage, NoSuchObject, StateForbids
from core.model.config import ContainerConfig, ProcessConfig, ResourceLimits
from core.model.image import Image, ImageNames
from core.model.options import CreateOptions
from core.model.snapshot import ContainerSnapshot
from core.model.state import Status
from core.model.volume import VolumeSnapshot
from core.paths import EnginePaths
from core.settings import Settings


def picture(name: str, status: Status = Status.RUNNING, **changed: object) -> ContainerSnapshot:
    """A container's picture; its id is made of its name."""
    base = ContainerSnapshot(
        id=name.encode().hex().ljust(64, "0")[:64],
        name=name,
        image="localhost/demo:latest",
        image_id="1" * 64,
        command=("sleep", "100"),
        status=status,
        intent=None,
        pid=0,
        exit_code=None,
        oom_killed=False,
        monitor_lost=False,
        created_at=1000.0,
        started_at=0.0,
        finished_at=0.0,
        mount_point="",
        terminal=False,
        stdin_open=False,
        labels={},
        log_path="",
        stop_timeout=10,
        network="none",
        restarts=0,
        restart_policy="no",
        stopped_by_user=False,
        resources=ResourceLimits(),
        error="",
    )
    return msgspec.structs.replace(base, **changed)


class FakeContainer:
    """Notes each call in `calls`, and goes to the state that the verb leads to."""

    def __init__(self, engine: FakeEngine, shown: ContainerSnapshot, options: CreateOptions | None = None) -> None:
        self.engine = engine
        self.shown = shown
        self.options = options or CreateOptions()
        self.calls: list[tuple[object, ...]] = []
        self.lines: list[LogLine] = []

    @property
    def id(self) -> str:
        return self.shown.id

    @property
    def name(self) -> str:
        return self.shown.name

    @property
    def config(self) -> ContainerConfig:
        return ContainerConfig(
            id=self.id,
            created_at=self.shown.created_at,
            process=ProcessConfig(args=self.shown.command),
            labels=self.shown.labels,
            auto_remove=self.options.auto_remove,
        )

    def _note(self, verb: str, *given: object, status: Status | None = None) -> None:
        self.calls.append((verb, *given))
        if status is not None:
            self.shown = msgspec.structs.replace(self.shown, status=status)

    def snapshot(self) -> ContainerSnapshot:
        return self.shown

    refresh = snapshot

    def inspect(self) -> dict[str, object]:
        return {"Id": self.id}

    def start(self) -> None:
        self._note("start", status=Status.RUNNING)

    def ensure_running(self) -> None:
        if self.shown.status is not Status.RUNNING:
            self.start()

    def stop(self, timeout: int | None = None) -> None:
        if self.shown.status is Status.CONFIGURED:
            raise StateForbids(f"can not stop container {self.name}: it is configured")
        self._note("stop", timeout, status=Status.EXITED)

    def kill(self, signal: int | str = "KILL") -> None:
        self._note("kill", signal)

    def pause(self) -> None:
        self._note("pause", status=Status.PAUSED)

    def unpause(self) -> None:
        self._note("unpause", status=Status.RUNNING)

    def restart(self, timeout: int | None = None) -> None:
        self._note("restart", timeout)

    def wait(self, timeout: float | None = None) -> int:
        return self.shown.exit_code or 0

    def cleanup(self) -> None:
        if self.shown.status is Status.RUNNING:
            raise StateForbids("it runs")
        self._note("cleanup")

    def rename(self, new_name: str) -> None:
        self._note("rename", new_name)

    def remove(self, force: bool = False, *, volumes: bool = False, dependants: bool = False) -> None:
        if self.shown.status is Status.RUNNING and not force:
            raise StateForbids(f"can not remove container {self.name}: it is running", hint="stop it first")
        self._note("remove", force, *(["volumes"] if volumes else []))
        self.engine.held.remove(self)

    def logs(self, tail: int | None = None, since: float | None = None, follow: bool = False) -> Iterator[LogLine]:
        self._note("logs", tail, since, follow)
        yield from self.lines


class FakeImages:
    """The images of the engine, as a list that a test fills."""

    def __init__(self) -> None:
        self.stored: list[Image] = []
        self.used: set[str] = set()
        self.built = 0
        self.pulled: list[str] = []
        self.forced: list[str] = []
        self.meanings: dict[str, ImageNames] = {}
        self.kept: list[tuple[str, str]] = []

    def meant(self, name: str) -> ImageNames:
        return self.meanings.get(name, ImageNames(names=(name,)))

    def keep_meaning(self, name: str, full: str) -> None:
        self.kept.append((name, full))

    def all(self) -> list[Image]:
        return self.stored

    def find(self, name: str) -> Image:
        for image in self.stored:
            if name in image.names or image.id.startswith(name):
                return image
        raise NoSuchImage(f"{name}: image not known")

    def inspect(self, name: str) -> dict[str, object]:
        return {"Id": self.find(name).id}

    def pull(self, reference: str, **options: object) -> Image:
        self.pulled.append(reference)
        image = Image(id="2" * 64, names=(reference,))
        self.stored.append(image)
        return image

    def build_demo(self) -> Image:
        self.built += 1
        image = Image(id="3" * 64, names=("localhost/wharf-demo:latest",))
        self.stored.append(image)
        return image

    def load(self, archive: Path) -> list[Image]:
        return [Image(id="4" * 64, names=(archive.read_text(),))]

    def remove(self, name: str, *, force: bool = False) -> list[str]:
        image = self.find(name)
        if name in self.used and not force:
            raise ImageInUse(f"image {name} is in use by a container")
        if force:
            self.forced.append(name)
        return [f"Untagged: {name}"] if name in image.names else [f"Deleted: {image.id}"]


class FakePods:
    """No pod at all."""

    def inspect(self, name: str) -> dict[str, object]:
        raise NoSuchObject(f"no pod with name or ID {name} found: no such pod")


class FakeVolumes:
    """No volume at all."""

    def find(self, name: str) -> VolumeSnapshot:
        raise NoSuchObject(f'no volume with name "{name}" found: no such volume')


class FakeEngine:
    """Holds containers in the order of their creation, and images."""

    def __init__(self, paths: EnginePaths) -> None:
        self.paths = paths
        self.settings = Settings()
        self.held: list[FakeContainer] = []
        self.images = FakeImages()
        self.volumes = FakeVolumes()
        self.pods = FakePods()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""

    def add(self, name: str, status: Status = Status.RUNNING, **changed: object) -> FakeContainer:
        changed.setdefault("created_at", 1000.0 + len(self.held))
        container = FakeContainer(self, picture(name, status, **changed))
        self.held.append(container)
        return container

    def containers(self) -> list[ContainerSnapshot]:
        return [container.shown for container in self.held]

    def find(self, name_or_id: str) -> FakeContainer | None:
        for container in self.held:
            if name_or_id == container.name or (name_or_id and container.id.startswith(name_or_id)):
                return container
        return None

    def lookup(self, name_or_id: str) -> FakeContainer:
        container = self.find(name_or_id)
        if container is not None:
            return container
        raise NoSuchContainer(f'no container with name or ID "{name_or_id}" found: no such container', hint="look")

    def create(self, options: CreateOptions) -> FakeContainer:
        container = self.add(options.name or f"made{len(self.held)}", Status.CONFIGURED, labels=options.labels)
        container.options = options
        return container

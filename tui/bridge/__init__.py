"""The only caller of the engine: work goes in and is done in threads, messages come out."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import msgspec
from textual.message import Message

from core.container import Container
from core.engine import Engine
from core.errors import EngineError, NoSuchContainer
from core.log import LOG
from core.model.content import CommitOptions
from core.model.options import ExecOptions
from core.model.snapshot import ExportProgress
from core.storage.export import Compression
from tui.bridge.console_sources import attached, best_shell, executed, has_shell, host_tools
from tui.event_text import event_line
from tui.log_text import LineJoiner
from tui.messages import (
    ConsoleOpened,
    ContainersRead,
    DetailRead,
    ExportEnded,
    ExportProgressed,
    SamplesRead,
    ShellMissing,
    VerbFailed,
    VerbProgressed,
    VerbSucceeded,
)
from tui.plain_text import printable

WORKERS: Final = 16
EVENT_STEP: Final = 0.3
"""Seconds between two looks whether events are still followed."""
SAMPLE_INTERVAL: Final = 1.0
GATHER: Final = 0.02
"""Seconds in which events are gathered into one reading of the list."""
Post = Callable[[Message], object]


def _nobody(message: Message) -> None:
    """Nobody listens yet."""


class Bridge:
    """Every method returns at once. What came of it arrives as messages, at what was given to `start`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._post: Post = _nobody
        self._pool = ThreadPoolExecutor(WORKERS, "wharf-verb")
        self._closing = threading.Event()
        self._again = threading.Event()
        self._under_way: dict[str, str] = {}
        self._visible: tuple[str, ...] = ()
        self._subscription = engine.subscribe()
        self._threads = [
            threading.Thread(target=self._watch, name="wharf-watch", daemon=True),
            threading.Thread(target=self._sample, name="wharf-sample", daemon=True),
        ]

    def start(self, post: Post) -> None:
        """Begin to read. `post` takes messages from any thread."""
        self._post = post
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop reading. Verbs that are under way come to their end."""
        self._closing.set()
        self._subscription.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=2)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def under_way(self) -> list[str]:
        """The verbs that go on, such as `stopping web`: the program ends when they have."""
        names = {picture.id: picture.name for picture in self._engine.containers()} if self._under_way else {}
        return [f"{doing} {names.get(container_id, '')}" for container_id, doing in list(self._under_way.items())]

    def finish(self) -> None:
        """Wait for the end of the verbs that are under way."""
        self._pool.shutdown(wait=True)

    def read_again(self) -> None:
        """Have the list read soon, though nothing told of a change."""
        self._do(self._read)

    def show(self, container_ids: Iterable[str]) -> None:
        """Which containers are on the screen: only those are sampled."""
        self._visible = tuple(container_ids)

    def start_container(self, container_id: str) -> None:
        self._verb(container_id, "starting", lambda container: container.start(), "started")

    def stop(self, container_id: str) -> None:
        self._verb(container_id, "stopping", lambda c: c.stop(progress=self._stop_progress(c)), "stopped")

    def restart(self, container_id: str) -> None:
        self._verb(container_id, "restarting", lambda c: c.restart(progress=self._stop_progress(c)), "restarted")

    def pause(self, container_id: str) -> None:
        self._verb(container_id, "pausing", lambda container: container.pause(), "paused")

    def unpause(self, container_id: str) -> None:
        self._verb(container_id, "unpausing", lambda container: container.unpause(), "goes on")

    def kill(self, container_id: str, signal: str) -> None:
        self._verb(container_id, f"SIG{signal}", lambda container: container.kill(signal), f"got SIG{signal}")

    def remove(self, container_id: str, *, force: bool) -> None:
        self._verb(container_id, "removing", lambda container: container.remove(force=force), "removed")

    def check_health(self, container_id: str) -> None:
        """Run the health check now; its result goes into the status line."""

        def act() -> None:
            container = self._engine.lookup(container_id)
            result = container.check_health()
            self._read()
            said = " ".join(result.output.split())[:80]
            works = "is healthy" if result.exit_code == 0 else f"failed its health check with {result.exit_code}"
            self._post(VerbSucceeded(container_id, f"{container.name} {works}{': ' + said if said else ''}"))

        self._do(act)

    def mount(self, container_id: str) -> None:
        def act() -> None:
            container = self._engine.lookup(container_id)
            path = str(container.mount())
            self._read()
            self._post(VerbSucceeded(container_id, f"{container.name} is mounted at {path} (copied)", copied=path))

        self._do(act)

    def unmount(self, container_id: str) -> None:
        self._verb(container_id, "unmounting", lambda container: container.unmount(), "unmounted")

    def export(
        self,
        container_id: str,
        destination: Path,
        *,
        compression: Compression,
        overwrite: bool,
        cancel: threading.Event,
    ) -> None:
        def progressed(progress: ExportProgress) -> None:
            self._post(ExportProgressed(container_id, progress))

        def act() -> None:
            try:
                written = self._engine.lookup(container_id).export(
                    destination, compression=compression, overwrite=overwrite, progress=progressed, cancel=cancel
                )
            except EngineError as error:
                self._post(ExportEnded(container_id, 0, error))
            else:
                self._post(ExportEnded(container_id, written, None))

        self._do(act)

    def inspect(self, container_id: str) -> None:
        def act() -> None:
            facts = self._engine.lookup(container_id).inspect()
            text = msgspec.json.format(msgspec.json.encode(facts), indent=2).decode()
            self._post(DetailRead(container_id, "inspect", text))

        self._do(act)

    def diff(self, container_id: str) -> None:
        """Which files differ from the image, as a text with a line each."""

        def act() -> None:
            changes = self._engine.lookup(container_id).diff()
            text = "\n".join(f"{change.kind} {printable(change.path)}" for change in changes)
            self._post(DetailRead(container_id, "diff", text or "No file differs from the image."))

        self._do(act)

    def commit(self, container_id: str, options: CommitOptions) -> None:
        """Make an image; its name, or its id, goes into the status line."""

        def act() -> None:
            container = self._engine.lookup(container_id)
            self._post(VerbProgressed(container_id, "committing"))
            try:
                image = container.commit(options)
            finally:
                self._post(VerbProgressed(container_id, ""))
            self._post(VerbSucceeded(container_id, f"{container.name} is image {options.reference or image[:12]} now"))

        self._do(act)

    def read_last_lines(self, container_id: str, count: int) -> None:
        """The last lines of the log, for the detail pane."""

        def act() -> None:
            with contextlib.suppress(NoSuchContainer):
                joiner = LineJoiner()
                for line in self._engine.lookup(container_id).logs(tail=count):
                    joiner.feed(line)
                self._post(DetailRead(container_id, "logs", "\n".join([*joiner.take(), *joiner.rest()])))

        self._do(act)

    def follow(self, container_id: str, tail: int, lines: deque[str], stop: threading.Event) -> None:
        """Append the lines of the log to `lines`, as they come, until `stop` is set or the container has ended.

        `lines` is bounded by whoever made it: of a flood the oldest are lost, and no memory is.
        """

        def act() -> None:
            with contextlib.suppress(NoSuchContainer):
                joiner = LineJoiner()
                for line in self._engine.lookup(container_id).logs(tail=tail, follow=True, stop=stop):
                    joiner.feed(line)
                    lines.extend(joiner.take())

        threading.Thread(target=self._guarded, args=(act,), name="wharf-follow", daemon=True).start()

    def follow_events(self, lines: deque[str], stop: threading.Event) -> None:
        """Append what happened, and what happens until `stop` is set, a line an event."""

        def act() -> None:
            with self._engine.subscribe() as subscription:
                last = 0
                for event in self._engine.past_events():
                    last = event.sequence
                    lines.append(event_line(event))
                while not stop.is_set() and not subscription.closed:
                    for event in subscription.drain(EVENT_STEP):
                        if event.sequence > last:
                            last = event.sequence
                            lines.append(event_line(event))

        threading.Thread(target=self._guarded, args=(act,), name="wharf-events", daemon=True).start()

    def attach(self, container_id: str, *, watch_only: bool = False) -> None:
        """Open the container's console."""

        def act() -> None:
            source = attached(self._engine.lookup(container_id))
            self._post(ConsoleOpened(container_id, source, watch_only=watch_only))

        self._do(act)

    def shell(self, container_id: str) -> None:
        """Open the best shell that the container has; where it has none, the host's tools are offered."""

        def act() -> None:
            container = self._engine.lookup(container_id)
            if has_shell(container):
                self._post(ConsoleOpened(container_id, best_shell(container)))
            else:
                self._post(ShellMissing(container_id, container.name))

        self._do(act)

    def host_tools(self, container_id: str) -> None:
        """Open a shell of the host's busybox in the container's namespaces."""

        def act() -> None:
            self._post(ConsoleOpened(container_id, host_tools(self._engine.lookup(container_id))))

        self._do(act)

    def execute(self, container_id: str, options: ExecOptions) -> None:
        """Run a command in the container, with its streams in a pane."""

        def act() -> None:
            self._post(ConsoleOpened(container_id, executed(self._engine.lookup(container_id), options)))

        self._do(act)

    def _verb(self, container_id: str, doing: str, act: Callable[[Container], object], done: str) -> None:
        def run() -> None:
            self._post(VerbProgressed(container_id, doing))
            self._under_way[container_id] = doing
            try:
                container = self._engine.lookup(container_id)
                name = container.name
                act(container)
            finally:
                # The list first: who reads that it is done sees it done.
                self._under_way.pop(container_id, None)
                self._post(VerbProgressed(container_id, ""))
                self._read()
            self._post(VerbSucceeded(container_id, f"{name} {done}"))

        self._do(run)

    def _stop_progress(self, container: Container) -> Callable[[float], None]:
        limit = container.snapshot().stop_timeout

        def progressed(waited: float) -> None:
            self._post(VerbProgressed(container.id, f"stopping {waited:.0f}/{limit} s"))

        return progressed

    def _do(self, act: Callable[[], None]) -> None:
        if not self._closing.is_set():
            self._pool.submit(self._guarded, act)

    def _guarded(self, act: Callable[[], None]) -> None:
        """Every error ends in one message; what nobody foresaw is in the log file, too."""
        try:
            act()
        except EngineError as error:
            LOG.info("%s | %s | %s", error.message, " ".join(error.argv), error.stderr)
            self._post(VerbFailed(error))
        except Exception as error:
            LOG.exception("an unforeseen error")
            self._post(
                VerbFailed(
                    EngineError(
                        f"something went wrong that was not foreseen: {error}",
                        hint=f"{self._engine.paths.log_file} has the details",
                    )
                )
            )

    def _read(self) -> None:
        self._post(ContainersRead(tuple(self._engine.containers())))

    def _watch(self) -> None:
        self._guarded(self._read)
        while not self._closing.is_set():
            if self._subscription.drain(1.0):
                self._closing.wait(GATHER)
                while self._subscription.get(0) is not None:
                    pass
                self._guarded(self._read)

    def _sample(self) -> None:
        while not self._closing.wait(SAMPLE_INTERVAL):
            if self._visible:
                self._guarded(self._read_samples)

    def _read_samples(self) -> None:
        self._post(SamplesRead(self._engine.samples(self._visible)))

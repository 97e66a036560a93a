"""The only caller of the engine: work goes in and is done in threads, messages come out.

What one kind of work needs is loaded by that work, as the first list is not to wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual.message import Message

from core.engine import Engine
from core.errors import EngineError
from core.events import Event
from core.host.processes import Finished, run
from core.log import LOG
from core.model.content import CommitOptions
from core.model.snapshot import ExportProgress
from core.storage.tar_output import Compression
from tui.bridge.console_doors import ConsoleDoors
from tui.bridge.found import is_foreign
from tui.bridge.readers import ELSEWHERE, READERS
from tui.bridge.recorder import Recorder
from tui.messages import (
    Answered,
    DetailRead,
    EventsHappened,
    ExportEnded,
    ExportProgressed,
    RowsRead,
    SamplesRead,
    VerbFailed,
    VerbProgressed,
    VerbsEnded,
    VerbSucceeded,
)
from tui.read_only import refusal
from tui.step import Step

if TYPE_CHECKING:
    from core.remote.host import Host
    from tui.bridge.host_watch import HostWatch
    from tui.bridge.verbs import Batch

HOOK_PATIENCE: Final = 30.0
"""Seconds that a hook of an alert may take."""
WORKERS: Final = 16
SAMPLE_INTERVAL: Final = 1.0
GATHER: Final = 0.02
"""Seconds in which events are gathered into one reading of the list."""
Post = Callable[[Message], object]


def _nobody(message: Message) -> None:
    """Nobody listens yet."""


class Bridge(ConsoleDoors):
    """Every method returns at once. What came of it arrives as messages, at what was given to `start`."""

    def __init__(self, engine: Engine, hosts: Iterable[Host] = ()) -> None:
        self._engine = engine
        self._post: Post = _nobody
        self._recorder = Recorder(engine, self._tell_action)
        self._pool = ThreadPoolExecutor(WORKERS, "wharf-verb")
        self.read_only = False
        """Whether whatever would change something is refused."""
        self._closing = threading.Event()
        self._again = threading.Event()
        self._under_way: dict[str, str] = {}
        self._visible: tuple[str, ...] = ()
        self._reader = ""
        self._hosts = tuple(hosts)
        self._host_watch: HostWatch | None = None
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
        if self._host_watch is not None:
            self._host_watch.close()

    @property
    def hosts(self) -> HostWatch:
        """Other machines; what that needs is loaded when somebody first looks at them."""
        if self._host_watch is None:
            from tui.bridge.host_watch import HostWatch

            self._host_watch = HostWatch(
                self._hosts, self._engine, self._do, lambda view, rows: self._post(RowsRead(view, rows))
            )
        return self._host_watch

    def under_way(self) -> list[str]:
        """The verbs that go on, such as `stopping web`: the program ends when they have."""
        names = {picture.id: picture.name for picture in self._engine.containers()} if self._under_way else {}
        return [f"{doing} {names.get(container_id, '')}" for container_id, doing in list(self._under_way.items())]

    def finish(self) -> None:
        """Wait for the end of the verbs that are under way."""
        self._pool.shutdown(wait=True)

    def read_again(self) -> None:
        """Have the lists be read soon, though nothing told of a change."""
        self._do(self._read)
        self.show_view(self._reader)

    def show_view(self, reader: str) -> None:
        """Whose rows are on the screen: they are read now, and again when something touches them.

        `reader`: a name in `READERS`, or one of those of other machines; empty where the screen has the rows.
        """
        self._reader = reader
        if self._host_watch is not None or reader in ELSEWHERE:
            self.hosts.look(reader in ELSEWHERE, with_usage=reader == "everywhere")
        if reader not in ("", "containers", *ELSEWHERE):
            self._do(lambda: self._read_rows(reader))
        if reader == "journal":
            self._do(self._recorder.tell_damage)

    def take_hosts(self, hosts: Iterable[Host]) -> None:
        """Go on with these machines in place of those that were known."""
        self._hosts = tuple(hosts)
        if self._host_watch is not None:
            self._host_watch.take(self._hosts)

    def show(self, container_ids: Iterable[str]) -> None:
        """Which containers are on the screen: only those are sampled."""
        self._visible = tuple(container_ids)

    def run(self, *steps: Step) -> None:
        """Do verbs side by side. One alone ends in `VerbSucceeded` or `VerbFailed`, several in one `VerbsEnded`."""
        from tui.bridge.verbs import LOOKING_VERBS, Batch

        if self.read_only and any(step.verb not in LOOKING_VERBS for step in steps):
            self._post(VerbFailed(refusal()))
            return
        if len(steps) == 1:
            self._do(lambda: self._run_alone(steps[0]))
            return
        batch = Batch(steps, self._tell_batch)
        for step in steps:
            self._do(partial(self._run_in_batch, step, batch))

    def _run_alone(self, step: Step) -> None:
        from tui.bridge.verbs import VERBS, undoing

        try:
            self._carry_out(step)
        finally:
            # The list first: who reads that it is done sees it done.
            self._post(VerbProgressed(step.row_id, ""))
            self._read()
        note = f"{step.name} {VERBS[step.verb].done.format(*step.given)}"
        self._post(VerbSucceeded(step.row_id, note, undo=undoing([step])))

    def _run_in_batch(self, step: Step, batch: Batch) -> None:
        failure: EngineError | None = None
        try:
            self._carry_out(step)
        except EngineError as error:
            failure = error
            LOG.info("%s | %s | %s", error.message, " ".join(error.argv), error.stderr)
        except Exception as error:
            failure = self._unforeseen(error)
        finally:
            self._post(VerbProgressed(step.row_id, ""))
            batch.step_ended(step, failure)

    def _carry_out(self, step: Step) -> None:
        from tui.bridge.verbs import VERBS

        verb = VERBS[step.verb]
        doing = verb.doing.format(*step.given)
        self._post(VerbProgressed(step.row_id, doing))
        self._under_way[step.row_id] = doing
        try:
            with self._recorder.recorded(step):
                verb.act(
                    self._engine, step.row_id, lambda words: self._post(VerbProgressed(step.row_id, words)), *step.given
                )
        finally:
            self._under_way.pop(step.row_id, None)

    def _tell_batch(self, done: list[Step], failed: list[tuple[Step, EngineError]]) -> None:
        from tui.bridge.verbs import VERBS, undoing

        self._read()
        words: dict[str, list[str]] = {}
        for step in done:
            words.setdefault(VERBS[step.verb].done.format(*step.given), []).append(step.name)
        self._post(VerbsEnded(words, [(step.name, error) for step, error in failed], undoing(done)))

    def check_health(self, container_id: str) -> None:
        """Run the health check now; its result goes into the status line."""

        def act() -> None:
            with self._recorder.recorded(Step("check health", container_id, "")) as deed:
                container = self._engine.lookup(container_id)
                result = container.check_health()
                deed.trouble = f"the check ended with {result.exit_code}" if result.exit_code else ""
            self._read()
            said = " ".join(result.output.split())[:80]
            works = "is healthy" if result.exit_code == 0 else f"failed its health check with {result.exit_code}"
            self._post(VerbSucceeded(container_id, f"{container.name} {works}{': ' + said if said else ''}"))

        self._change(act)

    def mount(self, container_id: str) -> None:
        def act() -> None:
            with self._recorder.recorded(Step("mount", container_id, "")):
                container = self._engine.lookup(container_id)
                path = str(container.mount())
            self._read()
            self._post(VerbSucceeded(container_id, f"{container.name} is mounted at {path} (copied)", copied=path))

        self._change(act)

    def export(
        self,
        container_id: str,
        destination: Path,
        *,
        compression: Compression,
        overwrite: bool,
        cancel: threading.Event,
    ) -> None:
        step = Step("export", container_id, "", (destination, compression, overwrite))

        def progressed(progress: ExportProgress) -> None:
            self._post(ExportProgressed(container_id, progress))

        def act() -> None:
            try:
                with self._recorder.recorded(step):
                    written = self._engine.lookup(container_id).export(
                        destination, compression=compression, overwrite=overwrite, progress=progressed, cancel=cancel
                    )
            except EngineError as error:
                self._post(ExportEnded(container_id, 0, error))
            else:
                self._post(ExportEnded(container_id, written, None))

        self._do(act)

    def read_detail(self, kind: str, row_id: str, *given: Any) -> None:
        """Have something be read of one thing; it comes as `DetailRead`. `kind`: a name in `DETAILS`."""

        def act() -> None:
            from tui.bridge.details import DETAILS

            try:
                found = DETAILS[kind](self._engine, row_id, *given)
            except EngineError as error:
                LOG.info("%s | %s | %s", error.message, " ".join(error.argv), error.stderr)
                self._post(DetailRead(row_id, kind, None, error, given))
            else:
                self._post(DetailRead(row_id, kind, found, None, given))

        self._do(act)

    def ask(self, kind: str, row_id: str, *given: Any, then: Callable[[Any], object]) -> None:
        """Have something be read, and told to `then` on the screen. `kind`: a name in `DETAILS`."""

        def act() -> None:
            from tui.bridge.details import DETAILS

            self._post(Answered(DETAILS[kind](self._engine, row_id, *given), then))

        self._do(act)

    def commit(self, container_id: str, options: CommitOptions) -> None:
        """Make an image; its name, or its id, goes into the status line."""

        def act() -> None:
            with self._recorder.recorded(Step("commit", container_id, "", (options,))):
                container = self._engine.lookup(container_id)
                self._post(VerbProgressed(container_id, "committing"))
                try:
                    image = container.commit(options)
                finally:
                    self._post(VerbProgressed(container_id, ""))
            self._post(VerbSucceeded(container_id, f"{container.name} is image {options.reference or image[:12]} now"))

        self._change(act)

    def run_hook(self, argv: Sequence[str]) -> None:
        """Run a program of the operator's beside everything else; what it prints is thrown away."""
        self._do(lambda: self._check_ended(argv, run(argv, timeout=HOOK_PATIENCE)))

    def run_own(
        self, orders: Sequence[tuple[Step, Sequence[str]]], *, changes: bool, then: Callable[[Any], object]
    ) -> None:
        """Run commands of the operator's, one after the other; how each ended is told to `then` on the screen.

        Of each the step, as the journal has it, and the command.
        """

        def act() -> None:
            self._post(Answered([self._run_one(step, argv) for step, argv in orders], then))

        (self._change if changes else self._do)(act)

    def _run_one(self, step: Step, argv: Sequence[str]) -> Finished:
        with self._recorder.recorded(step) as deed:
            finished = run(argv)
            deed.trouble = f"it ended with {finished.returncode}" if finished.returncode else ""
        return finished

    def _check_ended(self, argv: Sequence[str], finished: Finished) -> None:
        if finished.returncode:
            LOG.warning("%s ended with %s: %s", " ".join(argv), finished.returncode, finished.error_text())

    def _change(self, act: Callable[[], None]) -> None:
        """Do what changes something, unless nothing is to be changed."""
        if self.read_only:
            self._post(VerbFailed(refusal()))
        else:
            self._do(act)

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
            self._post(VerbFailed(self._unforeseen(error)))

    def _unforeseen(self, error: Exception) -> EngineError:
        LOG.error("an unforeseen error", exc_info=error)
        return EngineError(
            f"something went wrong that was not foreseen: {error}",
            hint=f"{self._engine.paths.log_file} has the details",
        )

    def _read(self) -> None:
        self._read_rows("containers")

    def _read_rows(self, reader: str) -> None:
        self._post(RowsRead(reader, tuple(READERS[reader].read(self._engine))))

    def _watch(self) -> None:
        self._guarded(self._read)
        while not self._closing.is_set():
            if events := self._subscription.drain(1.0):
                self._closing.wait(GATHER)
                events += self._subscription.drain(0)
                self._guarded(self._read)
                self._guarded(partial(self._tell_events, events))

    def _tell_events(self, events: list[Event]) -> None:
        """Tell what happened; read the rows of the view that is shown, where it touches them."""
        self._post(EventsHappened(tuple(events)))
        reader = self._reader
        if reader in ELSEWHERE:
            self.hosts.show()
        elif reader and reader != "containers" and any(event.kind in READERS[reader].kinds for event in events):
            self._read_rows(reader)

    def _tell_action(self, message: Message) -> None:
        """Something is in the journal; its rows are read where they are shown."""
        self._post(message)
        if self._reader == "journal":
            self._read_rows("journal")

    def _sample(self) -> None:
        while not self._closing.wait(SAMPLE_INTERVAL):
            if self._visible:
                self._guarded(self._read_samples)

    def _read_samples(self) -> None:
        foreign = [row_id for row_id in self._visible if is_foreign(row_id)]
        # One view is on the screen: all are ours, or none is.
        read = self._engine.foreign.samples(foreign) if foreign else self._engine.samples(self._visible)
        self._post(SamplesRead(read))

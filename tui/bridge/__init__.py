"""The only caller of the engine: work goes in and is done in threads, messages come out.

What one kind of work needs is loaded by that work, as the first list is not to wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from textual.message import Message

from core.engine import Engine
from core.errors import EngineError
from core.events import Event
from core.host.processes import Finished, run
from core.log import LOG
from tui.bridge.console_doors import ConsoleDoors
from tui.bridge.found import is_foreign
from tui.bridge.readers import ELSEWHERE, READERS
from tui.bridge.verb_doors import VerbDoors
from tui.bridge.workers import Post
from tui.clipboard import hand_over
from tui.messages import (
    Answered,
    DetailRead,
    EventsHappened,
    RowsRead,
    SamplesRead,
)

if TYPE_CHECKING:
    from core.remote.host import Host
    from tui.bridge.host_watch import HostWatch
    from tui.first_frame import FirstRead

HOOK_PATIENCE: Final = 30.0
"""Seconds that a hook of an alert may take."""
SAMPLE_INTERVAL: Final = 1.0
GATHER: Final = 0.02
"""Seconds in which events are gathered into one reading of the list."""


class Bridge(ConsoleDoors, VerbDoors):
    """Every method returns at once. What came of it arrives as messages, at what was given to `start`.

    `first`: what was read before.
    """

    def __init__(self, engine: Engine, hosts: Iterable[Host] = (), first: FirstRead | None = None) -> None:
        super().__init__(engine)
        self._first = first
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
        if self._first is not None:
            self._post(RowsRead("containers", tuple(self._first.pictures)))
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

    def run_hook(self, argv: Sequence[str]) -> None:
        """Run a program of the operator's beside everything else; what it prints is thrown away."""
        self._do(lambda: self._check_ended(argv, run(argv, timeout=HOOK_PATIENCE)))

    def hand_over(self, argv: Sequence[str], text: str) -> None:
        """Have a program of the operator's take what was copied."""
        self._do(lambda: hand_over(argv, text))

    def _check_ended(self, argv: Sequence[str], finished: Finished) -> None:
        if finished.returncode:
            LOG.warning("%s ended with %s: %s", " ".join(argv), finished.returncode, finished.error_text())

    def _read(self) -> None:
        self._read_rows("containers")

    def _read_rows(self, reader: str) -> None:
        self._post(RowsRead(reader, tuple(READERS[reader].read(self._engine))))

    def _watch(self) -> None:
        if self._first is None or self._first.sequence != self._engine.last_sequence():
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

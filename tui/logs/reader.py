"""The thread that reads logs for a view: it is asked for entries before, behind or around a place, and hands them over.

Only the newest question that moves the view counts: one that is still searched for is given up for it.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from core.console.log_pages import BLOCK, LogEntry, LogPages, Position
from core.host.notices import IN_ATTRIB, IN_MODIFY, IN_MOVE_SELF, FileWatcher
from tui.logs.matching import Matcher
from tui.plain_text import plain_line

PAGE: Final = 400
"""Entries that are fetched at a time."""
GROWTH_AT_ONCE: Final = 1 << 19
"""Bytes that are read of what came meanwhile; of more only the end is shown."""
_CHANGES: Final = IN_MODIFY | IN_MOVE_SELF | IN_ATTRIB
"""IN_ATTRIB comes when the file's name is taken away, as by a rename onto it, while it is held open here."""
STEP: Final = 0.25
GROWTH_PACE: Final = 0.08
"""Seconds between two looks at a log that grows."""
PROGRESS_PACE: Final = 0.3


class Replaced(NamedTuple):
    """All that is shown is new. `focus`: the entry that is meant, None for the end."""

    entries: tuple[LogEntry, ...]
    focus: Position | None
    up_to: Position
    at_begin: bool
    at_end: bool
    found: bool = True
    """False where nothing fits: the entries are none, and what was shown stays."""


class Earlier(NamedTuple):
    entries: tuple[LogEntry, ...]
    at_begin: bool


class Later(NamedTuple):
    """`from_place`: the entries begin there; what was shown from there on is void, as it had no end yet.

    `up_to`: the place that was read up to.
    """

    entries: tuple[LogEntry, ...]
    from_place: Position
    up_to: Position
    at_end: bool


class Grew(NamedTuple):
    """There is more behind what is shown. `anew`: the log was begun anew, what was before is gone from the disk."""

    anew: bool


class Searching(NamedTuple):
    """How far a search is, from 0 to 1."""

    fraction: float


class Saved(NamedTuple):
    path: Path
    lines: int
    error: str = ""


Answer = Replaced | Earlier | Later | Grew | Searching | Saved


class _GivenUp(Exception):
    """Something newer is asked for."""


class LogReader:
    """See the module. Every method returns at once; `answer` is called from the thread."""

    def __init__(self, paths: Sequence[Path], answer: Callable[[Answer], None]) -> None:
        self._paths = tuple(paths)
        self._answer = answer
        self._questions: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._newest = itertools.count(1)
        self._wanted = 0
        self._closing = threading.Event()
        self._growth_asked = threading.Event()
        self._matcher: Matcher | None = None
        self._floor: Position = (0,) * len(paths)
        self._ceiling: Position | None = None
        """Where what is shown ends; None for the end of the logs."""
        self._pages: LogPages | None = None
        self._working_for = 0
        self._scanned = 0
        self._next_progress = 0.0

    def start(self) -> None:
        for work in (self._work, self._watch):
            threading.Thread(target=work, name="wharf-log", daemon=True).start()

    def close(self) -> None:
        self._closing.set()
        self._questions.put(None)

    def show_end(self) -> None:
        self._move(lambda pages: self._around(pages, self._end(pages), None))

    def show_begin(self) -> None:
        self._move(lambda pages: self._around(pages, self._floor, self._floor))

    def show_all(self, place: Position | None) -> None:
        """Take back `show_since`, `show_between` and `show_from`, and stay at a place."""

        def act(pages: LogPages) -> None:
            self._floor, self._ceiling = pages.begin, None
            self._around(pages, place or pages.end, place)

        self._move(act)

    def show_since(self, moment: float) -> None:
        """Nothing from before `moment` (Unix seconds) from now on."""

        def act(pages: LogPages) -> None:
            self._floor, self._ceiling = pages.position_of(moment), None
            self._around(pages, pages.end, None)

        self._move(act)

    def show_between(self, begin: float, end: float) -> None:
        """Nothing but what was printed from one moment until before another (Unix seconds) from now on."""

        def act(pages: LogPages) -> None:
            self._floor, self._ceiling = pages.position_of(begin), pages.position_of(end)
            self._around(pages, self._ceiling, None)

        self._move(act)

    def show_from(self, place: Position) -> None:
        """Nothing from before a place from now on."""

        def act(pages: LogPages) -> None:
            self._floor, self._ceiling = place, None
            self._around(pages, pages.end, None)

        self._move(act)

    def filter(self, matcher: Matcher | None, place: Position | None) -> None:
        """Show only what fits, at a place or at the end."""

        def act(pages: LogPages) -> None:
            self._matcher = matcher
            self._around(pages, self._end(pages) if place is None else place, place)

        self._move(act)

    def search(self, matcher: Matcher, place: Position, *, back: bool) -> None:
        """Show the next entry that fits, from a place on, with all that is around it."""

        def act(pages: LogPages) -> None:
            entries = (
                pages.backward(place, self._skip(matcher, pages))
                if back
                else pages.forward(place, self._skip(matcher, pages))
            )
            found = next((entry for entry in self._wanted_ones(entries) if matcher.fits(entry_text(entry))), None)
            if found is None:
                self._answer(Replaced((), None, place, at_begin=False, at_end=False, found=False))
            else:
                self._around(pages, found.begin, found.begin)

        self._move(act)

    def fetch_earlier(self, place: Position) -> None:
        def act(pages: LogPages) -> None:
            entries = self._take(pages.backward(place, self._skip(self._matcher, pages)))
            self._answer(Earlier(tuple(reversed(entries)), len(entries) < PAGE))

        self._ask(act)

    def fetch_later(self, place: Position) -> None:
        self._ask(lambda pages: self._later(pages, place))

    def follow(self, place: Position) -> None:
        """What has come behind a place; where that is much, the end alone."""

        def act(pages: LogPages) -> None:
            if sum(self._end(pages)) - sum(place) > GROWTH_AT_ONCE:
                self._around(pages, self._end(pages), None)
            else:
                self._later(pages, place)

        self._ask(act)

    def save(self, destination: Path) -> None:
        """Write what the filter and the time let through to a file, as plain text."""

        def act(pages: LogPages) -> None:
            try:
                destination.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with destination.open("x", encoding="utf-8") as file:
                    lines = 0
                    for entry in self._wanted_ones(pages.forward(self._floor, self._skip(self._matcher, pages))):
                        file.write(entry_text(entry) + "\n")
                        lines += 1
            except OSError as error:
                self._answer(Saved(destination, 0, error.strerror or str(error)))
            else:
                self._answer(Saved(destination, lines))

        self._ask(act)

    def _ask(self, act: Callable[[LogPages], None]) -> None:
        mine = self._wanted

        def guarded() -> None:
            if self._pages is None or mine != self._wanted:
                return
            try:
                act(self._pages)
            except _GivenUp:
                return

        self._questions.put(guarded)

    def _move(self, act: Callable[[LogPages], None]) -> None:
        self._wanted = next(self._newest)
        self._ask(act)

    def _work(self) -> None:
        self._pages = LogPages(self._paths)
        while (question := self._questions.get()) is not None:
            self._working_for = self._wanted
            self._scanned, self._next_progress = 0, time.monotonic() + PROGRESS_PACE
            question()
        self._pages.close()

    def _around(self, pages: LogPages, place: Position, focus: Position | None) -> None:
        before = self._take(pages.backward(place, self._skip(self._matcher, pages)))
        behind = self._take(pages.forward(place, self._skip(self._matcher, pages)))
        at_end = len(behind) < PAGE
        up_to = self._end(pages) if at_end else behind[-1].end
        self._answer(Replaced((*reversed(before), *behind), focus, up_to, len(before) < PAGE, at_end))

    def _later(self, pages: LogPages, place: Position) -> None:
        entries = self._take(pages.forward(place, self._skip(self._matcher, pages)))
        at_end = len(entries) < PAGE
        self._answer(Later(tuple(entries), place, self._end(pages) if at_end else entries[-1].end, at_end))

    def _end(self, pages: LogPages) -> Position:
        """Where what is shown ends now."""
        return pages.end if self._ceiling is None else self._ceiling

    def _take(self, entries: Iterable[LogEntry]) -> list[LogEntry]:
        return list(itertools.islice(self._wanted_ones(entries), PAGE))

    def _wanted_ones(self, entries: Iterable[LogEntry]) -> Iterator[LogEntry]:
        """Those from the floor to the ceiling that the filter lets through."""
        for number, entry in enumerate(entries):
            if number % 256 == 0:
                self._require_wanted()
            if entry.begin[entry.source] < self._floor[entry.source]:
                if len(self._paths) == 1:
                    return
                continue
            if self._ceiling is not None and entry.begin[entry.source] >= self._ceiling[entry.source]:
                if len(self._paths) == 1:
                    return
                continue
            if self._matcher is None or self._matcher.fits(entry_text(entry)):
                yield entry

    def _require_wanted(self) -> None:
        if self._working_for != self._wanted or self._closing.is_set():
            raise _GivenUp

    def _skip(self, matcher: Matcher | None, pages: LogPages) -> Callable[[bytes], bool] | None:
        """Which blocks of the file need not be taken apart; says now and then how far it is."""
        if matcher is None:
            return None

        def skips(block: bytes) -> bool:
            self._require_wanted()
            self._scanned += BLOCK
            if time.monotonic() > self._next_progress:
                self._next_progress = time.monotonic() + PROGRESS_PACE
                self._answer(Searching(min(1.0, self._scanned / max(1, sum(pages.end)))))
            # A block is searched without a pause of the interpreter: the screen gets its turn between two.
            time.sleep(0)
            return matcher.skips(block)

        return skips

    def _watch(self) -> None:
        """Ask to look again whenever one of the logs has changed."""
        while not self._closing.is_set():
            with FileWatcher() as watcher:
                watched = 0
                for path in self._paths:
                    try:
                        watcher.watch(path, _CHANGES)
                        watched += 1
                    except OSError:
                        continue
                self._look_again()
                while not self._closing.is_set():
                    changed = watcher.wait(STEP)
                    notices = watcher.read() if changed else []
                    if changed:
                        self._look_again()
                        self._closing.wait(GROWTH_PACE)
                    if any(notice.mask & ~IN_MODIFY for notice in notices) or watched < len(self._paths):
                        break

    def _look_again(self) -> None:
        if self._growth_asked.is_set():
            return
        self._growth_asked.set()

        def look() -> None:
            self._growth_asked.clear()
            if self._pages is None:
                return
            before = self._end(self._pages)
            anew = self._pages.refresh()
            if anew:
                self._floor, self._ceiling = self._pages.begin, None
            if anew or self._end(self._pages) != before:
                self._answer(Grew(anew))

        self._questions.put(look)


def entry_text(entry: LogEntry) -> str:
    """An entry as plain text: what is sought in, copied and saved."""
    return plain_line(entry.data)

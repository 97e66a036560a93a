"""The log that conmon writes of a console: lines of `TIME STREAM TAG CONTENT` (the k8s-file format)."""

from __future__ import annotations

import enum
import os
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from core.host.files import birth_time
from core.host.notices import IN_DELETE_SELF, IN_MODIFY, IN_MOVE_SELF, FileWatcher

_BLOCK: Final = 1 << 16
_STEP: Final = 0.25
"""Seconds between two looks whether a followed container has ended."""


class LogLine(NamedTuple):
    """`time`: Unix seconds. `stream`: stdout or stderr. `partial`: the line goes on in the next one."""

    time: float
    stream: str
    data: bytes
    partial: bool


Parse = Callable[[bytes], LogLine | None]
"""What reads one line of a log, without its newline; None where it is none."""


def parse_line(line: bytes) -> LogLine | None:
    """One line of the log without its newline; None where it is none."""
    fields = line.split(b" ", 3)
    if len(fields) != 4 or fields[2] not in (b"F", b"P"):
        return None
    try:
        written = parse_time(fields[0].decode("ascii"))
    except ValueError:
        return None
    return LogLine(written, fields[1].decode("ascii", "replace"), fields[3], fields[2] == b"P")


def parse_time(text: str) -> float:
    """Unix seconds, from the monitor's way to write a time. Raises ValueError."""
    # Nine digits of a second are written; datetime knows six.
    head, _, rest = text.partition(".")
    digits = "".join(c for c in rest[:9] if c.isdigit())
    zone = rest[len(digits) :]
    return datetime.fromisoformat(head + zone).timestamp() + (int(digits) / 10 ** len(digits) if digits else 0.0)


def read_log(
    path: Path,
    *,
    tail: int | None = None,
    since: float | None = None,
    follow: bool = False,
    stop: threading.Event | None = None,
    ended: Callable[[], bool] | None = None,
    parse: Parse = parse_line,
) -> Iterator[LogLine]:
    """The lines of a log: the last `tail`, or all, from `since` (Unix seconds) on; with `follow`, those to come.

    Without `follow` what is written meanwhile is left out: it may be more than can be read. `parse` reads one line.

    Following goes on after the log was rotated or cut, until `stop` is set, or `ended` says that no more will come.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        if not follow:
            return
        file = -1
    try:
        position = _start(file, tail) if file >= 0 and tail is not None else 0
        if not follow:
            yield from _lines(file, position, since, parse)
            return
    finally:
        if file >= 0:
            os.close(file)
    yield from _Follower(path, position, since, stop, ended, parse).lines()


def _lines(file: int, position: int, since: float | None, parse: Parse) -> Iterator[LogLine]:
    end = os.fstat(file).st_size
    pending = b""
    while block := os.pread(file, max(0, min(_BLOCK, end - position)), position):
        position += len(block)
        *whole, pending = (pending + block).split(b"\n")
        yield from _parsed(whole, since, parse)


def _parsed(lines: list[bytes], since: float | None, parse: Parse) -> Iterator[LogLine]:
    for line in lines:
        parsed = parse(line)
        if parsed is not None and (since is None or parsed.time >= since):
            yield parsed


def _start(file: int, tail: int) -> int:
    """Where the last `tail` whole lines begin, found from the end on."""
    size = os.fstat(file).st_size
    if tail <= 0:
        return size
    position, missing = size, tail + 1
    while position > 0:
        begin = max(0, position - _BLOCK)
        block = os.pread(file, position - begin, begin)
        if position == size and not block.endswith(b"\n"):
            missing -= 1
        for offset in reversed(_newlines(block)):
            missing -= 1
            if missing <= 0:
                return begin + offset + 1
        position = begin
    return 0


def _newlines(block: bytes) -> list[int]:
    found, offset = [], block.find(b"\n")
    while offset >= 0:
        found.append(offset)
        offset = block.find(b"\n", offset + 1)
    return found


class _Follower:
    def __init__(
        self,
        path: Path,
        position: int,
        since: float | None,
        stop: threading.Event | None,
        ended: Callable[[], bool] | None,
        parse: Parse,
    ) -> None:
        self._path = path
        self._parse = parse
        self._position = position
        self._since = since
        self._stop = stop
        self._ended = ended
        self._pending = b""
        self._inode = 0

    def lines(self) -> Iterator[LogLine]:
        while not self._stopped():
            with FileWatcher() as watcher:
                try:
                    watcher.watch(self._path, IN_MODIFY | IN_MOVE_SELF | IN_DELETE_SELF)
                except OSError:
                    if self._over():
                        return
                    watcher.wait(_STEP)
                    continue
                while not self._stopped():
                    # Asked before reading: what was written before the end is read after it.
                    over = self._over()
                    yield from self._new_lines()
                    if over:
                        return
                    if watcher.wait(_STEP) and any(n.mask & ~IN_MODIFY for n in watcher.read()):
                        break

    def _new_lines(self) -> Iterator[LogLine]:
        try:
            file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            status = os.fstat(file)
            if status.st_size < self._position or (self._inode and status.st_ino != self._inode):
                self._position, self._pending = 0, b""
            self._inode = status.st_ino
            while block := os.pread(file, _BLOCK, self._position):
                self._position += len(block)
                *whole, self._pending = (self._pending + block).split(b"\n")
                yield from _parsed(whole, self._since, self._parse)
        finally:
            os.close(file)

    def _stopped(self) -> bool:
        return self._stop is not None and self._stop.is_set()

    def _over(self) -> bool:
        return self._ended is not None and self._ended()


class ReplayBegin(enum.Enum):
    """Where a replay of the log begins."""

    WHOLE = enum.auto()
    """With all that was printed."""
    CUT = enum.auto()
    """In the middle: the log has more."""
    ROTATED = enum.auto()
    """With all that is left: conmon began the log anew when it was full, and kept nothing of the one before."""


def replay_begin(path: Path, limit: int, started_at: float) -> ReplayBegin:
    """Where `replay` of the same log begins. `started_at`: of the program, in Unix seconds."""
    try:
        if path.stat().st_size > limit:
            return ReplayBegin.CUT
    except FileNotFoundError:
        return ReplayBegin.WHOLE
    born = birth_time(path)
    return ReplayBegin.ROTATED if started_at and born is not None and born > started_at else ReplayBegin.WHOLE


def replay(path: Path, limit: int) -> bytes:
    """The bytes of the last `limit` bytes of a log, as the terminal got them."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return b""
    try:
        size = os.fstat(file).st_size
        begin = max(0, size - limit)
        content = os.pread(file, size - begin, begin)
    finally:
        os.close(file)
    if begin:
        content = content.partition(b"\n")[2]
    output = []
    for line in content.split(b"\n")[:-1]:
        parsed = parse_line(line)
        if parsed is not None:
            output.append(parsed.data if parsed.partial else parsed.data + b"\n")
    return b"".join(output)

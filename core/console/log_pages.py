"""Looking into logs at any place, whatever their size: nothing is read but the blocks that are looked at.

They are conmon's, or Docker's json-file: each line tells which.

A place is a byte of the file. An entry is what was printed as one line: the pieces in which the monitor wrote it are
put together again, for as long as they stand behind each other in one block of the file. So what an entry is depends on
nothing but the file, and reading on and reading back give the same ones. What has no end within a block (binary
output, a line of a megabyte) is several entries.
"""

from __future__ import annotations

import heapq
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from core.console.json_log import BEGIN as JSON_BEGIN
from core.console.json_log import read_json_line
from core.console.log import parse_time

BLOCK: Final = 1 << 18
"""Bytes of a block."""
LONGEST_PIECE: Final = 1 << 16
"""Bytes of a line of the file that are looked at; the monitor's are an eighth of it."""
KEPT_BLOCKS: Final = 8

Position = tuple[int, ...]
"""A place in several logs at once: a byte of each."""
Skip = Callable[[bytes], bool]
"""Whether nothing in a block of the file is wanted, so that it need not be taken apart."""


class LogEntry(NamedTuple):
    """`stamp`: the monitor's time of the last piece. `complete`: its end has been printed. `source`: of which log.

    `begin`, `end`: the places before and behind it.
    """

    stamp: bytes
    stream: str
    data: bytes
    complete: bool
    source: int
    begin: Position
    end: Position

    @property
    def time(self) -> float:
        """Unix seconds; 0.0 where the log is damaged."""
        try:
            return parse_time(self.stamp.decode("ascii"))
        except ValueError:
            return 0.0


class _Piece(NamedTuple):
    begin: int
    end: int
    stamp: bytes
    stream: bytes
    partial: bool
    data: bytes


class LogFile:
    """One log. Not for several threads at once."""

    def __init__(self, path: Path, source: int = 0) -> None:
        self._path = path
        self._source = source
        self._file = -1
        self._inode = 0
        self._size = 0
        self._blocks: OrderedDict[tuple[int, int], list[LogEntry]] = OrderedDict()
        self.refresh()

    @property
    def size(self) -> int:
        """Bytes, as of the last `refresh`."""
        return self._size

    def refresh(self) -> bool:
        """Look how long it is now; whether it has begun anew meanwhile, so that all places are void."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return False
        anew = bool(self._inode) and (status.st_ino != self._inode or status.st_size < self._size)
        if status.st_ino != self._inode or self._file < 0:
            self.close()
            self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            status = os.fstat(self._file)
        if anew:
            self._blocks.clear()
        self._inode, self._size = status.st_ino, status.st_size
        return anew

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def forward(self, place: int, skip: Skip | None = None) -> Iterator[LogEntry]:
        """The entries from `place`, where one begins, up to the size that is known."""
        for number in range(place // BLOCK, -(-self._size // BLOCK)):
            if skip is not None and self._is_skipped(number, skip):
                continue
            if number * BLOCK < place:
                # Only what is new is taken apart of a log that grows.
                yield from self._joined(self._pieces_from(place, (number + 1) * BLOCK))
            else:
                yield from self._entries(number)

    def backward(self, place: int, skip: Skip | None = None) -> Iterator[LogEntry]:
        """The entries that begin before `place`, the last one first."""
        for number in range(max(0, place - 1) // BLOCK, -1, -1):
            if skip is not None and self._is_skipped(number, skip):
                continue
            for entry in reversed(self._entries(number)):
                if entry.begin[0] < place:
                    yield entry

    def place_of(self, moment: float) -> int:
        """Where the first entry is that was written at `moment` (Unix seconds) or later; the size where none was."""
        low, high = 0, -(-self._size // BLOCK)
        while low < high:
            middle = (low + high) // 2
            entries = self._entries(middle)
            if entries and entries[-1].time < moment:
                low = middle + 1
            else:
                high = middle
        for entry in self.forward(low * BLOCK):
            if entry.time >= moment:
                return entry.begin[0]
        return self._size

    def _is_skipped(self, number: int, skip: Skip) -> bool:
        # What begins in a block may end in the next.
        content = self._read(number * BLOCK, BLOCK + LONGEST_PIECE)
        # In JSON some characters are written otherwise than they were printed.
        return JSON_BEGIN not in content[: 2 * LONGEST_PIECE] and skip(content)

    def _entries(self, number: int) -> list[LogEntry]:
        key = (number, min(self._size, (number + 1) * BLOCK + LONGEST_PIECE))
        found = self._blocks.get(key)
        if found is None:
            found = self._blocks[key] = list(self._joined(self._pieces(number)))
            while len(self._blocks) > KEPT_BLOCKS:
                self._blocks.popitem(last=False)
        return found

    def _joined(self, pieces: Iterator[_Piece]) -> Iterator[LogEntry]:
        run: list[_Piece] = []
        for piece in pieces:
            if run and run[-1].stream != piece.stream:
                yield self._entry(run)
                run = []
            run.append(piece)
            if not piece.partial:
                yield self._entry(run)
                run = []
        if run:
            yield self._entry(run)

    def _entry(self, run: Sequence[_Piece]) -> LogEntry:
        last = run[-1]
        data = last.data if len(run) == 1 else b"".join(piece.data for piece in run)
        stream = last.stream.decode("ascii", "replace")
        return LogEntry(last.stamp, stream, data, not last.partial, self._source, (run[0].begin,), (last.end,))

    def _pieces(self, number: int) -> Iterator[_Piece]:
        """The lines of the file that begin in a block. One without its newline is not written to its end yet."""
        begin = number * BLOCK
        newline = self._find_newline(begin - 1) if begin else -1
        if newline is not None:
            yield from self._pieces_from(newline + 1, begin + BLOCK)

    def _pieces_from(self, place: int, limit: int) -> Iterator[_Piece]:
        content = self._read(place, limit + LONGEST_PIECE - place)
        offset = 0
        while place + offset < limit:
            newline = content.find(b"\n", offset)
            if newline < 0:
                return
            yield _piece(content[offset:newline], place + offset, place + newline + 1)
            offset = newline + 1

    def _find_newline(self, place: int) -> int | None:
        content = self._read(place, LONGEST_PIECE)
        offset = content.find(b"\n")
        return None if offset < 0 else place + offset

    def _read(self, place: int, length: int) -> bytes:
        if self._file < 0 or length <= 0:
            return b""
        return os.pread(self._file, min(length, self._size - place), place) if place < self._size else b""


def _piece(line: bytes, begin: int, end: int) -> _Piece:
    if line.startswith(JSON_BEGIN) and (told := read_json_line(line)) is not None:
        return _Piece(begin, end, told.time.encode(), told.stream.encode(), told.partial, told.data)
    fields = line.split(b" ", 3)
    if len(fields) != 4 or fields[2] not in (b"F", b"P"):
        # Damaged: shown as it is.
        return _Piece(begin, end, b"", b"stdout", False, line)
    return _Piece(begin, end, fields[0], fields[1], fields[2] == b"P", fields[3])


class LogPages:
    """Several logs as one, in the order of time. Not for several threads at once."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = [LogFile(path, source) for source, path in enumerate(paths)]

    @property
    def begin(self) -> Position:
        return (0,) * len(self._files)

    @property
    def end(self) -> Position:
        """Behind what was there at the last `refresh`."""
        return tuple(file.size for file in self._files)

    def refresh(self) -> bool:
        """Look how long the logs are now; whether one has begun anew, so that all places are void."""
        began_anew = [file.refresh() for file in self._files]
        return any(began_anew)

    def close(self) -> None:
        for file in self._files:
            file.close()

    def forward(self, position: Position, skip: Skip | None = None) -> Iterator[LogEntry]:
        """The entries behind a place, the oldest first."""
        places = list(position)
        each = [file.forward(place, skip) for file, place in zip(self._files, position, strict=True)]
        for entry in _in_order(each):
            before = tuple(places)
            # With a filter, those that were passed over are behind the place, too.
            places[entry.source] = entry.end[0]
            yield entry._replace(begin=_with(before, entry.source, entry.begin[0]), end=tuple(places))

    def backward(self, position: Position, skip: Skip | None = None) -> Iterator[LogEntry]:
        """The entries before a place, the youngest first."""
        places = list(position)
        each = [file.backward(place, skip) for file, place in zip(self._files, position, strict=True)]
        for entry in _in_order(each, reverse=True):
            after = tuple(places)
            places[entry.source] = entry.begin[0]
            yield entry._replace(begin=tuple(places), end=_with(after, entry.source, entry.end[0]))

    def position_of(self, moment: float) -> Position:
        """The place before the first entry of `moment` (Unix seconds) or later."""
        return tuple(file.place_of(moment) for file in self._files)

    def fraction(self, position: Position) -> float:
        """How much of the logs is before a place, from 0 to 1."""
        whole = sum(self.end)
        return min(1.0, sum(position) / whole) if whole else 1.0


def _in_order(each: Sequence[Iterator[LogEntry]], *, reverse: bool = False) -> Iterator[LogEntry]:
    if len(each) == 1:
        return each[0]
    return heapq.merge(*each, key=lambda entry: (entry.time, entry.source), reverse=reverse)


def _with(position: Position, source: int, place: int) -> Position:
    return (*position[:source], place, *position[source + 1 :])

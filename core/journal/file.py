"""The journal's file: a line of JSON an action, appended in one write, bounded, and read with a word for damage."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from core.errors import InvalidArgument
from core.host.files import make_private_directory, write_atomically
from core.host.locks import FileLock
from core.model.journal import JournalEntry
from core.paths import action_journal

if TYPE_CHECKING:
    from pathlib import Path

LARGEST: Final = 4 << 20
"""Bytes of the file; past it the oldest lines go."""
KEPT: Final = 3 << 20
"""Bytes that stay then."""
LONGEST: Final = 64 << 10
"""Bytes of a line."""
PATIENCE: Final = 5.0
"""Seconds that a line waits for those of others."""


class Journal:
    """Every call opens the file anew: several screens and commands use it at once."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path if path is not None else action_journal()

    def add(self, entry: JournalEntry) -> None:
        """Append an action. Raises `OSError`, and `TimedOut` where another process holds the file for long."""
        line = _line(entry)
        self.path.parent.parent.mkdir(parents=True, exist_ok=True)
        make_private_directory(self.path.parent)
        lock = FileLock(self.path.with_suffix(".lock"))
        lock.acquire(PATIENCE)
        try:
            size = self._append(line)
            if size > LARGEST:
                self._trim()
        finally:
            lock.release()

    def read(self) -> tuple[list[JournalEntry], int]:
        """The actions, oldest first, and how many damaged lines were passed over.

        Raises `InvalidArgument` where there is a file that can not be read.
        """
        try:
            with self.path.open("rb") as file:
                content = file.read(2 * LARGEST)
        except FileNotFoundError:
            return [], 0
        except OSError as error:
            raise InvalidArgument(
                f"the journal {self.path} can not be read: {error.strerror}", hint="it belongs to another user"
            ) from error
        return _entries(content.split(b"\n"))

    def damage(self, lines: int) -> str:
        """Says that lines were passed over; empty for none."""
        if not lines:
            return ""
        return f"{self.path}: {lines} damaged line{' is' if lines == 1 else 's are'} passed over"

    def _append(self, line: bytes) -> int:
        """The size of the file afterwards. What a full disk cuts off is taken back, so that no half line stays."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self.path, flags, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                line = b"\n" + line
            written = os.write(descriptor, line)
            if written < len(line):
                os.ftruncate(descriptor, size)
                raise OSError(f"only {written} of {len(line)} bytes were written")
        finally:
            os.close(descriptor)
        return size + written

    def _trim(self) -> None:
        """Let the oldest lines go."""
        with self.path.open("rb") as file:
            file.seek(-KEPT, os.SEEK_END)
            kept = file.read()
        write_atomically(self.path, kept[kept.index(b"\n") + 1 :], lasting=False)


def _line(entry: JournalEntry) -> bytes:
    line = msgspec.json.encode(entry) + b"\n"
    if len(line) <= LONGEST:
        return line
    short = msgspec.structs.replace(
        entry, command=(), environment=(), runtime="", lacking=("a command that is too long",), error=entry.error[:1000]
    )
    return msgspec.json.encode(short) + b"\n"


def _entries(lines: Sequence[bytes]) -> tuple[list[JournalEntry], int]:
    entries, damaged = [], 0
    decoder = msgspec.json.Decoder(JournalEntry)
    for line in lines:
        if line:
            try:
                entries.append(decoder.decode(line))
            except ValueError:
                damaged += 1
    return entries, damaged

"""Files that list containers: each is read anew only when it was written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from core.model.foreign import ForeignContainer


class Readings:
    """`read` gets a file and its status, and gives the containers in it."""

    def __init__(self, read: Callable[[Path, os.stat_result], Iterable[ForeignContainer]]) -> None:
        self._read = read
        self._known: dict[Path, tuple[tuple[int, int, int], list[ForeignContainer]]] = {}

    def of(self, files: Iterable[Path]) -> list[ForeignContainer]:
        """The containers of all these files; one that is not there is passed over."""
        former, self._known = self._known, {}
        for file in files:
            try:
                status = os.stat(file)
            except OSError:
                continue
            signature = (status.st_ino, status.st_mtime_ns, status.st_size)
            known = former.get(file)
            if known is None or known[0] != signature:
                known = (signature, list(self._read(file, status)))
            self._known[file] = known
        return [picture for _, pictures in self._known.values() for picture in pictures]

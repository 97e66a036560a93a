"""The verbs that look into a container's files."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from core.container.copying import Copying

if TYPE_CHECKING:
    from core.model.files import FileEntry, FilePiece, TreeSize

PIECE: Final = 256 * 1024


class Browsing(Copying):
    """Paths are the container's own. What its first process sees is what is shown, bind mounts and tmpfs included.

    Allowed: any state but unknown; no program of the container is needed. All raise `CopyFailed` for a path that is
    not there or can't be read.
    """

    def list_files(self, path: str) -> list[FileEntry]:
        """What is in a directory: directories first, by name."""
        from core.operations.browse import list_directory

        with self._side(path, reading=True) as side:
            return list_directory(side)

    def read_file(self, path: str, offset: int = 0, length: int = PIECE) -> FilePiece:
        """A part of a regular file, `length` bytes at most."""
        from core.operations.browse import read_piece

        with self._side(path, reading=True) as side:
            return read_piece(side, offset, length)

    def measure_files(self, path: str, cancel: threading.Event | None = None) -> TreeSize:
        """What is in a directory and below it, other file systems left out. Raises `Cancelled` once that is set."""
        from core.operations.browse import measure

        with self._side(path, reading=True) as side:
            return measure(side, cancel)

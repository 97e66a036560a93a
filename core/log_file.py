"""The file of the engine's log. It is made when there is something to write: looking at help leaves no trace."""

from __future__ import annotations

import io
import logging
import os
from pathlib import Path


class LogFile(logging.Handler):
    """Appends to a file that only its owner reads, in a directory likewise; without it where that is not possible."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._stream: io.TextIOWrapper | None = None
        self._useless = False
        self.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if self._stream is None and not self._useless:
            self._stream = self._opened()
            self._useless = self._stream is None
        if self._stream is not None:
            try:
                self._stream.write(self.format(record) + "\n")
            except OSError:
                self._useless = True

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        super().close()

    @property
    def written(self) -> bool:
        """Whether what was logged is in the file."""
        return self._stream is not None and not self._useless

    def _opened(self) -> io.TextIOWrapper | None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return None
        # A line is one write(2), so that those of several processes do not mix.
        return io.TextIOWrapper(
            os.fdopen(descriptor, "ab", buffering=0), "utf-8", "backslashreplace", write_through=True
        )


def open_logger(path: str, level: int) -> logging.Logger:
    """The logger `wharfinger`, writing to a file where `path` is not empty."""
    logger = logging.getLogger("wharfinger")
    logger.setLevel(level)
    if path:
        logger.propagate = False
        logger.addHandler(LogFile(Path(path)))
    return logger


def written_log(logger: logging.Logger) -> str:
    """The file that has what was logged; empty where nothing was, or it could not be written."""
    for handler in logger.handlers:
        if isinstance(handler, LogFile) and handler.written:
            return str(handler.path)
    return ""

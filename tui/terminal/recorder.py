"""A recording of a console in the asciicast format, version 2 (docs.asciinema.org/manual/asciicast/v2)."""

from __future__ import annotations

import codecs
import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from platformdirs import user_data_path

from tui.languages import _


def recordings_folder() -> Path:
    """Where recordings go."""
    return user_data_path("wharfinger") / "recordings"


class Recorder:
    """Writes what a program prints, with the time of it. Raises OSError where the file can't be made."""

    def __init__(self, title: str, columns: int, rows: int, folder: Path | None = None) -> None:
        folder = folder or recordings_folder()
        folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^A-Za-z0-9_.-]+", "-", title)[:80].strip("-.") or "console"
        self.path = folder / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.cast"
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._file: IO[str] = os.fdopen(descriptor, "w", encoding="utf-8")
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._began = time.monotonic()
        header = {
            "version": 2,
            "width": columns,
            "height": rows,
            "timestamp": int(time.time()),
            "title": title,
            "env": {"TERM": "xterm-256color"},
        }
        self._line(header)

    def printed(self, data: bytes) -> None:
        if text := self._decode(data):
            self._event("o", text)

    def resized(self, columns: int, rows: int) -> None:
        self._event("r", f"{columns}x{rows}")

    def close(self) -> None:
        if rest := self._decode(b"", True):
            self._event("o", rest)
        self._file.close()

    def _event(self, kind: str, text: str) -> None:
        self._line([round(time.monotonic() - self._began, 6), kind, text])

    def _line(self, value: object) -> None:
        self._file.write(json.dumps(value) + "\n")
        self._file.flush()


class Recording:
    """Whether a pane is recorded. `record` turns the telling of output on and off, `notice` tells the operator."""

    def __init__(self, title: str, record: Callable[[bool], None], notice: Callable[[str], None]) -> None:
        self._title = title
        self._record = record
        self._notice = notice
        self._recorder: Recorder | None = None

    @property
    def is_on(self) -> bool:
        return self._recorder is not None

    def toggle(self, size: tuple[int, int]) -> None:
        """Begin, with the terminal's columns and rows, or stop."""
        if self._recorder is not None:
            self.stop()
            return
        try:
            self._recorder = Recorder(self._title, *size)
        except OSError as error:
            self._notice(_("nothing can be recorded: {reason}").format(reason=error.strerror))
            return
        self._record(True)

    def stop(self) -> None:
        """Close the file; nothing where nothing is recorded."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            self._record(False)
            recorder.close()
            self._notice(_("recorded: {path}").format(path=recorder.path))

    def printed(self, data: bytes) -> None:
        """What the program printed."""
        if self._recorder is None:
            return
        try:
            self._recorder.printed(data)
        except OSError as error:
            self._recorder = None
            self._record(False)
            self._notice(_("recording stopped: {reason}").format(reason=error.strerror))

    def resized(self, columns: int, rows: int) -> None:
        if self._recorder is not None:
            self._recorder.resized(columns, rows)

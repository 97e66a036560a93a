"""Holds back the sequences that the emulator library is known to crash on: OSC 8 links and OSC 133 marks.

This keeps honest programs (`ls --hyperlink`, shells with prompt marks) from ending a keeper. It is no defence: one
that means harm finds others, and the keeper's process is what contains it.
"""

from __future__ import annotations

import re
from typing import Final

HELD_LIMIT: Final = 8192
"""Bytes of an unfinished sequence kept; a longer one is passed over without its start."""

_WHOLE: Final = re.compile(rb"\x1b\](?:8|133);[^\x07\x1b\x18\x1a]*(?:\x07|\x1b\\|\x18|\x1a)")
_START: Final = re.compile(rb"\x1b(?:\](?:8|1|13|133|(?:8|133);[^\x07\x1b\x18\x1a]*\x1b?)?)?\Z")


class SequenceFilter:
    """Takes the stream in pieces of any size."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """What of the stream so far can be passed on."""
        if self._held:
            data, self._held = self._held + data, b""
        if b"\x1b" not in data:
            return data
        if b"\x1b]" in data:
            data = _WHOLE.sub(b"", data)
        start = data.rfind(b"\x1b]", -HELD_LIMIT)
        if start < 0 or _START.match(data, start) is None:
            start = len(data) - 1 if data.endswith(b"\x1b") else -1
        if start >= 0:
            data, self._held = data[:start], data[start:]
        return data

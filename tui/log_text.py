"""The lines of a log as people read them."""

from __future__ import annotations

from typing import Final

from core.console.log import LogLine
from tui.plain_text import plain_line

LONGEST: Final = 64 * 1024
"""Bytes of a line that are kept; what is behind them is cut off."""


class LineJoiner:
    """Puts together what the monitor wrote in pieces, for each stream apart."""

    def __init__(self) -> None:
        self._pieces: dict[str, bytearray] = {}
        self._lines: list[str] = []

    def feed(self, line: LogLine) -> None:
        piece = self._pieces.setdefault(line.stream, bytearray())
        piece += line.data[: LONGEST - len(piece)]
        if not line.partial:
            self._lines.append(plain_line(bytes(piece)))
            piece.clear()

    def take(self) -> list[str]:
        """The lines that have come to their end since the last call."""
        lines, self._lines = self._lines, []
        return lines

    def rest(self) -> list[str]:
        """What has no end yet: a prompt, most often."""
        return [plain_line(bytes(piece)) for piece in self._pieces.values() if piece]

"""What is sought in a log, or filtered by: a text, a regular expression, and either of them turned round."""

from __future__ import annotations

import re
from typing import Final

from tui.languages import _

_ESCAPE_SEQUENCE: Final = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\|\n|$)|[ -/]*[0-~])", re.DOTALL
)
_IN_PIECES: Final = b" P "
"""The tag of a line that the monitor wrote in pieces: what is shown as one stands apart in the file."""


class Matcher:
    """`!TEXT`: lines without it. `/EXPRESSION/`: a regular expression. Without capitals, capitals are not minded.

    Raises ValueError for a wrong expression.
    """

    def __init__(self, typed: str) -> None:
        self.typed = typed
        self.inverse = typed.startswith("!")
        wanted = typed[1:] if self.inverse else typed
        is_expression = len(wanted) > 2 and wanted.startswith("/") and wanted.endswith("/")
        flags = re.NOFLAG if wanted != wanted.lower() else re.IGNORECASE
        try:
            self._pattern = re.compile(wanted[1:-1] if is_expression else re.escape(wanted), flags)
        except re.error as error:
            raise ValueError(
                _("{wanted} is no regular expression: {error}").format(wanted=wanted, error=error)
            ) from error
        self._literal = b"" if is_expression or self.inverse or not wanted.isascii() else wanted.encode()
        self._ignores_case = bool(flags)

    def fits(self, text: str) -> bool:
        return (self._pattern.search(text) is None) is self.inverse

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where it is in a line, to be lit."""
        return [] if self.inverse else [match.span() for match in self._pattern.finditer(text) if match.group()]

    def skips(self, block: bytes) -> bool:
        """Whether none of the lines in a block of a log's file can fit."""
        if not self._literal or _IN_PIECES in block:
            return False
        searched = block.lower() if self._ignores_case else block
        if self._literal in searched:
            return False
        return b"\x1b" not in block or self._literal not in _ESCAPE_SEQUENCE.sub(b"", searched)

"""Keeps from the emulator the sequences that its library is known to crash on: OSC 8 links and OSC 133 marks.

This keeps honest programs (`ls --hyperlink`, shells with prompt marks) from ending a keeper. It is no defence: one
that means harm finds others, and the keeper's process is what contains it. Links are not lost: the cells of one carry
its number as the colour of an underline, whether they are underlined or not.
"""

from __future__ import annotations

import re
from typing import Final

HELD_LIMIT: Final = 8192
"""Bytes of an unfinished sequence kept; a longer one is passed over without its start."""
LINKS_LIMIT: Final = 1024
"""Links remembered; after that the numbers begin anew."""
LINK_RED: Final = 1
"""Red of the underline colours that are numbers of links: green times 256 and blue is the number."""

_ENDED: Final = rb"(?P<body>[^\x07\x1b\x18\x1a]*)(?:\x07|\x1b\\|\x18|\x1a)"
_WHOLE: Final = re.compile(rb"\x1b\](?P<code>8|133);" + _ENDED)
_WHOLE_OR_STYLE: Final = re.compile(_WHOLE.pattern + rb"|\x1b\[[\d;:]*m|\x1bc")
_START: Final = re.compile(rb"\x1b(?:\](?:8|1|13|133|(?:8|133);[^\x07\x1b\x18\x1a]*\x1b?)?)?\Z")
_STYLE_START: Final = re.compile(rb"\x1b\[[\d;:]*\Z")
_TARGET: Final = re.compile(rb"(?:https?://|mailto:)[\x21-\x7e]{1,2000}")


class SequenceFilter:
    """Takes the stream in pieces of any size."""

    def __init__(self) -> None:
        self._held = b""
        self._marker = b""
        self._numbers: dict[bytes, int] = {}
        self.links: dict[int, str] = {}
        """The targets of links by their number: of the web and mail only, printable ASCII."""

    def feed(self, data: bytes) -> bytes:
        """What of the stream so far can be passed on."""
        if self._held:
            data, self._held = self._held + data, b""
        if b"\x1b" not in data:
            return data
        if self._marker or b"\x1b]8;" in data:
            data = _WHOLE_OR_STYLE.sub(self._marked, data)
        elif b"\x1b]" in data:
            data = _WHOLE.sub(b"", data)
        start = data.rfind(b"\x1b]", -HELD_LIMIT)
        if start < 0 or _START.match(data, start) is None:
            start = len(data) - 1 if data.endswith(b"\x1b") else -1
        if start < 0 and self._marker and (style := _STYLE_START.search(data, max(0, len(data) - HELD_LIMIT))):
            start = style.start()
        if start >= 0:
            data, self._held = data[:start], data[start:]
        return data

    def _marked(self, match: re.Match[bytes]) -> bytes:
        """A link's begin or end as a change of the underline colour, which every other change of style is kept from."""
        if match["code"] is None:
            if match.group() == b"\x1bc":
                self._marker = b""
            return match.group() + self._marker
        if match["code"] != b"8":
            return b""
        target = match["body"].partition(b";")[2]
        was_open, self._marker = bool(self._marker), b""
        if _TARGET.fullmatch(target):
            number = self._number(target)
            self._marker = b"\x1b[58:2::%d:%d:%dm" % (LINK_RED, number >> 8, number & 0xFF)
            return self._marker
        return b"\x1b[59m" if was_open else b""

    def _number(self, target: bytes) -> int:
        number = self._numbers.get(target)
        if number is None:
            if len(self._numbers) >= LINKS_LIMIT:
                self._numbers.clear()
            number = self._numbers[target] = len(self._numbers) + 1
            self.links[number] = target.decode("ascii")
        return number

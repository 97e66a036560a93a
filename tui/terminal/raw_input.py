"""Cuts the raw bytes of the operator's terminal into what is typed, what is pasted, and what is for the screen itself.

Pure: no terminal, no clock. A start of a sequence that may yet become something for the screen is held until `flush`.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final, NamedTuple

PASTE_BEGIN: Final = b"\x1b[200~"
PASTE_END: Final = b"\x1b[201~"
HELD_LIMIT: Final = 64 * 1024
"""Bytes of an unfinished reply that are kept."""


class InputKind(Enum):
    KEYS = auto()
    HOST = auto()
    """Mouse, focus, size and answers of the operator's terminal: for Textual."""
    PASTE_BEGIN = auto()
    PASTE = auto()
    PASTE_END = auto()


class InputToken(NamedTuple):
    kind: InputKind
    data: bytes = b""


_HOST: Final = re.compile(
    rb"""
    \x1b\[ (?: < [-\d;]+ [Mm]           # mouse, SGR
             | \d+;\d+;\d+ M            # mouse, urxvt
             | [IO]                     # focus
             | \?? [\d;]+ \$y           # a mode's state
             | \? [\d;]* [cun]          # device attributes, keyboard flags, colour scheme
             | [>=] [\d;]* c
             | 48 ; [\d;:]+ t           # in-band resize
             | [3-9] ; \d+ ; \d+ t      # sizes
           )
    | \x1b\] \d+ ; [^\x07\x1b]* (?: \x07 | \x1b\\ )
    | \x1b [P_] [^\x1b\x00-\x1f]+ \x1b\\
    """,
    re.VERBOSE,
)
_MARK: Final = re.compile(_HOST.pattern + rb"| (?P<paste> \x1b\[200~ )", re.VERBOSE)
_UNFINISHED: Final = re.compile(
    rb"\x1b(?:\[[<>?=]?[-\d;:]*\$?|O|\]\d+;[^\x07\x1b]*\x1b?|\]\d*|[P_][>!\dG][^\x1b\x00-\x1f]*\x1b?)\Z"
)


class RawInput:
    """Takes the bytes in pieces of any size."""

    def __init__(self) -> None:
        self._held = b""
        self._pasting = False

    @property
    def is_holding(self) -> bool:
        """Whether something waits for its rest, or for `flush`."""
        return bool(self._held) and not self._pasting

    def feed(self, data: bytes) -> list[InputToken]:
        """The tokens that these bytes complete."""
        data, self._held = self._held + data, b""
        tokens: list[InputToken] = []
        while data:
            data = self._take_paste(data, tokens) if self._pasting else self._take_typed(data, tokens)
        return tokens

    def flush(self) -> list[InputToken]:
        """What was held turned out to be typed."""
        if not self.is_holding:
            return []
        data, self._held = self._held, b""
        return [InputToken(InputKind.KEYS, data)]

    def _take_typed(self, data: bytes, tokens: list[InputToken]) -> bytes:
        """Tokens up to a paste; returns what follows its mark."""
        start = 0
        for match in _MARK.finditer(data):
            if match.start() > start:
                tokens.append(InputToken(InputKind.KEYS, data[start : match.start()]))
            start = match.end()
            if match["paste"]:
                self._pasting = True
                tokens.append(InputToken(InputKind.PASTE_BEGIN))
                return data[start:]
            tokens.append(InputToken(InputKind.HOST, match.group()))
        rest = data[start:]
        unfinished = _UNFINISHED.search(rest)
        if unfinished is not None and len(unfinished.group()) <= HELD_LIMIT:
            rest, self._held = rest[: unfinished.start()], unfinished.group()
        if rest:
            tokens.append(InputToken(InputKind.KEYS, rest))
        return b""

    def _take_paste(self, data: bytes, tokens: list[InputToken]) -> bytes:
        """Only the end mark ends a paste, whatever else is in it."""
        content, mark, rest = data.partition(PASTE_END)
        if not mark:
            kept = next((n for n in range(len(PASTE_END) - 1, 0, -1) if content.endswith(PASTE_END[:n])), 0)
            content, self._held = content[: len(content) - kept], content[len(content) - kept :]
        if content:
            tokens.append(InputToken(InputKind.PASTE, content))
        if mark:
            self._pasting = False
            tokens.append(InputToken(InputKind.PASTE_END))
        return rest

"""What a terminal answers to the program, taken out of what is typed: whether its background is dark or light."""

from __future__ import annotations

import re
from typing import Final

ASK: Final = "\x1b]11;?\x1b\\\x1b[?2031h"
"""Which colour is the background (xterm's OSC 11)? And tell when it becomes light or dark (mode 2031)."""
ASK_NO_MORE: Final = "\x1b[?2031l"

_COLOUR: Final = re.compile(
    rb"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})[^\x07\x1b]*(?:\x07|\x1b\\)"
)
_SCHEME: Final = re.compile(rb"\x1b\[\?997;([12])n")
_BEGUN: Final = re.compile(rb"\x1b\](?:1?$|11(?:;[^\x07\x1b]*)?(?:\x1b)?$)")
"""An answer whose end has not come yet. A lone ESC is a key, and is not waited for."""
_LONGEST: Final = 64


class TerminalReplies:
    """Feeds on what is read from the terminal; gives back what was typed."""

    def __init__(self) -> None:
        self._held = b""
        self.is_dark: bool | None = None
        """What the terminal said last; None before."""

    def feed(self, data: bytes) -> bytes:
        """`data` without the terminal's answers."""
        data, self._held = self._held + data, b""
        if b"\x1b]" not in data and b"\x1b[?997" not in data:
            return data
        data = _COLOUR.sub(self._take_colour, data)
        data = _SCHEME.sub(self._take_scheme, data)
        begun = _BEGUN.search(data)
        if begun is not None and len(data) - begun.start() < _LONGEST:
            data, self._held = data[: begun.start()], data[begun.start() :]
        return data

    def flush(self) -> bytes:
        """What was held back as the begin of an answer that did not come."""
        data, self._held = self._held, b""
        return data

    @property
    def is_holding(self) -> bool:
        return bool(self._held)

    def _take_colour(self, found: re.Match[bytes]) -> bytes:
        red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
        # Rec. 709: how bright a colour looks.
        self.is_dark = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.5
        return b""

    def _take_scheme(self, found: re.Match[bytes]) -> bytes:
        self.is_dark = found[1] == b"1"
        return b""

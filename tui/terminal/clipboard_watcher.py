"""Finds what a program wants in the operator's clipboard (OSC 52). Whether it gets there is the operator's to say."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

TEXT_LIMIT: Final = 64 * 1024
"""Bytes of text; more is no clipboard but a flood."""
_HELD_LIMIT: Final = TEXT_LIMIT * 4 // 3 + 64
_WHOLE: Final = re.compile(rb"\x1b\]52;[a-z0-7]*;([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)")
_BEGIN: Final = b"\x1b]52;"


class ClipboardWatcher:
    """Takes the program's output in pieces of any size. Queries (`?`) are never answered."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> list[str]:
        """The texts of the sequences that came to their end."""
        if not self._held and b"\x1b" not in data:
            return []
        data = self._held + data
        texts, end = [], 0
        for match in _WHOLE.finditer(data):
            end = match.end()
            if text := _decoded(match[1]):
                texts.append(text)
        start = data.rfind(_BEGIN, end)
        if start < 0:
            start = next((len(data) - n for n in range(len(_BEGIN) - 1, 0, -1) if data.endswith(_BEGIN[:n])), len(data))
        rest = data[start:]
        unfinished = b"\x07" not in rest and b"\x1b\\" not in rest
        self._held = rest if unfinished and len(rest) <= _HELD_LIMIT else b""
        return texts


def _decoded(encoded: bytes) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""

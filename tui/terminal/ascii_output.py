"""For terminals that know ASCII alone: what the screen draws, in the nearest signs of seven bits."""

from __future__ import annotations

import functools
import unicodedata
from typing import Final

from rich.cells import cell_len

_SIGNS: Final = {
    "●": "*", "◐": "%", "◫": "=", "◌": ".", "○": "o", "■": "#", "…": "~", "⚓": "&", "·": "-", "•": "+", "→": ">",
    "←": "<", "↑": "^", "↓": "v", "⏎": "$", "✓": "x", "✗": "!", "–": "-", "—": "-", "“": '"', "”": '"', "‘": "'",
    "’": "'", "▁": "_", "▂": ".", "▃": ":", "▄": "-", "▅": "=", "▆": "+", "▇": "*", "█": "#", "▎": "|", "▏": "|",
    "▊": "|", "▌": "|", "▐": "|", "▔": "-", "▕": "|", "╸": "-", "╺": "-", "━": "-", "┃": "|", "░": ".", "▒": ":",
    "▓": "#", "▼": "v", "▲": "^", "▶": ">", "◀": "<", "◉": "*", "⬤": "*", "×": "x", "\u00a0": " ", "\ufffd": "?",
    "🔒": "##",
}  # fmt: skip
"""Sign → what stands for it, as wide. What tells states, keys or heights apart does so here, too.

The end of a line is written as `cat -E` writes it.
"""
_LINES: Final = ("BOX DRAWINGS", "BLOCK", "BRAILLE")


class _Table(dict[int, str]):
    """For str.translate: what is not known yet is looked up once."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        self[code] = found = sign if code < 128 else _stand_in(sign)
        return found


def _stand_in(sign: str) -> str:
    if sign in _SIGNS:
        return _SIGNS[sign]
    name = unicodedata.name(sign, "")
    if name.startswith(_LINES):
        return "|" if "VERTICAL" in name and "HORIZONTAL" not in name else "-" if "HORIZONTAL" in name else "+"
    plain = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    width = cell_len(sign)
    return plain if plain and len(plain) == width else "?" * width


@functools.cache
def _table() -> _Table:
    return _Table()


def as_ascii(text: str) -> str:
    """`text` with every sign beyond ASCII replaced by as many columns of ASCII. Escape sequences stay."""
    return text if text.isascii() else text.translate(_table())

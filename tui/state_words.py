"""How a state is written in a list: its sign and its word, a short word, or the sign alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui.configuration.schema import StateWords

SHORT: Final = {
    "running": "run",
    "paused": "paus",
    "created": "made",
    "configured": "new",
    "exited": "exit",
    "unknown": "odd",
    "unhealthy": "sick",
    "no console": "cut",
}
NARROW: Final[Mapping[str, int]] = {"short": 6, "sign": 5}
"""The width of the column. With signs alone it is as wide as its heading."""


def state_text(sign: str, word: str, words: StateWords) -> str:
    """A cell."""
    if words == "sign":
        return sign
    return f"{sign} {SHORT.get(word, word[:4]) if words == 'short' else word}"


def doing_text(doing: str, words: StateWords) -> str:
    """A cell of what something is being done to."""
    if words != "long":
        return "…"
    return doing if doing.startswith("stopping ") else f"… {doing}"

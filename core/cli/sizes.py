"""Sizes as podman takes them."""

from __future__ import annotations

import re
from typing import Final

from core.errors import InvalidArgument

_SIZE: Final = r"(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?"
_FACTORS: Final = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def parse_size(text: str) -> int:
    """`64m`, `1.5g`, `1024` → bytes. Raises `InvalidArgument`."""
    number, unit = (text, "") if text.isdecimal() else (text[:-1], text[-1:].lower())
    if unit in _FACTORS and number.isdecimal():
        return int(number) * _FACTORS[unit]
    match = re.fullmatch(_SIZE, text.strip(), re.IGNORECASE)
    if match is None:
        raise InvalidArgument(f"{text!r} is not a size", hint="use a number with b, k, m or g behind it")
    return int(float(match[1]) * _FACTORS[match[2].lower()])

"""Tables, times and sizes as podman prints them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence

import msgspec

_UNITS = (("year", 31536000), ("month", 2592000), ("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60))


def printable(text: str) -> str:
    """`text` without what could move a terminal's cursor or change its colours."""
    return "".join(char if char.isprintable() else "�" for char in text)


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns two blanks apart, each as wide as its widest entry."""
    lines = [tuple(header), *(tuple(printable(cell) for cell in row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write(text.rstrip() + "\n")


def print_json(value: object) -> None:
    """Indented JSON."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=4).decode() + "\n")


def span(seconds: float) -> str:
    """`3 minutes`, `2 hours`: the largest unit alone."""
    for name, length in _UNITS:
        count = int(seconds // length)
        if count >= 1:
            return f"{count} {name}{'s' if count > 1 else ''}"
    count = max(0, int(seconds))
    return "Less than a second" if count < 1 else f"{count} second{'s' if count > 1 else ''}"


def ago(moment: float) -> str:
    """`3 minutes ago`, from Unix seconds."""
    return f"{span(time.time() - moment)} ago" if moment else "never"


def size(number: float) -> str:
    """Bytes in decimal units: `1.05 MB`."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 1000 or unit == "TB":
            return f"{number:.3g} {unit}" if number < 1000 else f"{number:.0f} {unit}"
        number /= 1000
    return ""

"""Tables, times and sizes as podman prints them."""

from __future__ import annotations

import sys
import time

from core.model.amounts import go_time as go_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_UNITS = (
    ("year", 31536000),
    ("month", 2592000),
    ("week", 604800),
    ("day", 86400),
    ("hour", 3600),
    ("minute", 60),
)
_COLUMN = 12
_GAP = 2
"""Cells that a column of a table has at least, and blanks behind its widest text: as podman's."""


def printable(text: str) -> str:
    """`text` without what could move a terminal's cursor or change its colours."""
    return text if text.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in text)


def cells(text: str) -> int:
    """How many columns of a terminal printable `text` takes."""
    if text.isascii():
        return len(text)
    import unicodedata

    wide = sum(1 for char in text if unicodedata.east_asian_width(char) in "WF")
    return len(text) + wide - sum(1 for char in text if unicodedata.combining(char))


def print_table(header: Sequence[str] | None, rows: Iterable[Sequence[str]]) -> None:
    """Columns at least two blanks apart and 12 cells wide, as podman's. Prints no header for None."""
    lines = [tuple(printable(cell) for cell in row) for row in rows]
    if header is not None:
        lines.insert(0, tuple(header))
    sys.stdout.write("".join(line.rstrip() + "\n" for line in _aligned_lines(lines)))


def aligned(text: str) -> str:
    """Lines with tabs between their cells, as a table."""
    lines = [[printable(cell) for cell in line.split("\t")] for line in text.splitlines()]
    return "".join(line + "\n" for line in _aligned_lines(lines))


def _aligned_lines(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """The last cell of a line is as wide as its text; the others as wide as their column."""
    widths: list[int] = []
    for line in lines:
        widths += [_COLUMN] * (len(line) - 1 - len(widths))
        for column, cell in enumerate(line[:-1]):
            widths[column] = max(widths[column], cells(cell) + _GAP)
    for line in lines:
        yield "".join(cell + " " * (width - cells(cell)) for cell, width in zip(line[:-1], widths, strict=False)) + (
            line[-1] if line else ""
        )


def print_json(value: object) -> None:
    """Indented JSON."""
    import msgspec

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
    """`3 minutes ago`, from Unix seconds; `never` for 0."""
    return f"{span(time.time() - moment)} ago" if moment else "never"


def size(number: float) -> str:
    """Bytes in decimal units, three digits: `1.05 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 999.5:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} TB" if number < 999.5 else f"{number:.0f} TB"

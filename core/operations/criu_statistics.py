"""What CRIU writes down of its own work: `stats-dump` and `stats-restore` (criu, images/stats.proto)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_HEADER: Final = struct.Struct("<III")
"""Two marks, and the length of the one record."""
_FIELDS: Final = {
    1: {
        1: "freezing_time",
        2: "frozen_time",
        3: "memdump_time",
        4: "memwrite_time",
        5: "pages_scanned",
        6: "pages_skipped_parent",
        7: "pages_written",
        8: "irmap_resolve",
    },
    2: {1: "pages_compared", 2: "pages_skipped_cow", 3: "forking_time", 4: "restore_time", 5: "pages_restored"},
}
"""Names of the numbers of a dump and of a restore. Times: microseconds."""
_VARINT, _BYTES = 0, 2


def criu_statistics(file: Path) -> dict[str, int]:
    """The numbers by CRIU's names; none where the file is not there or not understood."""
    try:
        content = file.read_bytes()
        _, _, length = _HEADER.unpack_from(content)
        found: dict[str, int] = {}
        for kind, record in _fields(content[_HEADER.size : _HEADER.size + length]):
            if isinstance(record, bytes):
                names = _FIELDS.get(kind, {})
                for field, value in _fields(record):
                    if field in names and isinstance(value, int):
                        found[names[field]] = value
    except (OSError, struct.error, ValueError, IndexError):
        return {}
    return found


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protobuf record. Raises `ValueError`, `IndexError`."""
    at = 0
    while at < len(data):
        key, at = _number(data, at)
        if key & 7 == _VARINT:
            value, at = _number(data, at)
            yield key >> 3, value
        elif key & 7 == _BYTES:
            length, at = _number(data, at)
            yield key >> 3, data[at : at + length]
            at += length
        else:
            raise ValueError(f"the kind {key & 7} of a field is not expected")


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at

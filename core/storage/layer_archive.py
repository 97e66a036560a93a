"""Members of a tar taken out, or given to others, without touching a byte of the rest."""

from __future__ import annotations

import itertools
import os
import tarfile
from collections.abc import Collection
from pathlib import Path
from typing import Final

from core.model.id_mappings import IdMappings, inside

_USER_FIELD: Final = slice(108, 116)
_GROUP_FIELD: Final = slice(116, 124)
_SUM_FIELD: Final = slice(148, 156)
"""Places in the header of a member (POSIX.1-1988, ustar)."""


def leave_out(archive: Path, names: Collection[str]) -> None:
    """Write an uncompressed tar anew without the members of these names (relative, as in the archive).

    By ranges of bytes: tarfile does not keep every extended header, and GNU tar's --delete loses what is behind.
    """
    with tarfile.open(archive, "r:") as tar:
        members = [(member.offset, member.name.rstrip("/") in names) for member in tar]
        end = tar.offset
    if not any(dropped for _, dropped in members):
        return
    shorter = archive.with_suffix(".shorter")
    bounds = [*members, (end, True)]
    with archive.open("rb") as source, shorter.open("wb") as target:
        for (begin, dropped), (behind, _) in itertools.pairwise(bounds):
            if not dropped:
                _copy(source.fileno(), target.fileno(), begin, behind - begin)
        target.write(bytes(2 * tarfile.BLOCKSIZE))
    os.replace(shorter, archive)


def shift_owners(archive: Path, ids: IdMappings) -> None:
    """Write the owners of an uncompressed tar, in place, as a container with these mappings counts them."""
    with tarfile.open(archive, "r:") as tar:
        places = [(member.offset, member.offset_data - tarfile.BLOCKSIZE) for member in tar]
    with archive.open("r+b") as file:
        for begin, header_at in places:
            file.seek(begin)
            extended, header = bytearray(file.read(header_at - begin)), bytearray(file.read(tarfile.BLOCKSIZE))
            _shift_records(extended, ids)
            _shift_header(header, ids)
            file.seek(begin)
            file.write(extended + header)


def _shift_header(header: bytearray, ids: IdMappings) -> None:
    for field, ranges in ((_USER_FIELD, ids.users), (_GROUP_FIELD, ids.groups)):
        number = inside(ranges, tarfile.nti(bytes(header[field])))  # type: ignore[attr-defined]
        if number is not None:
            header[field] = tarfile.itn(number, 8, tarfile.GNU_FORMAT)  # type: ignore[attr-defined]
    header[_SUM_FIELD] = b" " * 8
    header[_SUM_FIELD] = b"%06o\0 " % sum(header)


def _shift_records(extended: bytearray, ids: IdMappings) -> None:
    """Numbers too large for the header, in its extended one: written at the same length, with zeros before."""
    at = 0
    while at < len(extended):
        kind, size = extended[at + 156 : at + 157], tarfile.nti(bytes(extended[at + 124 : at + 136]))  # type: ignore[attr-defined]
        at += tarfile.BLOCKSIZE
        record = at
        while kind == b"x" and record < at + size:
            length = int(extended[record : extended.index(b" ", record)])
            text = bytes(extended[record : record + length])
            name, _, value = text.partition(b" ")[2].rstrip(b"\n").partition(b"=")
            ranges = {b"uid": ids.users, b"gid": ids.groups}.get(name)
            number = inside(ranges, int(value)) if ranges is not None else None
            if number is not None:
                start = record + length - 1 - len(value)
                extended[start : start + len(value)] = str(number).zfill(len(value)).encode()
            record += length
        at += -(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE


def _copy(source: int, target: int, offset: int, count: int) -> None:
    while count > 0:
        copied = os.sendfile(target, source, offset, count)
        if not copied:
            raise OSError("the archive ends within a member")
        offset, count = offset + copied, count - copied

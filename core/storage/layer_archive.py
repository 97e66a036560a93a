"""Taking members out of a tar without touching a byte of the others."""

from __future__ import annotations

import itertools
import os
import tarfile
from collections.abc import Collection
from pathlib import Path


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


def _copy(source: int, target: int, offset: int, count: int) -> None:
    while count > 0:
        copied = os.sendfile(target, source, offset, count)
        if not copied:
            raise OSError("the archive ends within a member")
        offset, count = offset + copied, count - copied

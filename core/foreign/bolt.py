"""Reading a bolt database (go.etcd.io/bbolt) that another program has open, without its lock.

A page is never changed where it stands: a commit writes new ones, and then the meta page that leads to them. So what
one meta page leads to is whole for as long as no later one is there; this is looked at again at the end.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

_MAGIC: Final = 0xED0CDAED
_VERSION: Final = 2
_PAGE: Final = struct.Struct("<QHHI")
_META: Final = struct.Struct("<IIIIQQQQQQ")
_LEAF: Final = struct.Struct("<IIII")
_BRANCH: Final = struct.Struct("<IIQ")
_BUCKET: Final = struct.Struct("<QQ")
_IS_BRANCH, _IS_LEAF, _BUCKET_FLAG = 0x01, 0x02, 0x01
_FIRST_PAGES: Final = (4096, 8192, 16384, 65536)
"""Where the second meta page may be: a page is as long as those of the machine that made the file."""
_DEEPEST: Final = 32
_MOST_PAGES: Final = 1 << 16
_LONGEST: Final = 16 << 20
_FNV_OFFSET, _FNV_PRIME, _FNV_MASK = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1


class NotWhole(Exception):
    """The file is no bolt database, is damaged, or was written meanwhile."""


class _Meta(NamedTuple):
    page_size: int
    root: int
    transaction: int


class Bucket:
    """Keys with their values, or with further buckets. Raises `NotWhole` wherever something is not as it should be."""

    def __init__(self, database: Database, page: bytes | int) -> None:
        self._database = database
        self._page = page

    def values(self) -> dict[bytes, bytes]:
        """The keys that have a value."""
        return {key: value for key, value, is_bucket in self._items() if not is_bucket}

    def buckets(self) -> Iterator[tuple[bytes, Bucket]]:
        """The keys that have a bucket."""
        for key, value, is_bucket in self._items():
            if is_bucket:
                root, _ = _unpack(_BUCKET, value, 0)
                yield key, Bucket(self._database, value[_BUCKET.size :] if root == 0 else root)

    def bucket(self, *path: bytes) -> Bucket | None:
        """The one at the end of a path of keys; None where there is none."""
        found: Bucket | None = self
        for name in path:
            found = next((bucket for key, bucket in found.buckets() if key == name), None) if found else None
        return found

    def _items(self) -> Iterator[tuple[bytes, bytes, bool]]:
        yield from self._below(self._page, 0)

    def _below(self, place: bytes | int, depth: int) -> Iterator[tuple[bytes, bytes, bool]]:
        if depth > _DEEPEST:
            raise NotWhole("a tree without an end")
        page = self._database.page(place) if isinstance(place, int) else place
        _, flags, count, _ = _unpack(_PAGE, page, 0)
        for number in range(count):
            at = _PAGE.size + number * _LEAF.size
            if flags & _IS_BRANCH:
                yield from self._below(_unpack(_BRANCH, page, at)[2], depth + 1)
            elif flags & _IS_LEAF:
                kind, offset, key_size, value_size = _unpack(_LEAF, page, at)
                begin = at + offset
                key = _part(page, begin, key_size)
                yield key, _part(page, begin + key_size, value_size), bool(kind & _BUCKET_FLAG)
            else:
                raise NotWhole("a page of another kind in a tree")


class Database:
    """One file, open for reading. `close` it, or use it in a `with` block."""

    def __init__(self, path: Path) -> None:
        """Raises `OSError`, `NotWhole`."""
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK)
        self._read = 0
        try:
            self._meta = self._newest()
        except BaseException:
            os.close(self._file)
            raise

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def root(self) -> Bucket:
        return Bucket(self, self._meta.root)

    def check(self) -> None:
        """Raise `NotWhole` where there was a commit since it was opened: what was read then may be of two."""
        if self._newest().transaction != self._meta.transaction:
            raise NotWhole("it was written meanwhile")

    def page(self, number: int) -> bytes:
        """A page with those that belong to it."""
        size = self._meta.page_size
        self._read += 1
        if number * size >= os.fstat(self._file).st_size or self._read > _MOST_PAGES:
            raise NotWhole("a page that is not there, or a tree that never ends")
        overflow = _unpack(_PAGE, os.pread(self._file, _PAGE.size, number * size), 0)[3]
        length = (overflow + 1) * size
        if length > _LONGEST:
            raise NotWhole("a page that is too long")
        return os.pread(self._file, length, number * size)

    def _newest(self) -> _Meta:
        found = [meta for place in (0, *_FIRST_PAGES) if (meta := self._meta_at(place)) is not None]
        if not found:
            raise NotWhole("no bolt database")
        return max(found, key=lambda meta: meta.transaction)

    def _meta_at(self, place: int) -> _Meta | None:
        content = os.pread(self._file, _META.size, place + _PAGE.size)
        if len(content) < _META.size:
            return None
        magic, version, page_size, _, root, _, _, _, transaction, checksum = _META.unpack(content)
        if (magic, version) != (_MAGIC, _VERSION) or page_size < _PAGE.size or _hash(content[:-8]) != checksum:
            return None
        return _Meta(page_size, root, transaction)


def _unpack(form: struct.Struct, content: bytes, at: int) -> tuple[int, ...]:
    try:
        return form.unpack_from(content, at)
    except struct.error as error:
        raise NotWhole(str(error)) from error


def _part(page: bytes, begin: int, size: int) -> bytes:
    if begin + size > len(page):
        raise NotWhole("an entry that is longer than its page")
    return page[begin : begin + size]


def _hash(content: bytes) -> int:
    """FNV-1a of 64 bits."""
    value = _FNV_OFFSET
    for byte in content:
        value = (value ^ byte) * _FNV_PRIME & _FNV_MASK
    return value

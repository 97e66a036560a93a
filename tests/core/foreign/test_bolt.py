"""Reading a bolt database: what is in it, and nothing worse than a refusal where it is damaged or being written."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.foreign.bolt import Bucket, Database, NotWhole, _hash

PAGE = 4096
BRANCH, LEAF, META = 1, 2, 4


def tree_page(kind: int, number: int, entries: list[tuple[int, bytes, bytes]]) -> bytes:
    """A leaf of (flags, key, value), or a branch of (page, key, nothing)."""
    head, body = b"", b""
    for place, (word, key, value) in enumerate(entries):
        offset = 16 * (len(entries) - place) + len(body)
        if kind == LEAF:
            head += struct.pack("<IIII", word, offset, len(key), len(value))
        else:
            head += struct.pack("<IIQ", offset, len(key), word)
        body += key + value
    return struct.pack("<QHHI", number, kind, len(entries), 0) + head + body


def meta_page(number: int, root: int, transaction: int) -> bytes:
    meta = struct.pack("<IIIIQQQQQ", 0xED0CDAED, 2, PAGE, 0, root, 0, 0, 5, transaction)
    return struct.pack("<QHHI", number, META, 0, 0) + meta + struct.pack("<Q", _hash(meta))


def database(transaction: int = 7) -> bytes:
    inline = struct.pack("<QQ", 0, 0) + tree_page(LEAF, 0, [(0, b"image", b"demo")])
    far = struct.pack("<QQ", 4, 0)
    pages = [
        meta_page(0, 2, transaction - 1),
        meta_page(1, 3, transaction),
        tree_page(LEAF, 2, [(0, b"old", b"gone")]),
        tree_page(BRANCH, 3, [(4, b"a", b""), (5, b"z", b"")]),
        tree_page(LEAF, 4, [(0, b"a", b"1"), (1, b"box", inline)]),
        tree_page(LEAF, 5, [(1, b"z", far)]),
    ]
    return b"".join(page.ljust(PAGE, b"\0") for page in pages)


def everything(bucket: Bucket, depth: int = 0) -> int:
    """Walk through all of it; how many entries there are."""
    if depth > 8:
        return 0
    return len(bucket.values()) + sum(everything(inner, depth + 1) for _, inner in bucket.buckets())


def test_the_newest_tree_is_read(tmp_path: Path) -> None:
    path = tmp_path / "db"
    path.write_bytes(database())
    with Database(path) as opened:
        root = opened.root()
        assert root.values() == {b"a": b"1"}
        box = root.bucket(b"box")
        assert box is not None and box.values() == {b"image": b"demo"}
        far = root.bucket(b"z", b"box")
        assert far is not None and far.values() == box.values()
        assert root.bucket(b"z", b"none", b"further") is None
        opened.check()
        path.write_bytes(database(transaction=9))
        with pytest.raises(NotWhole, match="written meanwhile"):
            opened.check()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(damage=st.lists(st.tuples(st.integers(2 * PAGE, 6 * PAGE - 1), st.integers(0, 255)), max_size=12))
def test_damage_is_told_and_nothing_else_happens(tmp_path: Path, damage: list[tuple[int, int]]) -> None:
    content = bytearray(database())
    for place, byte in damage:
        content[PAGE * (place // PAGE) + place % 120] = byte
    path = tmp_path / "db"
    path.write_bytes(content)
    try:
        with Database(path) as opened:
            everything(opened.root())
    except NotWhole:
        pass


def test_no_database(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"text" * 5000, os.urandom(9000))):
        path = tmp_path / str(number)
        path.write_bytes(content)
        with pytest.raises(NotWhole):
            Database(path)

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.host.files import free_bytes, make_private_directory, read_in_root, write_atomically


class TestWriteAtomically:
    def test_content_and_mode(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        write_atomically(path, b"one", mode=0o644)
        write_atomically(path, b"two")
        assert path.read_bytes() == b"two"
        assert path.stat().st_mode & 0o777 == 0o600
        assert list(tmp_path.iterdir()) == [path]

    def test_a_failure_leaves_the_old_and_nothing_else(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "file"
        write_atomically(path, b"old")

        def full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            write_atomically(path, b"new")
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]


def test_private_directories(tmp_path: Path) -> None:
    make_private_directory(tmp_path / "a/b")
    make_private_directory(tmp_path / "a/b")
    for folder in ("a", "a/b"):
        assert (tmp_path / folder).stat().st_mode & 0o777 == 0o700


class TestReadInRoot:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        root = tmp_path / "root"
        (root / "etc").mkdir(parents=True)
        (root / "etc/passwd").write_bytes(b"inside")
        (tmp_path / "secret").write_bytes(b"outside")
        (root / "secret").write_bytes(b"inside, too")
        return root

    def test_a_file(self, root: Path) -> None:
        assert read_in_root(root, "etc/passwd") == b"inside"
        assert read_in_root(root, "/etc/passwd") == b"inside"
        assert read_in_root(root, "etc/passwd", limit=2) == b"in"

    @pytest.mark.parametrize("target", ["../../../secret", "/secret", "../secret"])
    def test_a_link_stays_inside(self, root: Path, target: str) -> None:
        (root / "etc/link").symlink_to(target)
        assert read_in_root(root, "etc/link") == b"inside, too"

    def test_a_magic_link_is_refused(self, root: Path) -> None:
        (root / "proc").symlink_to("/proc")
        assert read_in_root(Path("/"), "proc/self/root/etc/passwd") is None

    def test_what_is_no_file(self, root: Path) -> None:
        os.mkfifo(root / "fifo")
        os.mknod(root / "device", 0o600 | 0o020000, os.makedev(1, 5))
        for name in ("fifo", "device", "etc", "missing"):
            assert read_in_root(root, name) is None

    def test_no_root(self, tmp_path: Path) -> None:
        assert read_in_root(tmp_path / "nothing", "x") is None


def test_free_bytes(tmp_path: Path) -> None:
    assert free_bytes(tmp_path) > 0

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import StorageFailed
from core.host.mounts import is_mounted, mount_tmpfs, mounts_under, unmount


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder with a name that the mount table must escape."""
    folder = tmp_path / "a b\tc\\d\ne"
    folder.mkdir()
    yield folder
    for point in reversed(mounts_under(tmp_path)):
        unmount(point, lazy=True)


def test_mounted_limited_and_unmounted(place: Path) -> None:
    assert not is_mounted(place)
    mount_tmpfs(place, size=1 << 20, mode=0o700)
    assert is_mounted(place)
    assert place.stat().st_mode & 0o7777 == 0o700
    usage = os.statvfs(place)
    assert usage.f_blocks * usage.f_frsize == 1 << 20
    assert usage.f_flag & (os.ST_NODEV | os.ST_NOEXEC | os.ST_NOSUID) == os.ST_NODEV | os.ST_NOEXEC | os.ST_NOSUID
    unmount(place)
    assert not is_mounted(place)


def test_below_a_folder_in_order(place: Path) -> None:
    mount_tmpfs(place, size=1 << 20)
    inner = place / "inner"
    inner.mkdir()
    mount_tmpfs(inner, size=1 << 20)
    (place.parent / (place.name + "x")).mkdir()
    assert mounts_under(place) == [place, inner]
    assert mounts_under(place.parent) == [place, inner]
    assert mounts_under(inner) == [inner]


def test_unmounting_what_is_not_mounted_or_not_there(place: Path) -> None:
    unmount(place)
    unmount(place / "nothing")


def test_one_in_use_is_detached(place: Path) -> None:
    mount_tmpfs(place, size=1 << 20)
    with (place / "file").open("w"):
        unmount(place)
        assert not is_mounted(place)


def test_a_symbolic_link_is_not_followed(place: Path, tmp_path: Path) -> None:
    mount_tmpfs(place, size=1 << 20)
    link = tmp_path / "link"
    link.symlink_to(place)
    unmount(link)
    assert is_mounted(place)


def test_a_mount_that_fails_names_the_place(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="nothing: No such file"):
        mount_tmpfs(tmp_path / "nothing", size=1 << 20)

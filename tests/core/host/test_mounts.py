from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import StorageFailed
from core.host.mounts import is_mounted, mount_as_told, mount_tmpfs, mounts_under, unmount


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


HELPER = "bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program."


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        (HELPER, "mounting nfs may need a program of its own: apt-get install nfs-common"),
        ("unknown filesystem type 'nfs'.", "the kernel of this machine has no nfs: modprobe nfs"),
        ("Connection refused", ""),
    ],
)
def test_a_network_file_system_is_asked_for_as_it_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, hint: str
) -> None:
    """By a mount(8) of ours, which writes its arguments down and fails as the real one does."""
    program, told = tmp_path / "mount", tmp_path / "arguments"
    program.write_text(
        f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{told}\nfor last; do :; done\n"
        f'echo "mount: $last: {said}" >&2\necho "       dmesg(1) may have more information" >&2\nexit 32\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    target = tmp_path / "target"
    with pytest.raises(StorageFailed) as refusal:
        mount_as_told(target, kind="nfs", device=":/srv", options=("addr=10.0.0.1", "nolock", "soft"))
    assert told.read_text().splitlines() == [
        *("-o", "addr=10.0.0.1,nolock,soft", "-t", "nfs", "--", ":/srv", str(target)),
    ]
    assert refusal.value.message == f"mounting :/srv on {target}: {said.rstrip('.')}"
    assert refusal.value.hint == hint

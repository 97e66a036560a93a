"""Whole trees of files that a container may write to: copied, unpacked, given away, measured, emptied.

Nothing in such a tree can be trusted: programs that write into one do so behind a mount that follows no symbolic link.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from core.errors import DamagedArchive, StorageFailed
from core.host.locks import held_descriptors
from core.host.processes import PIPE, find_program, kill_group, run, spawn

_CONFINE: Final = 'mount --bind "$0" "$0" && mount -o remount,bind,nosymfollow "$0" && exec "$@"'
_OF_FILE_SYSTEM: Final = "lost+found"
_BLOCK: Final = 512
_libc = ctypes.CDLL(None, use_errno=True)
_COMPRESSIONS: Final = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\0", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"))
_LONGEST_MAGIC: Final = 6


def _confined(target: Path, *argv: str) -> list[str]:
    """`argv`, run where `target` follows no symbolic link (mount(8), nosymfollow), so that nothing leads out of it."""
    unshare = [find_program("unshare"), "--mount", "--propagation", "private"]
    return [*unshare, "--", "/bin/sh", "-c", _CONFINE, str(target), *argv]


def copy_tree(source: int, target: Path) -> None:
    """Copy what is in a folder, given by a descriptor, into another, and have it on disk.

    With owners, modes, times, hard links, devices, and extended attributes where the target can keep them. Raises
    `StorageFailed`.
    """
    argv = _confined(target, find_program("cp"), "-a", "-x", "--", f"/proc/self/fd/{source}/.", str(target))
    # Should its caller be killed, the locks stay taken until the copy has ended, too.
    finished = run(argv, pass_fds=(source, *held_descriptors()))
    if finished.returncode:
        raise StorageFailed(
            f"the files could not be copied: {_last_line(finished.error_text())}",
            argv=argv,
            stderr=finished.error_text(),
        )
    synchronise_file_system(target)


def unpack(archive: BinaryIO, target: Path) -> None:
    """Unpack a tar, plain or compressed, into a folder, over what is there. Raises `DamagedArchive`."""
    import tempfile

    head = archive.read(_LONGEST_MAGIC)
    program = next((name for magic, name in _COMPRESSIONS if head.startswith(magic)), "")
    compression = [f"--use-compress-program={find_program(program)}"] if program else []
    flags = ("--extract", "--file=-", "--numeric-owner", "--same-owner", "--preserve-permissions", "--xattrs")
    kept = ("--xattrs-include=*", "--delay-directory-restore")
    argv = _confined(target, find_program("tar"), f"--directory={target}", *flags, *kept, *compression)
    with tempfile.TemporaryFile() as complaints:
        tar = spawn(argv, stdin=PIPE, stderr=complaints, pass_fds=held_descriptors(), env={**os.environ, "LC_ALL": "C"})
        assert tar.stdin is not None
        try:
            try:
                tar.stdin.write(head)
                from shutil import copyfileobj

                copyfileobj(archive, tar.stdin)
                tar.stdin.close()
            except BrokenPipeError:
                pass
            tar.wait()
        except BaseException:
            kill_group(tar)
            tar.wait()
            raise
        complaints.seek(0)
        text = complaints.read().decode(errors="replace").strip()
    if tar.returncode:
        raise DamagedArchive(f"the archive could not be unpacked: {_first_line(text)}", argv=argv, stderr=text)
    synchronise_file_system(target)


def give_to(path: Path, user: int, group: int) -> None:
    """Change the owner of a file or a folder with all in it, following no symbolic link."""
    os.chown(path, user, group, follow_symlinks=False)
    if not path.is_dir():
        return
    for _, folders, files, descriptor in os.fwalk(path, follow_symlinks=False):
        for name in (*folders, *files):
            known = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            if (known.st_uid, known.st_gid) == (user, group):
                continue
            os.chown(name, user, group, dir_fd=descriptor, follow_symlinks=False)
            if stat.S_ISREG(known.st_mode) and known.st_mode & (stat.S_ISUID | stat.S_ISGID):
                _set_mode(name, stat.S_IMODE(known.st_mode), descriptor)


def _set_mode(name: str, mode: int, folder: int) -> None:
    """Give a file back the bits that a change of its owner takes away, never through a symbolic link."""
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def size_on_disk(path: Path) -> int:
    """Bytes that a tree takes on its disk; what has several names counts once, other file systems below not at all."""
    try:
        top = path.lstat()
    except OSError:
        return 0
    counted: set[int] = set()
    total = 0
    for _, folders, files, descriptor in os.fwalk(path, follow_symlinks=False, onerror=lambda _: None):
        for name in (*folders, *files):
            try:
                found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            except OSError:
                continue
            if found.st_dev != top.st_dev or found.st_ino in counted:
                continue
            counted.add(found.st_ino)
            total += found.st_blocks * _BLOCK
        folders[:] = [name for name in folders if _device(name, descriptor) == top.st_dev]
    return total


def size_of_files(path: Path) -> int:
    """Bytes in the regular files of a tree, as their lengths say."""
    total = 0
    for _, _, files, descriptor in os.fwalk(path, follow_symlinks=False, onerror=lambda _: None):
        for name in files:
            with contextlib.suppress(OSError):
                found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                total += found.st_size if stat.S_ISREG(found.st_mode) else 0
    return total


def empty(path: Path) -> None:
    """Remove all that is in a folder but what its file system brought along; the folder stays."""
    for entry in os.scandir(path):
        if entry.name == _OF_FILE_SYSTEM:
            continue
        if entry.is_dir(follow_symlinks=False):
            from shutil import rmtree

            rmtree(entry.path)
        else:
            os.unlink(entry.path)


def is_empty(path: Path) -> bool:
    """Whether nothing is in a folder but what a new file system brings along."""
    return not set(os.listdir(path)) - {_OF_FILE_SYSTEM}


def synchronise_file_system(path: Path) -> None:
    """Have all that was written to the file system of `path` on disk (syncfs(2))."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if _libc.syncfs(descriptor):
            raise StorageFailed(f"{path} could not be written to disk: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(descriptor)


def _device(name: str, descriptor: int) -> int:
    try:
        return os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_dev
    except OSError:
        return -1


def _first_line(text: str) -> str:
    return _line(text.splitlines()[:1])


def _last_line(text: str) -> str:
    return _line(text.splitlines()[-1:])


def _line(lines: Sequence[str]) -> str:
    return lines[0].partition(": ")[2] or lines[0] if lines else "for no reason that it told"

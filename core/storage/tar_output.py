"""GNU tar at work on a tree: its output into a file or through a compressor, its progress, and what it complains of."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import stat
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from core.errors import Cancelled, ExportFailed
from core.host.process_table import open_pidfd, wait_pidfd
from core.host.processes import PIPE, Process, find_program, kill_group, spawn
from core.model.snapshot import ExportProgress

Compression = Literal["none", "gzip", "zstd"]

_BLOCK: Final = 1 << 18
_STEP: Final = 0.2
"""Seconds between two reports of progress."""
_LOOK: Final = 0.05
"""Seconds between two looks at a file that tar writes by itself."""
_TAR_OPTIONS: Final = (
    "--create",
    "--null",
    "--no-unquote",
    "--verbatim-files-from",
    "--files-from=-",
    "--numeric-owner",
    "--format=posix",
    "--pax-option=delete=atime,delete=ctime",
    "--sort=name",
    "--sparse",
    # In records of 32 KiB: with those of 10 KiB that are usual the calls take half of the time, and for larger ones
    # the kernel has to find more pages side by side than it keeps at hand (PAGE_ALLOC_COSTLY_ORDER).
    "--blocking-factor=64",
    "--xattrs",
    "--xattrs-include=user.*",
    "--xattrs-include=security.capability",
    # As raw attributes: --acls would write the host's names of users.
    "--xattrs-include=system.posix_acl_*",
    "--one-file-system",
    "--warning=no-file-changed",
)
_CHANGED: Final = 1
"""tar's exit code when files changed while it read them, which those of a running container do."""


class ExportWatch:
    """Who wants to know how far an export is, and may end it: told every `_STEP` seconds, and at the end.

    `total`: the expected bytes of tar.
    """

    def __init__(
        self, total: int, progress: Callable[[ExportProgress], None] | None, cancel: threading.Event | None
    ) -> None:
        self._total = total
        self._progress = progress
        self._cancel = cancel
        self._began = time.monotonic()
        self._told = 0.0

    def tell(self, done: int) -> None:
        """So many bytes are done. Raises `Cancelled`."""
        if self._cancel is not None and self._cancel.is_set():
            raise Cancelled("the export was cancelled", hint="nothing was written")
        now = time.monotonic()
        if self._progress is not None and now - self._told >= _STEP:
            self._told = now
            self._progress(ExportProgress(done=done, total=max(self._total, done), rate=self._rate(done)))

    def finish(self, done: int) -> None:
        """It is whole."""
        if self._progress is not None:
            self._progress(ExportProgress(done=done, total=done, rate=self._rate(done)))

    def _rate(self, done: int) -> float:
        return done / max(time.monotonic() - self._began, 0.001)


def write_tar(
    root: Path,
    target: int,
    compression: Compression,
    watch: ExportWatch,
    options: Sequence[str],
    descriptors: Sequence[int],
) -> int:
    """Write all below `root` into the descriptor `target`; the bytes written there.

    `options` are further ones of tar, `descriptors` what it is to inherit for them and for `root`. Raises `Cancelled`,
    `ExportFailed`, and `OSError` where there is no room.
    """
    # Into a file tar writes by itself: to pass its output on takes as long as all else.
    direct = compression == "none" and stat.S_ISREG(os.fstat(target).st_mode)
    first = os.lseek(target, 0, os.SEEK_CUR) if direct else 0
    tar = spawn(
        [find_program("tar"), f"--directory={root}", *_TAR_OPTIONS, *options],
        stdin=PIPE,
        stdout=target if direct else PIPE,
        stderr=PIPE,
        pass_fds=descriptors,
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
    )
    assert tar.stdin is not None and tar.stderr is not None
    complaints: list[bytes] = []
    reader = threading.Thread(target=lambda: complaints.append(tar.stderr.read() if tar.stderr else b""), daemon=True)
    reader.start()
    try:
        with contextlib.suppress(BrokenPipeError):
            tar.stdin.write(_entries(root) or b".\0")
            tar.stdin.close()
        if tar.stdout is None:
            written = _follow(tar, target, first, watch)
        else:
            with _compressor(compression, target) as sink:
                written = _pump(tar.stdout.fileno(), sink, watch)
        tar.wait()
    except BaseException:
        kill_group(tar)
        tar.wait()
        raise
    finally:
        reader.join()
        for stream in (tar.stdout, tar.stderr):
            if stream is not None:
                stream.close()
    if tar.returncode not in (0, _CHANGED):
        text = b"".join(complaints).decode(errors="replace").strip()
        _raise_if_full(text)
        raise ExportFailed(
            f"tar failed: {text.splitlines()[-1] if text else tar.returncode}",
            stderr=text,
            argv=tuple(tar.args),  # type: ignore[arg-type]
        )
    return written if compression == "none" else _size_of(target, written)


def _entries(root: Path) -> bytes:
    """The names directly below the root, sorted by bytes, each with a zero behind it."""
    names = sorted(os.listdir(os.fsencode(root)))
    return b"".join(name + b"\0" for name in names)


def _raise_if_full(complaint: str) -> None:
    """Raises `OSError` where a program says that it could not write for want of space."""
    if "No space left" in complaint or "Disk quota" in complaint:
        raise OSError(errno.ENOSPC, complaint)


def _size_of(target: int, written: int) -> int:
    size = os.fstat(target).st_size
    return size or written


@contextmanager
def _compressor(compression: Compression, target: int) -> Iterator[int]:
    """Where the tar goes: the target itself, or a program that compresses into it."""
    if compression == "none":
        yield target
        return
    program = spawn(
        [find_program(compression), "-c", *(["-q", "-T0"] if compression == "zstd" else [])],
        stdin=PIPE,
        stdout=target,
        stderr=PIPE,
    )
    assert program.stdin is not None and program.stderr is not None
    try:
        with contextlib.suppress(BrokenPipeError):
            yield program.stdin.fileno()
        program.stdin.close()
        text = program.stderr.read().decode(errors="replace").strip()
        program.wait()
    except BaseException:
        kill_group(program)
        program.wait()
        raise
    if program.returncode:
        _raise_if_full(text)
        raise ExportFailed(f"{compression} failed: {text or program.returncode}", stderr=text)


def _follow(tar: Process, target: int, first: int, watch: ExportWatch) -> int:
    """Watch tar write into a file by itself, until it ends; the bytes. It moves our own descriptor on from `first`.

    The disk is left to the kernel: to have it work along with tar holds tar up for longer than the unmount of the root
    then waits.
    """
    end = open_pidfd(tar.pid)
    try:
        while end is not None and not wait_pidfd(end, _LOOK):
            watch.tell(os.lseek(target, 0, os.SEEK_CUR) - first)
    finally:
        if end is not None:
            os.close(end)
    written = os.lseek(target, 0, os.SEEK_CUR) - first
    watch.finish(written)
    return written


def _pump(source: int, sink: int, watch: ExportWatch) -> int:
    done = 0
    poll = select.poll()
    poll.register(source, select.POLLIN)
    while True:
        watch.tell(done)
        if not poll.poll(_STEP * 1000):
            continue
        block = os.read(source, _BLOCK)
        if not block:
            break
        view = memoryview(block)
        while view:
            view = view[os.write(sink, view) :]
        done += len(block)
    watch.finish(done)
    return done

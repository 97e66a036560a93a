"""A root file system written out as a tar by GNU tar, so that what goes out is what would come in again."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from core.errors import Cancelled, DestinationExists, ExportFailed, NoSpace
from core.host.files import free_bytes
from core.host.processes import PIPE, find_program, kill_group, spawn
from core.model.id_mappings import IdMappings, pairs
from core.model.snapshot import ExportProgress

Compression = Literal["none", "gzip", "zstd"]

_BLOCK: Final = 1 << 18
_MOST_IDS: Final = 1 << 20
"""Of a range of mapped ids, how many files are looked for; tar wants each by itself."""
_STEP: Final = 0.2
"""Seconds between two reports of progress."""
_RESERVE: Final = 1 << 20
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


def export_tree(
    root: Path,
    destination: Path | int,
    *,
    compression: Compression = "none",
    total: int = 0,
    progress: Callable[[ExportProgress], None] | None = None,
    cancel: threading.Event | None = None,
    overwrite: bool = False,
    ids: IdMappings | None = None,
) -> int:
    """Write all below `root` to a path or a descriptor; the bytes written there.

    `total`: the expected bytes of tar, for the progress and the check of free space. A path gets its name only when all
    is on disk; what was there stays as it was until then. With `ids` owners are written as the container counts them.
    Raises `DestinationExists`, `NoSpace`, `Cancelled`, `ExportFailed`.
    """
    if isinstance(destination, int):
        return _write(root, destination, compression, total, progress, cancel, ids)
    _check_destination(destination, overwrite)
    _check_space(destination.parent, total, compression)
    with _temporary(destination) as (temporary, descriptor):
        try:
            written = _write(root, descriptor, compression, total, progress, cancel, ids)
            os.fsync(descriptor)
        except OSError as error:
            raise _write_error(destination, error) from error
        _publish(temporary, destination, overwrite)
    return written


def _check_destination(destination: Path, overwrite: bool) -> None:
    if destination.is_dir():
        raise ExportFailed(f"{destination} is a directory", hint="give the name of a file in it")
    if not destination.parent.is_dir():
        raise ExportFailed(f"the directory {destination.parent} is not there", hint="make it first")
    if not overwrite and os.path.lexists(destination):
        raise _exists(destination)


def _exists(destination: Path) -> DestinationExists:
    return DestinationExists(f"{destination} is there already", hint="choose another name, or allow overwriting")


def _check_space(folder: Path, total: int, compression: Compression) -> None:
    free = free_bytes(folder)
    # How far it compresses nobody knows before; less than a tenth is hardly seen.
    needed = total if compression == "none" else total // 10
    if needed + _RESERVE > free:
        raise NoSpace(
            f"{folder} has {free} bytes free, the export needs about {needed}", hint="free some space, or go elsewhere"
        )


@contextmanager
def _temporary(destination: Path) -> Iterator[tuple[Path, int]]:
    path = destination.with_name(f".{destination.name[:200]}.{os.urandom(4).hex()}.part")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ExportFailed(
            f"{destination.parent} can not be written: {error.strerror}", hint="choose another destination"
        ) from error
    try:
        yield path, descriptor
    finally:
        os.close(descriptor)
        path.unlink(missing_ok=True)


def _publish(temporary: Path, destination: Path, overwrite: bool) -> None:
    """Give the finished file its name. A link, unlike a rename, never replaces what came there meanwhile."""
    if overwrite:
        temporary.replace(destination)
    else:
        try:
            destination.hardlink_to(temporary)
        except FileExistsError as error:
            raise _exists(destination) from error
    folder = os.open(destination.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write_error(destination: Path, error: OSError) -> ExportFailed:
    if error.errno in (28, 122):
        return NoSpace(f"{destination} could not be written: no space is left", hint="free some space and try again")
    return ExportFailed(f"{destination} could not be written: {error.strerror}", hint="choose another destination")


def _entries(root: Path) -> bytes:
    """The names directly below the root, sorted by bytes, each with a zero behind it."""
    names = sorted(os.listdir(os.fsencode(root)))
    return b"".join(name + b"\0" for name in names)


def _write(
    root: Path,
    target: int,
    compression: Compression,
    total: int,
    progress: Callable[[ExportProgress], None] | None,
    cancel: threading.Event | None,
    ids: IdMappings | None,
) -> int:
    with _owner_maps(ids) as (options, descriptors):
        return _write_tar(root, target, compression, total, progress, cancel, options, descriptors)


@contextmanager
def _owner_maps(ids: IdMappings | None) -> Iterator[tuple[list[str], list[int]]]:
    """What tar needs to write a container's owners, and the descriptors that it has to inherit for it."""
    descriptors: list[int] = []
    options: list[str] = []
    try:
        for kind, ranges in (("owner", ids.users), ("group", ids.groups)) if ids is not None else ():
            descriptor = os.memfd_create(kind)
            descriptors.append(descriptor)
            with open(descriptor, "w", closefd=False) as file:
                file.writelines(f"+{host} +{inside}\n" for host, inside in pairs(ranges, _MOST_IDS))
            options.append(f"--{kind}-map=/proc/self/fd/{descriptor}")
        yield options, descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _write_tar(
    root: Path,
    target: int,
    compression: Compression,
    total: int,
    progress: Callable[[ExportProgress], None] | None,
    cancel: threading.Event | None,
    options: Sequence[str],
    descriptors: Sequence[int],
) -> int:
    names = _entries(root)
    if not names:
        names = b".\0"
    tar = spawn(
        [find_program("tar"), f"--directory={root}", *_TAR_OPTIONS, *options],
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        pass_fds=descriptors,
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
    )
    assert tar.stdin is not None and tar.stdout is not None and tar.stderr is not None
    complaints: list[bytes] = []
    reader = threading.Thread(target=lambda: complaints.append(tar.stderr.read() if tar.stderr else b""), daemon=True)
    reader.start()
    try:
        with contextlib.suppress(BrokenPipeError):
            tar.stdin.write(names)
            tar.stdin.close()
        with _compressor(compression, target) as sink:
            written = _pump(tar.stdout.fileno(), sink, total, progress, cancel)
        tar.wait()
    except BaseException:
        kill_group(tar)
        tar.wait()
        raise
    finally:
        reader.join()
        tar.stdout.close()
        tar.stderr.close()
    if tar.returncode not in (0, _CHANGED):
        text = b"".join(complaints).decode(errors="replace").strip()
        raise ExportFailed(
            f"tar failed: {text.splitlines()[-1] if text else tar.returncode}",
            stderr=text,
            argv=tuple(tar.args),  # type: ignore[arg-type]
        )
    return written if compression == "none" else _size_of(target, written)


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
        if "No space left" in text or "Disk quota" in text:
            raise OSError(28, text)
        raise ExportFailed(f"{compression} failed: {text or program.returncode}", stderr=text)


def _pump(
    source: int,
    sink: int,
    total: int,
    progress: Callable[[ExportProgress], None] | None,
    cancel: threading.Event | None,
) -> int:
    done, began, told = 0, time.monotonic(), 0.0
    poll = select.poll()
    poll.register(source, select.POLLIN)
    while True:
        if cancel is not None and cancel.is_set():
            raise Cancelled("the export was cancelled", hint="nothing was written")
        now = time.monotonic()
        if progress is not None and now - told >= _STEP:
            told = now
            progress(ExportProgress(done=done, total=max(total, done), rate=done / max(now - began, 0.001)))
        if not poll.poll(_STEP * 1000):
            continue
        block = os.read(source, _BLOCK)
        if not block:
            break
        view = memoryview(block)
        while view:
            view = view[os.write(sink, view) :]
        done += len(block)
    if progress is not None:
        progress(ExportProgress(done=done, total=done, rate=done / max(time.monotonic() - began, 0.001)))
    return done

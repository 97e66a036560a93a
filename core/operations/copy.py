"""cp: where the files of a copy are, on the host or in a container, and podman's rules of what goes where."""

from __future__ import annotations

import errno
import os
import stat
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, NamedTuple

import msgspec

from core.errors import CopyFailed, DamagedArchive, EngineError, InvalidArgument
from core.host.files import descriptor_path
from core.host.process_table import is_alive
from core.host.rooted import RootedTree, open_process_root
from core.model.config import BindMount
from core.model.state import IDLE_STATUSES
from core.operations.create_mounts import volume_binds
from core.operations.init import owner_of, user_of
from core.operations.mount import mounted_root, readable_root
from core.operations.parts import Transaction
from core.storage.tree_reader import PIECE, Entry, TreeReader
from core.storage.tree_writer import TreeWriter, WriteRules

_MOST_LINKS: Final = 40
_OF_THE_KERNEL: Final = frozenset({"proc", "sys", "dev"})
"""Not read where a whole root is copied."""
Watch = Callable[[int], None]


class Side(NamedTuple):
    """One end of a copy. `given`: the path as asked for, `path`: the same in `tree`. `place`: `on the host` …"""

    tree: RootedTree
    path: str
    given: str
    place: str
    owner: tuple[int, int]
    is_container: bool
    outside: tuple[int, int] = (-1, -1)
    """The owner of a container's end, as the host counts it."""


class Target(NamedTuple):
    """The directory `base` of the tree that is written into; `name` where what is copied gets another one."""

    base: str
    name: str


def open_host(given: str) -> Side:
    """The host's end. A path is made absolute by this process' working directory."""
    tail = "/" if given.endswith("/") else "/." if is_content(given) else ""
    path = os.path.abspath(given) + tail
    return Side(RootedTree.open("/"), path, given, "on the host", (os.geteuid(), os.getegid()), False)


def open_container(held: Transaction, given: str, *, reading: bool = False) -> Side:
    """The container's end: what its first process sees, or its root, where none runs.

    A root that is not mounted is mounted, unless `reading` is all that is wanted and the storage can do without;
    whoever asks has to hold the copy lock, and unmounts it at the end. Raises `CopyFailed`, `StorageFailed`.
    """
    if held.state.status not in IDLE_STATUSES:
        return _open_side(held, given, Path(held.state.mount_point))
    if not reading:
        return _open_side(held, given, mounted_root(held))
    with readable_root(held) as root:
        return _open_side(held, given, root if isinstance(root, Path) else descriptor_path(root))


def _open_side(held: Transaction, given: str, root: Path) -> Side:
    state = held.state
    path = "/" + os.path.join(held.config.process.cwd, given).lstrip("/")
    idle = state.status in IDLE_STATUSES
    user = user_of(held, root)
    try:
        tree = None if idle else open_process_root(state.pid)
        if tree is not None and not is_alive(state.pid, state.pid_start):
            tree.close()
            raise CopyFailed(f"container {held.name} has ended just now", hint="try again", container_id=held.id)
        if tree is None:
            binds = (*held.config.bind_mounts, *volume_binds(held.parts, held.config.volume_mounts))
            folder, path = _behind_bind_mount(binds, root, path)
            tree = RootedTree.open(folder)
    except OSError as error:
        raise CopyFailed(f"container {held.name} can not be read: {error}", container_id=held.id) from error
    owner = owner_of(held, user)
    outside = (owner.user, owner.group)
    return Side(tree, path, given, f"on container {held.name}", (user.uid, user.gid), True, outside)


def _behind_bind_mount(binds: Iterable[BindMount], root: Path, path: str) -> tuple[Path, str]:
    """Where a path leads once what is bound there is mounted: it is not, while nothing runs."""
    plain = os.path.normpath(path)
    tail = path[len(path.rstrip("/.")) :] if path.endswith(("/", "/.")) else ""
    for bind in sorted(binds, key=lambda bind: -len(bind.destination)):
        destination = os.path.normpath(bind.destination)
        if plain == destination or plain.startswith(f"{destination}/"):
            source = Path(bind.source)
            if source.is_dir():
                return source, plain[len(destination) :] + tail
            return source.parent, source.name
    return root, path


def is_content(path: str) -> bool:
    """Whether a path means what is in a directory and not the directory: `folder/.`."""
    return os.path.basename(path.rstrip("/")) == "."


def copy_between(source: Side, target: Side, rules: WriteRules, watch: Watch) -> None:
    """Copy a file or a directory. Raises `CopyFailed`, `InvalidArgument`."""
    with _source(source) as (place, name, is_directory):
        where = _target(target, is_directory=is_directory)
        if source.is_container and target.is_container:
            _refuse_itself(source, place, target, where)
        owner = source.owner if source.is_container else None
        reader = TreeReader(place, where.name or name, owner=owner, left_out=_left_out(source, place))
        _write(target, where.base, reader.entries(), rules, watch)


def copy_from_tar(stream: IO[bytes], target: Side, rules: WriteRules, watch: Watch) -> None:
    """Unpack a tar, compressed or not, in a directory. Raises `CopyFailed`, `DamagedArchive`, `InvalidArgument`."""
    where = _target(target, is_directory=True, exists=True)
    try:
        with tarfile.open(fileobj=stream, mode="r|*") as archive:
            _write(target, where.base, _entries(archive), rules, watch)
    except (tarfile.TarError, EOFError) as error:
        raise DamagedArchive("source must be a (compressed) tar archive when copying from stdin") from error


def copy_to_tar(source: Side, stream: IO[bytes], watch: Watch) -> None:
    """Write a file or a directory as a tar. Raises `CopyFailed`."""
    with _source(source) as (place, name, _):
        reader = TreeReader(place, name, owner=source.owner, left_out=_left_out(source, place))
        try:
            with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive:
                archive.copybufsize = PIECE  # type: ignore[attr-defined]
                for header, content in reader.entries():
                    archive.addfile(header, content)
                    watch(header.size)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _failed(f"copying {source.given} {source.place}", error) from error


def _entries(archive: tarfile.TarFile) -> Iterator[Entry]:
    for header in archive:
        yield Entry(header, archive.extractfile(header) if header.isreg() else None)


def _write(target: Side, base: str, entries: Iterator[Entry], rules: WriteRules, watch: Watch) -> None:
    rules = msgspec.structs.replace(rules, written=watch)
    try:
        with TreeWriter(target.tree, base, rules) as writer:
            for entry in entries:
                writer.write(entry)
                watch(0)
    except OSError as error:
        raise _failed(f"copying to {target.given} {target.place}", error) from error


@contextmanager
def _source(side: Side) -> Iterator[tuple[int, str, bool]]:
    """The file or directory as a descriptor, its name (empty for a directory's content), and whether it is one."""
    try:
        place = side.tree.find(side.path)
    except OSError as error:
        raise _missing(side, error) from error
    try:
        is_directory = stat.S_ISDIR(os.fstat(place).st_mode)
        # A link in a container is copied by the name of what it leads to, one on the host by its own: as podman does.
        found = side.tree.path_of(place) if side.is_container else os.path.abspath(side.given)
        name = os.path.basename(found)
        yield place, "" if is_directory and is_content(side.given) else name, is_directory
    finally:
        os.close(place)


def _target(side: Side, *, is_directory: bool, exists: bool = False) -> Target:
    """Where a copy goes: into a directory that is there, or under a new name in one. `exists`: it has to be one."""
    try:
        place = side.tree.find(side.path)
    except OSError as error:
        if side.path.endswith("/") or exists or error.errno != errno.ENOENT:
            raise _missing(side, error) from error
        return _new_target(side)
    try:
        path = side.tree.path_of(place)
        if stat.S_ISDIR(os.fstat(place).st_mode):
            return Target(path, "")
    except OSError as error:
        raise _missing(side, error) from error
    finally:
        os.close(place)
    if is_directory:
        what = "from stdin" if exists else "a directory"
        raise InvalidArgument(
            f"destination must be a directory when copying {what}", hint="choose a directory that is there"
        )
    return Target(*os.path.split(path))


def _new_target(side: Side) -> Target:
    """A name that is not there yet; where it is a link to nowhere, what that leads to."""
    path = side.path
    for _ in range(_MOST_LINKS):
        folder, name = os.path.split(path)
        try:
            parent = side.tree.find_directory(folder)
            try:
                base = side.tree.path_of(parent)
                path = os.path.join(base, os.readlink(name, dir_fd=parent))
            finally:
                os.close(parent)
        except OSError as error:
            if error.errno in (errno.EINVAL, errno.ENOENT) and error.filename == name:
                return Target(base, name)
            raise _missing(side, error) from error
    raise _missing(side, OSError(errno.ELOOP, os.strerror(errno.ELOOP)))


def _refuse_itself(source: Side, place: int, target: Side, where: Target) -> None:
    same = os.path.samestat(os.fstat(source.tree.descriptor), os.fstat(target.tree.descriptor))
    path = source.tree.path_of(place)
    if same and f"{where.base}/".startswith(f"{path}/" if path else "") and stat.S_ISDIR(os.fstat(place).st_mode):
        raise InvalidArgument(f"{source.given} can not be copied into itself", hint="choose another place")


def _left_out(source: Side, place: int) -> frozenset[str]:
    whole = source.is_container and os.path.samestat(os.fstat(place), os.fstat(source.tree.descriptor))
    return _OF_THE_KERNEL if whole else frozenset()


def _missing(side: Side, error: OSError) -> EngineError:
    return _failed(f'"{side.given}" could not be found {side.place}', error, named=False)


def _failed(what: str, error: OSError, *, named: bool = True) -> EngineError:
    reason = (error.strerror or str(error)).lower()
    name = f"{error.filename}: " if named and error.filename else ""
    return CopyFailed(f"{what}: {name}{reason}")

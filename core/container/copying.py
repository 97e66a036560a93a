"""The verbs that copy files out of and into a container."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING

from core.container.handle import LOCK_PATIENCE, Handle
from core.errors import Cancelled
from core.events import EventKind
from core.model.content import DEFAULT_COPY, CopyOptions
from core.model.state import IDLE_STATUSES, Verb

if TYPE_CHECKING:
    from core.operations.copy import Side
    from core.storage.tree_writer import WriteRules


class Copying(Handle):
    """Copies as `podman cp` makes them. Allowed: any state but unknown.

    Paths are strings, as a `/` or `/.` at their end has a meaning: `folder/.` is what is in a folder. A relative one is
    taken from the container's working directory. What its first process sees is what is read and written, bind mounts
    and tmpfs included; no symbolic link leads out of it, whatever runs there meanwhile.

    `progress` is called with the bytes of content so far; `cancel` ends the copy by `Cancelled`, what was copied stays.
    All raise `CopyFailed` for a path that is not there or can't be read or written, and `InvalidArgument` for a
    directory that is to be copied over a file.
    """

    def copy_in(
        self,
        source: str,
        destination: str,
        options: CopyOptions = DEFAULT_COPY,
        *,
        progress: Callable[[int], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> None:
        """Copy a file or a directory of the host into the container."""
        from core.operations.copy import copy_between, open_host

        with self._side(destination) as target, ExitStack() as stack:
            origin = open_host(source)
            stack.enter_context(origin.tree)
            copy_between(origin, target, _rules(options, target), _watch(progress, cancel))
        self._tell(destination=destination)

    def copy_tar_in(
        self,
        stream: IO[bytes],
        destination: str,
        options: CopyOptions = DEFAULT_COPY,
        *,
        progress: Callable[[int], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> None:
        """Unpack a tar, compressed by gzip, bzip2 or xz or not, in a directory of the container.

        Raises `DamagedArchive` for what is none, or means to lead out of the directory.
        """
        from core.operations.copy import copy_from_tar

        with self._side(destination) as target:
            copy_from_tar(stream, target, _rules(options, target), _watch(progress, cancel))
        self._tell(destination=destination)

    def copy_out(
        self,
        source: str,
        destination: str,
        options: CopyOptions = DEFAULT_COPY,
        *,
        progress: Callable[[int], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> None:
        """Copy a file or a directory of the container to the host; it belongs to the caller then. No device nodes."""
        from core.operations.copy import copy_between, open_host
        from core.storage.tree_writer import WriteRules

        with self._side(source, reading=True) as origin, ExitStack() as stack:
            host = open_host(destination)
            stack.enter_context(host.tree)
            rules = WriteRules(owner=host.owner, overwrite=options.overwrite, devices=False)
            copy_between(origin, host, rules, _watch(progress, cancel))
        self._tell(source=source)

    def copy_tar_out(
        self,
        source: str,
        stream: IO[bytes],
        *,
        progress: Callable[[int], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> None:
        """Write a file or a directory of the container as a tar; all in it belongs to the user that it runs as."""
        from core.operations.copy import copy_to_tar

        with self._side(source, reading=True) as origin:
            copy_to_tar(origin, stream, _watch(progress, cancel))
        self._tell(source=source)

    def copy_to(
        self,
        other: Copying,
        source: str,
        destination: str,
        options: CopyOptions = DEFAULT_COPY,
        *,
        progress: Callable[[int], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> None:
        """Copy a file or a directory into another container, or within this one. Raises `InvalidArgument` for one
        that would be copied into itself.
        """
        from core.operations.copy import copy_between

        with self._side(source) as origin, other._side(destination) as target:
            copy_between(origin, target, _rules(options, target), _watch(progress, cancel))
        self._tell(source=source)
        other._tell(destination=destination)

    @contextmanager
    def _side(self, path: str, *, reading: bool = False) -> Iterator[Side]:
        """The container's end of a copy. Its lock is not held while files are copied: it may end, or be started.

        `reading`: nothing is written there, nor is it the other end as well.
        """
        from core.operations.copy import open_container
        from core.operations.release import copy_lock

        copying = copy_lock(self._parts, self.id)
        with ExitStack() as stack:
            with self.hold(Verb.COPY) as held:
                if held.state.status in IDLE_STATUSES:
                    copying.acquire(timeout=LOCK_PATIENCE)
                    stack.callback(self.unmount_unused)
                    stack.callback(copying.release)
                side = open_container(held, path, reading=reading)
                stack.enter_context(side.tree)
            yield side

    def _tell(self, **attributes: str) -> None:
        self._parts.emit(EventKind.COPY, self.id, self.name, **attributes)


def _rules(options: CopyOptions, target: Side) -> WriteRules:
    from core.storage.tree_writer import WriteRules

    return WriteRules(owner=target.outside if options.archive else None, overwrite=options.overwrite)


def _watch(progress: Callable[[int], None] | None, cancel: threading.Event | None) -> Callable[[int], None]:
    done = 0

    def watch(more: int) -> None:
        nonlocal done
        if cancel is not None and cancel.is_set():
            raise Cancelled("the copy was cancelled")
        done += more
        if progress is not None and more:
            progress(done)

    return watch

"""The verbs on a container's files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from core.container.handle import Handle
from core.events import EventKind
from core.host.files import temporary_directory
from core.model.snapshot import ExportProgress
from core.model.state import Verb

if TYPE_CHECKING:
    from core.model.content import CommitOptions, FileChange, RootSizes
    from core.storage.tar_output import Compression


class Content(Handle):
    """The root file system: mounted, exported."""

    def mount(self) -> Path:
        """Mount the root and give its path. Allowed: any state. Stays until `unmount`. Raises `StorageFailed`."""
        from core.operations import mount as mount_operation

        with self.hold(Verb.MOUNT) as held:
            return mount_operation.mount(held)

    def unmount(self, force: bool = False) -> bool:
        """Undo `mount`; False where nothing was mounted. Allowed: all but running and paused.

        Raises `ContainerInUse` during an export unless `force`.
        """
        from core.operations import mount as mount_operation

        with self.hold(Verb.UNMOUNT) as held:
            return mount_operation.unmount(held, force=force)

    def export(
        self,
        destination: Path | int,
        *,
        compression: Compression = "none",
        overwrite: bool = False,
        progress: Callable[[ExportProgress], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> int:
        """Write the root as a tar to a path or a descriptor; the number of bytes written. Allowed: any state.

        A root that is not mounted is mounted for the time of the export at most. A path gets its final name only when
        all is written. Raises `DestinationExists`, `NoSpace`, `Cancelled`, `ExportFailed`, and `StateForbids` where it
        is exported already.
        """
        from core.operations.export import begin_export, require_whole
        from core.operations.mount import readable_root
        from core.storage.export import export_tree

        with ExitStack() as stack:
            with self.hold(Verb.EXPORT) as held:
                lock = begin_export(held)
                # Also where it was mounted by others meanwhile, who then leave it to this export.
                stack.callback(self.unmount_unused)
                stack.callback(lock.release)
                root = stack.enter_context(readable_root(held))
            written = export_tree(
                root,
                destination,
                compression=compression,
                total=self._parts.storage.size(self.id) if held.config.image_id else 0,
                progress=progress,
                cancel=cancel,
                overwrite=overwrite,
                ids=held.config.id_mappings,
                verify=lambda: require_whole(held),
            )
        self._parts.emit(EventKind.EXPORT, self.id, held.name, bytes=str(written))
        return written

    def sizes(self) -> RootSizes:
        """How much the root holds. Reads the tree of what was written. Raises `StorageFailed`."""
        from core.model.content import RootSizes

        config, storage = self.config, self._parts.storage
        if not config.image_id:
            return RootSizes(written=0, image=0)
        return RootSizes(written=storage.written_size(self.id), image=sum(storage.layer_sizes(config.image_id)))

    def diff(self) -> list[FileChange]:
        """Which files differ from the image. Allowed: any state but unknown.

        Raises `InvalidArgument` for a container that is not made of an image, `StorageFailed`.
        """
        from core.operations.diff import diff

        with self.hold(Verb.DIFF) as held:
            return diff(held)

    def commit(self, options: CommitOptions) -> str:
        """Make an image of the container; its id. Allowed: any state but unknown.

        A running container is frozen while its files are read, unless the options say not to. Raises `StorageFailed`,
        `InvalidArgument` for a wrong name or change.
        """
        from core.operations import commit

        with temporary_directory(self._parts.paths.transfers) as folder:
            with self.hold(Verb.COMMIT) as held:
                before = held.state.mount_point
                whole = commit.read_layer(held, options, folder / "layer.tar")
            if not before:
                self.unmount_unused()
            return commit.commit(held, options, folder / "layer.tar", whole=whole)

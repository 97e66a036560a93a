"""The images of one root directory: what containers are made of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from core.container import Container
from core.events import EventKind
from core.host.processes import find_program
from core.model.content import FileChange
from core.model.image import Image, ImageConfig
from core.model.snapshot import PullProgress
from core.operations.parts import EngineParts
from core.storage.containers_storage import ContainersStorage


class Images:
    """The `images` of an engine. May be called from any thread."""

    def __init__(self, parts: EngineParts, storage: ContainersStorage) -> None:
        self._parts = parts
        self._storage = storage

    def all(self) -> list[Image]:
        """All images, those of the additional stores too."""
        return self._parts.storage.images()

    def find(self, name_or_id: str) -> Image:
        """Raises `NoSuchImage`, `AmbiguousName`."""
        return self._parts.storage.find_image(name_or_id)

    def config(self, image_id: str) -> ImageConfig:
        """What containers of this image inherit."""
        return self._parts.storage.image_config(image_id)

    def inspect(self, name_or_id: str) -> dict[str, object]:
        """An image and its whole OCI configuration, as nested plain values."""
        image = self.find(name_or_id)
        raw = self._parts.storage.image_raw_config(image.id)
        return {
            "Id": image.id,
            "RepoTags": list(image.names),
            "Digest": image.digest,
            "Size": image.size,
            "ReadOnly": image.read_only,
            "Created": raw.get("created", ""),
            "Architecture": raw.get("architecture", ""),
            "Os": raw.get("os", ""),
            "Config": raw.get("config", {}),
            "RootFS": raw.get("rootfs", {}),
            "History": raw.get("history", []),
        }

    def pull(
        self,
        reference: str,
        *,
        progress: Callable[[PullProgress], None] | None = None,
        cancel: threading.Event | None = None,
        authfile: str = "",
        tls_verify: bool = True,
    ) -> Image:
        """Copy an image into the store. Raises `NoSuchImage`, `StorageFailed`, `Cancelled`."""
        image = self._parts.storage.pull(
            reference, progress=progress, cancel=cancel, authfile=authfile, tls_verify=tls_verify
        )
        self._parts.emit(EventKind.IMAGE, action="pull", image=reference)
        return image

    def load(self, archive: Path) -> list[Image]:
        """Read images from a docker or OCI archive. Raises `DamagedArchive`, `StorageFailed`."""
        images = self._parts.storage.load(archive)
        self._parts.emit(EventKind.IMAGE, action="load", image=str(archive))
        return images

    def import_tar(self, tar: Path, reference: str = "", *, changes: Sequence[str] = (), message: str = "") -> Image:
        """Make an image of a tar of a root file system. Raises `DamagedArchive`, `InvalidArgument`."""
        image = self._parts.storage.import_tar(tar, reference, changes=changes, message=message)
        self._parts.emit(EventKind.IMAGE, action="import", image=reference or image.id)
        return image

    def remove(self, name_or_id: str, *, force: bool = False) -> list[str]:
        """Remove a name, and with the last name the image; what was untagged and deleted, in podman's words.

        With `force` its containers go, too. Raises `NoSuchImage`, `ImageInUse`.
        """
        if force:
            image = self.find(name_or_id)
            for record in self._parts.store.all():
                if record.config.image_id == image.id:
                    Container(self._parts, record.id).remove(force=True)
        removed = self._parts.storage.remove_image(name_or_id, force=force)
        self._parts.emit(EventKind.IMAGE, action="remove", image=name_or_id)
        return removed

    def diff(self, name_or_id: str) -> list[FileChange]:
        """What differs in an image from the one below. Raises `NoSuchImage`."""
        return sorted(self._parts.storage.changes(self.find(name_or_id).id))

    def tag(self, name_or_id: str, new_name: str) -> None:
        """Give an image a further name. Raises `NoSuchImage`, `InvalidArgument`."""
        self._parts.storage.tag(self.find(name_or_id).id, new_name)
        self._parts.emit(EventKind.IMAGE, action="tag", image=new_name)

    def build_demo(self) -> Image:
        """Make the demo image out of the host's static busybox. Raises `HostIncomplete`."""
        from core.storage import demo_image

        return demo_image.build_demo(self._storage, Path(find_program("busybox")), self._parts.paths.transfers)

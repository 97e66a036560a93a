"""What the engine needs of its storage: images, and a writable layer for each container."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from core.model.content import CommitOptions, FileChange
from core.model.id_mappings import IdMappings, IdRange
from core.model.image import (
    DEFAULT_ACCESS,
    DEFAULT_IMAGE_COPY,
    THIS_MACHINE,
    Image,
    ImageConfig,
    ImageCopyOptions,
    RegistryAccess,
)
from core.model.snapshot import PullProgress


class Storage(Protocol):
    """Raises `StorageFailed` where the storage itself fails, `HostIncomplete` where a program is missing."""

    def images(self) -> list[Image]:
        """All images, also those of additional stores."""

    def find_image(self, name_or_id: str) -> Image:
        """By id, unique prefix of an id, or name; a short name is taken as of localhost first, then of docker.io.

        Raises `NoSuchImage`, `AmbiguousName`.
        """

    def asked_name(self, image: Image, asked: str) -> str:
        """The full name that an image was asked for by; empty for one that was asked for by its id."""

    def image_config(self, image_id: str) -> ImageConfig:
        """What containers inherit."""

    def image_raw_config(self, image_id: str) -> dict[str, Any]:
        """The image's whole OCI configuration."""

    def create(self, container_id: str, name: str, image_id: str, ids: IdMappings | None = None) -> None:
        """Make a container's writable layer. With `ids` its files have the host's ids that these say."""

    def owners(self, image_id: str) -> set[int]:
        """The users and groups that files of an image have."""

    def foreign_mappings(self) -> list[tuple[tuple[IdRange, ...], tuple[IdRange, ...]]]:
        """The ids, of users and of groups, that containers of the additional stores' engines have."""

    def exists(self, container_id: str) -> bool:
        """Whether the container has a layer here."""

    def containers(self) -> list[str]:
        """The ids of all layers of containers."""

    def mount(self, container_id: str) -> Path:
        """Mount the container's root; where."""

    def unmount(self, container_id: str) -> None:
        """No error where it is not mounted."""

    def mounted_at(self, container_id: str) -> Path | None:
        """Where the kernel has the root mounted, None where it has not."""

    def open_root(self, container_id: str) -> int | None:
        """The root of a container that is not mounted, to be read, as a descriptor that the caller closes.

        It is mounted for those alone who have the descriptor, and as long as somebody has it. None where this storage
        can not do that for this container: `mount` can.
        """

    def delete(self, container_id: str) -> None:
        """Delete the layer; no error where there is none. The container must not run."""

    def size(self, container_id: str) -> int:
        """About how many bytes the whole root holds."""

    def pull(
        self,
        reference: str,
        *,
        progress: Callable[[PullProgress], None] | None = None,
        cancel: threading.Event | None = None,
        access: RegistryAccess = DEFAULT_ACCESS,
    ) -> Image:
        """Copy an image in. Raises `NoSuchImage`, `Cancelled`, `DamagedArchive`."""

    def load(self, archive: Path) -> list[Image]:
        """Copy the images of a docker or OCI archive in. Raises `DamagedArchive`, `InvalidArgument`."""

    def import_tar(
        self,
        tar: Path,
        reference: str,
        *,
        changes: Sequence[str] = (),
        message: str = "",
        platform: Mapping[str, str] = THIS_MACHINE,
    ) -> Image:
        """Make an image of one layer from a tar of a root. Raises `DamagedArchive`, `InvalidArgument`."""

    def changes(self, container_id: str) -> list[FileChange]:
        """What differs in a container's root from its image, or in an image from the one below."""

    def copy_layout(self, layout: Path, layout_name: str, name: str) -> Image:
        """Copy an image out of an OCI layout on disk in, under `name`. Raises `StorageFailed`, `InvalidArgument`."""

    def write_difference(
        self, container_id: str, target: Path, *, left_out: Sequence[str] = (), ids: IdMappings | None = None
    ) -> None:
        """Write the container's layer as a tar, its deletions as whiteouts (image-spec, layer.md).

        Without the paths `left_out`. With `ids` the owners are written as the container counts them.
        """

    def commit(
        self,
        layer: Path,
        *,
        base_image: str,
        config: Mapping[str, Any],
        created_by: str,
        options: CommitOptions,
    ) -> str:
        """Make an image of a layer upon an image, or upon none where `base_image` is empty; its id.

        Raises `InvalidArgument` for a wrong name or change.
        """

    def remove_image(self, name_or_id: str, *, force: bool = False) -> list[str]:
        """What was untagged and deleted. Raises `NoSuchImage`, `ImageInUse`."""

    def tag(self, image_id: str, name: str) -> None:
        """A further name."""

    def set_names(self, image_id: str, names: Sequence[str]) -> None:
        """These names, and no others."""

    def copy_out(
        self,
        image: Image,
        destination: str,
        options: ImageCopyOptions = DEFAULT_IMAGE_COPY,
        *,
        progress: Callable[[PullProgress], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> None:
        """Copy an image to a transport and a name. Raises `StorageFailed`, `Cancelled`."""

    def written_size(self, container_id: str) -> int:
        """Bytes of the files that a container has written into its root. Reads that tree; starts no process."""

    def image_layers(self) -> dict[str, dict[str, int]]:
        """For each image its layers with their bytes."""

    def layer_sizes(self, image_id: str) -> list[int]:
        """Bytes of each layer, the lowest first."""

    def collect_garbage(self) -> None:
        """Delete layers that belong to no image and no container, as a killed create leaves."""

    def shutdown(self) -> None:
        """Give back what the storage holds of the host while nothing is mounted."""

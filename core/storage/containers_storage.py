"""The storage on the containers-storage command; images come and go by skopeo."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from core.errors import ImageInUse, NoSuchImage, StorageFailed
from core.host.locks import FileLock
from core.host.mounts import is_mounted, unmount
from core.model.content import ChangeKind, CommitOptions, FileChange
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
from core.paths import EnginePaths
from core.settings import Settings
from core.storage.command import StorageCommand, failure
from core.storage.image_config import parse_config
from core.storage.references import asked_name, find_image, full_name
from core.storage.store_files import StoreFiles, chain, image_of

if TYPE_CHECKING:
    from core.storage.image_mounts import ImageMounts
    from core.storage.skopeo import Skopeo

_ID_LENGTH: Final = 64
_KINDS: Final = (ChangeKind.CHANGED, ChangeKind.ADDED, ChangeKind.DELETED)
"""By the numbers of containers-storage."""


class ContainersStorage:
    """See `Storage`."""

    def __init__(self, paths: EnginePaths, settings: Settings) -> None:
        self._paths = paths
        self._settings = settings
        self._command = StorageCommand(paths, settings)
        self._files = StoreFiles(self._command, paths.storage_root)

    @cached_property
    def _skopeo(self) -> Skopeo:
        from core.storage.skopeo import Skopeo

        return Skopeo(self._paths, self._settings, self._command)

    @cached_property
    def image_mounts(self) -> ImageMounts:
        from core.storage.image_mounts import ImageMounts

        return ImageMounts(self._paths, self._command)

    def images(self) -> list[Image]:
        layers = self._files.layers()
        return sorted(
            (image_of(entry, layers) for entry in self._files.images()),
            key=lambda image: (image.names, image.id),
        )

    def find_image(self, name_or_id: str) -> Image:
        return find_image(self.images(), name_or_id, self._names_meant)

    def asked_name(self, image: Image, asked: str) -> str:
        return asked_name(image, asked, self._names_meant)

    def _names_meant(self, name: str) -> list[str]:
        """The names that the configuration of registries makes of a short one."""
        from core.storage.short_names import further_names

        return further_names(name, self._settings)

    def image_config(self, image_id: str) -> ImageConfig:
        return parse_config(self.image_raw_config(image_id))

    def image_raw_config(self, image_id: str) -> dict[str, Any]:
        # The id of an image is the digest of its configuration, under which the storage keeps it.
        content = self._files.image_data(image_id, f"sha256:{image_id}")
        if content is None:
            digest = self._manifest(image_id)["config"]["digest"]
            content = self._command.check("get-image-data", image_id, digest).stdout
        try:
            return msgspec.json.decode(content, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise StorageFailed(f"the configuration of image {image_id[:12]} can not be read: {error}") from error

    def create(self, container_id: str, name: str, image_id: str, ids: IdMappings | None = None) -> None:
        maps = ["--uidmap", _joined(ids.users), "--gidmap", _joined(ids.groups)] if ids is not None else []
        self._command.check("create-container", "-j", *maps, "-i", container_id, "-n", name, image_id)

    def owners(self, image_id: str) -> set[int]:
        from core.storage.owners import owners

        return owners(self._command, image_id)

    def foreign_mappings(self) -> list[tuple[tuple[IdRange, ...], tuple[IdRange, ...]]]:
        from core.storage.owners import foreign_mappings

        return foreign_mappings(self._command.additional_stores)

    def exists(self, container_id: str) -> bool:
        return container_id in self.containers()

    def containers(self) -> list[str]:
        return [str(entry["id"]) for entry in self._command.json("containers") or []]

    def mount(self, container_id: str) -> Path:
        found = self.mounted_at(container_id)
        if found is not None:
            return found
        self._command.check("mount", container_id)
        found = self.mounted_at(container_id)
        if found is None:
            raise StorageFailed(f"the root of container {container_id[:12]} is not mounted after its mount")
        return found

    def unmount(self, container_id: str) -> None:
        point = self.mounted_at(container_id)
        if point is None:
            return
        finished = self._command.run("unmount", "-f", container_id)
        # The counter of the storage may be off after somebody else's umount: the kernel's table is what counts.
        if is_mounted(point):
            unmount(point, lazy=True)
        if is_mounted(point):
            raise failure("unmount", finished)

    def mounted_at(self, container_id: str) -> Path | None:
        layer = self._files.container_layer(container_id)
        if layer is None:
            return None
        point = self._paths.storage_root / "overlay" / layer / "merged"
        return point if is_mounted(point) else None

    def open_root(self, container_id: str) -> int | None:
        from core.storage.unseen_root import open_unseen_root

        return open_unseen_root(self._command, self._files, container_id)

    def delete(self, container_id: str) -> None:
        finished = self._command.run("delete-container", container_id)
        if finished.returncode and self.exists(container_id):
            raise failure("delete-container", finished)

    def size(self, container_id: str) -> int:
        layer = self._files.container_layer(container_id) or ""
        return self.written_size(container_id) + sum(layer.size for layer in chain(self._files.layers(), layer))

    def pull(
        self,
        reference: str,
        *,
        progress: Callable[[PullProgress], None] | None = None,
        cancel: threading.Event | None = None,
        access: RegistryAccess = DEFAULT_ACCESS,
    ) -> Image:
        from core.storage.short_names import sources

        found = sources(reference, self._settings)
        with self._transfer_lock(), self._spelled_out(access, (source for source, _ in found)) as access:
            name = self._copy_first(found, progress, cancel, access)
            return self.find_image(name) if any(wanted for _, wanted in found) else self._without(name)

    def _without(self, name: str) -> Image:
        """The image without the name that it had to have to be found by."""
        image = self.find_image(name)
        self.set_names(image.id, [one for one in image.names if one != name])
        return self.find_image(image.id)

    def _copy_first(
        self,
        found: Sequence[tuple[str, str]],
        progress: Callable[[PullProgress], None] | None,
        cancel: threading.Event | None,
        access: RegistryAccess,
    ) -> str:
        """Copy the first of several sources that has the image; the name that it got.

        The error is that of the last, and names those before it, as one cannot tell which of them was meant.
        """
        failed: list[str] = []
        while True:
            source, name = found[len(failed)]
            try:
                return self._skopeo.copy_in(source, name, progress=progress, cancel=cancel, access=access)
            except (NoSuchImage, StorageFailed) as error:
                failed.append(error.message)
                if len(failed) < len(found):
                    continue
                if len(found) > 1:
                    error.message = f"{len(found)} errors occurred while pulling: {'; '.join(failed)}"
                raise

    def load(self, archive: Path) -> list[Image]:
        with self._transfer_lock():
            loaded = self._skopeo.load(archive)
        return [self.find_image(name) if own else self._without(name) for name, own in loaded]

    def import_tar(
        self,
        tar: Path,
        reference: str,
        *,
        changes: Sequence[str] = (),
        message: str = "",
        platform: Mapping[str, str] = THIS_MACHINE,
    ) -> Image:
        from core.storage.importing import import_layout

        with self._transfer_lock():
            name = import_layout(self._skopeo, self._paths.transfers, tar, reference, changes, message, platform)
        return self.find_image(name)

    def copy_layout(self, layout: Path, layout_name: str, name: str) -> Image:
        """Copy an image out of an OCI layout on disk in, under `name`."""
        with self._transfer_lock():
            self._skopeo.copy_in(f"oci:{layout}:{layout_name}", full_name(name))
        return self.find_image(name)

    def changes(self, container_id: str) -> list[FileChange]:
        layer = self._files.container_layer(container_id)
        if layer is None:
            image = self.find_image(container_id)
            layer = next(str(entry["layer"]) for entry in self._files.images() if entry["id"] == image.id)
        found = {str(entry["Path"]): _KINDS[entry["Kind"]] for entry in self._command.json("changes", layer) or []}
        # A folder that was removed and made anew is told as removed, and then what is in it as added.
        made_anew = {os.path.dirname(path) for path, kind in found.items() if kind is not ChangeKind.DELETED}
        return [
            FileChange(path, ChangeKind.CHANGED if kind is ChangeKind.DELETED and path in made_anew else kind)
            for path, kind in found.items()
        ]

    def write_difference(
        self, container_id: str, target: Path, *, left_out: Sequence[str] = (), ids: IdMappings | None = None
    ) -> None:
        layer = self._files.container_layer(container_id)
        if layer is None:
            raise StorageFailed(f"container {container_id[:12]} has no layer")
        self._command.check("diff", "-u", "-f", str(target), layer)
        if left_out:
            from core.storage.layer_archive import leave_out

            leave_out(target, {path.strip("/") for path in left_out})
        if ids is not None and not self._files.layers()[layer].owners:
            # Of a layer that was copied for the container's users the command tells their own numbers itself.
            from core.storage.layer_archive import shift_owners

            shift_owners(target, ids)

    def commit(
        self,
        layer: Path,
        *,
        base_image: str,
        config: Mapping[str, Any],
        created_by: str,
        options: CommitOptions,
    ) -> str:
        from core.storage.committing import Base, merge_changes, write_commit

        name = full_name(options.reference) if options.reference else ""
        base = Base(self.image_raw_config(base_image), self._manifest(base_image)) if base_image else None
        folder = layer.parent / "layout"
        write_commit(
            folder,
            layer,
            base,
            merge_changes(config, options.changes),
            created_by=created_by,
            author=options.author,
            message=options.message,
        )
        with self._transfer_lock():
            return self._skopeo.copy_commit(f"oci:{folder}:commit", name, options.format)

    def remove_image(self, name_or_id: str, *, force: bool = False) -> list[str]:
        image = self.find_image(name_or_id)
        if image.read_only:
            raise ImageInUse(
                f"cannot remove read-only image {name_or_id}: it belongs to the store {self._files.store_of(image.id)}",
                hint=f"remove it there: podman rmi {name_or_id}",
            )
        several = len(image.names) > 1 and not force
        if several and (asked := self.asked_name(image, name_or_id)):
            self.set_names(image.id, [name for name in image.names if name != asked])
            return [f"Untagged: {asked}"]
        if several:
            raise ImageInUse(
                f"unable to delete image {image.id[:12]} by ID with more than one tag ({', '.join(image.names)})",
                hint="remove it with --force, or each name by itself",
            )
        finished = self._command.run("delete-image", image.id)
        left = [entry["own"] for entry in self._files.images() if entry["id"] == image.id]
        # Of an image of another store that has a name here there is no layer to be deleted, which it complains of.
        if finished.returncode and any(left):
            if "in use" in finished.error_text():
                raise ImageInUse(
                    f"image {name_or_id} is in use by a container",
                    hint="remove the container first, or use --force",
                    stderr=finished.error_text(),
                )
            raise failure("delete-image", finished)
        return [*(f"Untagged: {name}" for name in image.names), *([] if left else [f"Deleted: {image.id}"])]

    def copy_out(
        self,
        image: Image,
        destination: str,
        options: ImageCopyOptions = DEFAULT_IMAGE_COPY,
        *,
        progress: Callable[[PullProgress], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> None:
        with self._spelled_out(options.access, (destination,)) as access:
            spelled_out = msgspec.structs.replace(options, access=access)
            self._skopeo.copy_out(image, destination, spelled_out, progress=progress, cancel=cancel)

    def _spelled_out(
        self, access: RegistryAccess, places: Iterable[str]
    ) -> contextlib.AbstractContextManager[RegistryAccess]:
        """With the logins of the registries among `places` that skopeo would not find."""
        from core.storage.stored_logins import spelled_out

        remote = [place.removeprefix("docker://") for place in places if place.startswith("docker://")]
        return spelled_out(access, [place.partition("/")[0] for place in remote], self._paths.transfers)

    def layer_sizes(self, image_id: str) -> list[int]:
        layers = self._files.layers()
        entry = next(entry for entry in self._files.images() if entry["id"] == image_id)
        return [layer.size for layer in chain(layers, entry.get("layer") or "")][::-1]

    def written_size(self, container_id: str) -> int:
        layer = self._files.container_layer(container_id)
        from core.host.trees import size_of_files

        return 0 if layer is None else size_of_files(self._paths.storage_root / "overlay" / layer / "diff")

    def image_layers(self) -> dict[str, dict[str, int]]:
        layers = self._files.layers()
        found: dict[str, dict[str, int]] = {}
        for entry in self._files.images():
            sizes = {layer.id: layer.size for layer in chain(layers, entry.get("layer") or "")}
            found.setdefault(str(entry["id"]), {}).update(sizes)
        return found

    def tag(self, image_id: str, name: str) -> None:
        self._command.check("add-names", "-n", full_name(name), image_id)

    def collect_garbage(self) -> None:
        """Never during a transfer: its layers belong to no image yet."""
        from core.storage.garbage import delete_orphans

        with self._transfer_lock():
            while delete_orphans(self._command):
                pass

    def shutdown(self) -> None:
        unmount(self._paths.storage_root / "overlay")

    def _manifest(self, image_id: str) -> dict[str, Any]:
        finished = self._command.check("get-image-data", image_id, "manifest")
        return msgspec.json.decode(finished.stdout, type=dict[str, Any])

    def set_names(self, image_id: str, names: Sequence[str]) -> None:
        options = [option for name in names for option in ("-n", name)]
        self._command.check("set-names", *options, image_id)

    def _transfer_lock(self) -> FileLock:
        self._paths.locks.mkdir(mode=0o700, parents=True, exist_ok=True)
        return FileLock(self._paths.locks / "transfer")


def _joined(ranges: Iterable[IdRange]) -> str:
    """All ranges in one word: of an option that is given twice the command heeds the last one alone."""
    return ":".join(map(str, ranges))

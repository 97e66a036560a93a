"""The images of one root directory: what containers are made of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from core.container import Container
from core.errors import ImageInUse, InvalidArgument
from core.events import EventKind
from core.host.processes import find_program
from core.model.content import FileChange, LayerPacking
from core.model.image import (
    DEFAULT_ACCESS,
    DEFAULT_IMAGE_COPY,
    THIS_MACHINE,
    FoundRepository,
    Image,
    ImageConfig,
    ImageCopyOptions,
    ImageNames,
    ImageStep,
    RegistryAccess,
)
from core.model.snapshot import PullProgress
from core.operations.parts import EngineParts
from core.storage.containers_storage import ContainersStorage
from core.storage.references import full_name, push_target

if TYPE_CHECKING:
    from core.storage.image_mounts import ImageMounts
    from core.storage.logins import Logins
    from core.storage.trust import TrustPolicy

SaveForm = Literal["docker-archive", "oci-archive", "docker-dir", "oci-dir"]
SAVE_FORMS: Final = get_args(SaveForm)


class Images:
    """The `images` of an engine. May be called from any thread."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts

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
        access: RegistryAccess = DEFAULT_ACCESS,
    ) -> Image:
        """Copy an image into the store. Raises `NoSuchImage`, `StorageFailed`, `Cancelled`."""
        image = self._parts.storage.pull(reference, progress=progress, cancel=cancel, access=access)
        self._parts.emit(EventKind.IMAGE, action="pull", image=reference)
        return image

    def meant(self, name: str) -> ImageNames:
        """What a name stands for in registries. Raises `InvalidArgument` for a configuration that can not be read."""
        from core.storage.short_names import meant_names

        return meant_names(name, self._parts.settings)

    def keep_meaning(self, name: str, full: str) -> None:
        """Let a short name stand for what was chosen, also for podman. Raises `InvalidArgument`."""
        from core.storage.short_names import keep_choice

        keep_choice(name, full, self._parts.settings)

    def tags(self, repository: str, access: RegistryAccess = DEFAULT_ACCESS) -> tuple[str, list[str]]:
        """The full name of a repository of a registry, and its tags. Raises `NoSuchImage`, `StorageFailed`."""
        from core.storage.registry_tags import registry_tags
        from core.storage.stored_logins import spelled_out

        with spelled_out(access, [repository.partition("/")[0]], self._parts.paths.transfers) as access:
            return registry_tags(self._parts.settings, repository, access)

    def search(self, term: str, access: RegistryAccess = DEFAULT_ACCESS, *, limit: int) -> list[FoundRepository]:
        """The repositories of registries that fit, at most `limit` of each registry. Raises `StorageFailed`."""
        from core.storage.registry_search import search

        return search(self._parts.settings, term, access, limit)

    def load(self, archive: Path) -> list[Image]:
        """Read images from a docker or OCI archive. Raises `DamagedArchive`, `StorageFailed`."""
        images = self._parts.storage.load(archive)
        self._parts.emit(EventKind.IMAGE, action="load", image=str(archive))
        return images

    def import_tar(
        self,
        tar: Path,
        reference: str = "",
        *,
        changes: Sequence[str] = (),
        message: str = "",
        platform: Mapping[str, str] = THIS_MACHINE,
    ) -> Image:
        """Make an image of a tar of a root file system. `platform`: os, architecture and variant that it is for.

        Raises `DamagedArchive`, `InvalidArgument`.
        """
        image = self._parts.storage.import_tar(tar, reference, changes=changes, message=message, platform=platform)
        self._parts.emit(EventKind.IMAGE, action="import", image=reference or image.id)
        return image

    def remove(self, name_or_id: str, *, force: bool = False) -> list[str]:
        """Remove a name, and with the last name the image; what was untagged and deleted, in podman's words.

        With `force` its containers go, too, and those that show it. Raises `NoSuchImage`, `ImageInUse`.
        """
        image = self.find(name_or_id)
        if force and not image.read_only:
            for container_id in self.used_by().get(image.id, []):
                Container(self._parts, container_id).remove(force=True)
        elif len(image.names) < 2:
            for record in self._parts.store.all():
                if any(mount.image_id == image.id for mount in record.config.image_mounts):
                    raise ImageInUse(
                        f"image {name_or_id} is shown in container {record.name}",
                        hint="remove the container first, or use --force",
                    )
        removed = self._parts.storage.remove_image(name_or_id, force=force)
        self._parts.emit(EventKind.IMAGE, action="remove", image=name_or_id)
        return removed

    def diff(self, name_or_id: str) -> list[FileChange]:
        """What differs in an image from the one below. Raises `NoSuchImage`."""
        return sorted(self._parts.storage.changes(self.find(name_or_id).id))

    def layers(self) -> dict[str, dict[str, int]]:
        """Of each image its layers with their bytes, the topmost first."""
        return self._parts.storage.image_layers()

    def mount(self, name_or_id: str) -> Path:
        """Mount an image read only until `unmount`; where. Raises `NoSuchImage`, `StorageFailed`."""
        place = self._mounts.mount(self.find(name_or_id).id)
        self._parts.emit(EventKind.IMAGE, action="mount", image=name_or_id)
        return place

    def unmount(self, name_or_id: str) -> bool:
        """Undo `mount`; False where it was not mounted. Raises `NoSuchImage`, `StorageFailed`."""
        gone = self._mounts.unmount(self.find(name_or_id).id)
        if gone:
            self._parts.emit(EventKind.IMAGE, action="unmount", image=name_or_id)
        return gone

    def mounted(self) -> dict[str, Path]:
        """The ids of the mounted images, and where they are."""
        return self._mounts.all()

    @property
    def _mounts(self) -> ImageMounts:
        return ContainersStorage(self._parts.paths, self._parts.settings).image_mounts

    @property
    def trust(self) -> TrustPolicy:
        """Whose images are taken."""
        from core.storage.trust import TrustPolicy

        return TrustPolicy(Path(self._parts.settings.signature_policy))

    def tag(self, name_or_id: str, new_name: str) -> None:
        """Give an image a further name. Raises `NoSuchImage`, `InvalidArgument`."""
        self._parts.storage.tag(self.find(name_or_id).id, new_name)
        self._parts.emit(EventKind.IMAGE, action="tag", image=new_name)

    def untag(self, name_or_id: str, names: Sequence[str] = ()) -> None:
        """Take names away, all of them where none is given; the image stays. Raises `NoSuchImage`."""
        image = self.find(name_or_id)
        gone = {self._own_name(image, name) for name in names} if names else set(image.names)
        self._parts.storage.set_names(image.id, [name for name in image.names if name not in gone])
        self._parts.emit(EventKind.IMAGE, action="untag", image=name_or_id)

    def push(
        self,
        name_or_id: str,
        destination: str = "",
        options: ImageCopyOptions = DEFAULT_IMAGE_COPY,
        *,
        progress: Callable[[PullProgress], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> str:
        """Copy an image to a registry, or to another transport; where it went.

        Without a `destination` it goes where its name says. Raises `NoSuchImage`, `StorageFailed`, `Cancelled`,
        `InvalidArgument` where the name says no registry.
        """
        image = self.find(name_or_id)
        target = push_target(self._parts.storage.asked_name(image, name_or_id), name_or_id, destination)
        self._parts.storage.copy_out(image, target, options, progress=progress, cancel=cancel)
        self._parts.emit(EventKind.IMAGE, action="push", image=name_or_id, destination=target)
        return target

    def save(
        self,
        name_or_id: str,
        destination: Path,
        form: SaveForm = "docker-archive",
        *,
        others: Sequence[str] = (),
        names: Sequence[str] = (),
        packing: LayerPacking = "usual",
    ) -> None:
        """Write an image to a file or, in the `-dir` forms, a directory. It has its name only when all is written.

        Into a docker-archive go the images that `others` name, too, and the image itself under further `names`. Raises
        `NoSuchImage`, `DestinationExists`, `InvalidArgument`, `StorageFailed`.
        """
        from core.storage.saving import save

        found: dict[str, tuple[Image, list[str]]] = {}
        for asked in (name_or_id, *others):
            image = self.find(asked)
            own = found.setdefault(image.id, (image, []))[1]
            name = self._parts.storage.asked_name(image, asked)
            own += [name] if name and name not in own else []
        next(iter(found.values()))[1].extend(full_name(name) for name in names)
        save(self._parts.storage, list(found.values()), destination, form, packing)
        for asked in (name_or_id, *others):
            self._parts.emit(EventKind.IMAGE, action="save", image=asked)

    def history(self, name_or_id: str) -> list[ImageStep]:
        """How the image was made, the newest step first. Raises `NoSuchImage`."""
        image = self.find(name_or_id)
        steps = self._parts.storage.image_raw_config(image.id).get("history") or []
        sizes = iter(self._parts.storage.layer_sizes(image.id))
        made = [
            ImageStep(
                created=str(step.get("created") or ""),
                created_by=str(step.get("created_by") or ""),
                comment=str(step.get("comment") or ""),
                size=0 if step.get("empty_layer") else next(sizes, 0),
                image_id=image.id if number == len(steps) - 1 else "",
            )
            for number, step in enumerate(steps)
        ]
        return made[::-1]

    def used_by(self) -> dict[str, list[str]]:
        """The ids of images that containers are made of or show, each with those containers."""
        used: dict[str, list[str]] = {}
        for record in self._parts.store.all():
            shown = (mount.image_id for mount in record.config.image_mounts)
            for image_id in {record.config.image_id, *shown} - {""}:
                used.setdefault(image_id, []).append(record.id)
        return used

    def prune(self, fits: Callable[[Image], bool]) -> list[Image]:
        """Remove the images of this store that no container is made of or shows and that fit; those that went."""
        used = self.used_by()
        gone = []
        for image in self.all():
            if image.read_only or image.id in used or not fits(image):
                continue
            self._parts.storage.remove_image(image.id, force=True)
            gone.append(image)
        if gone:
            self._parts.emit(EventKind.IMAGE, action="prune", image=" ".join(image.id[:12] for image in gone))
        return gone

    def login(self, registry: str, user: str, password: str, access: RegistryAccess = DEFAULT_ACCESS) -> None:
        """Try a login and keep it. Raises `StorageFailed` where it is refused."""
        self._logins().login(registry, user, password, access)

    def logged_in(self, registry: str, access: RegistryAccess = DEFAULT_ACCESS) -> str:
        """The user that is logged in. Raises `InvalidArgument` where none is."""
        return self._logins().logged_in(registry, access)

    def logout(self, registry: str, access: RegistryAccess = DEFAULT_ACCESS) -> None:
        """Forget a login, all of them for an empty `registry`. Raises `InvalidArgument` where there is none."""
        self._logins().logout(registry, access)

    def logins_file(self, access: RegistryAccess = DEFAULT_ACCESS) -> str:
        """The file in which logins are kept."""
        return self._logins().file(access)

    def _logins(self) -> Logins:
        from core.storage.logins import Logins

        return Logins(self._parts.settings, self._parts.paths.transfers)

    def _own_name(self, image: Image, name: str) -> str:
        if found := self._parts.storage.asked_name(image, name):
            return found
        raise InvalidArgument(f"{name} is no name of image {image.id[:12]}", hint=f"it has: {', '.join(image.names)}")

    def build_demo(self) -> Image:
        """Make the demo image out of the host's static busybox. Raises `HostIncomplete`."""
        from core.storage import demo_image

        storage = ContainersStorage(self._parts.paths, self._parts.settings)
        return demo_image.build_demo(storage, Path(find_program("busybox")), self._parts.paths.transfers)

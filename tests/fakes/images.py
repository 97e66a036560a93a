"""The images of an engine in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from core.errors import Cancelled, EngineError, ImageInUse, NoSuchImage
from core.model.image import (
    DEFAULT_ACCESS,
    DEFAULT_IMAGE_COPY,
    Image,
    ImageCopyOptions,
    ImageStep,
    RegistryAccess,
)
from core.model.snapshot import LayerProgress, PullProgress


class FakeImages:
    """`using`: the ids of images in use, each with those of its containers. `told`: called after each change."""

    def __init__(self, told: Callable[[], None], using: Callable[[], dict[str, list[str]]]) -> None:
        self._images: dict[str, Image] = {}
        self._told = told
        self.used_by = using
        self.pulled = threading.Event()
        self.refusal: EngineError | None = None
        """What a pull fails with."""
        self.moved: list[tuple[object, ...]] = []
        """What was pushed and saved."""

    def add(self, name: str, *, size: int = 5 << 20, image_id: str = "", read_only: bool = False) -> Image:
        """A new image behind the others."""
        made = Image(
            id=image_id or f"{len(self._images) + 1:x}" * 64,
            names=(name,),
            size=size,
            read_only=read_only,
            created_at=1e9,
        )
        self._images[made.id] = made
        self._told()
        return made

    def all(self) -> list[Image]:
        return list(self._images.values())

    def find(self, name_or_id: str) -> Image:
        for image in self.all():
            if name_or_id in (image.id, *image.names):
                return image
        raise NoSuchImage(f"{name_or_id} is not here")

    def pull(
        self,
        reference: str,
        *,
        progress: Callable[[PullProgress], None],
        cancel: threading.Event,
        access: RegistryAccess = DEFAULT_ACCESS,
    ) -> Image:
        """Two layers, the first of which is there; the second comes when `pulled` is set."""
        if self.refusal is not None:
            raise self.refusal
        layers = (
            LayerProgress(digest="sha256:" + "a" * 64, done=1 << 20, total=1 << 20),
            LayerProgress(digest="sha256:" + "b" * 64, done=1 << 20, total=4 << 20),
        )
        progress(PullProgress(done=2 << 20, total=5 << 20, phase="downloading", layers=layers))
        for _ in range(2_000):
            if cancel.is_set():
                raise Cancelled("the transfer was cancelled")
            if self.pulled.wait(0.005):
                break
        return self.add(reference)

    def push(
        self,
        name_or_id: str,
        destination: str = "",
        options: ImageCopyOptions = DEFAULT_IMAGE_COPY,
        *,
        progress: Callable[[PullProgress], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> str:
        self.moved.append(("push", name_or_id, destination, options.access.credentials))
        return destination or f"docker://{name_or_id}"

    def save(self, name_or_id: str, destination: Path, form: str) -> None:
        self.moved.append(("save", name_or_id, destination, form))

    def inspect(self, name_or_id: str) -> dict[str, object]:
        return {"Id": self.find(name_or_id).id}

    def history(self, name_or_id: str) -> list[ImageStep]:
        return [ImageStep(created="2026-01-01T00:00:00Z", created_by="COPY \x1b[2J", comment="", size=3 << 20)]

    def remove(self, name_or_id: str, *, force: bool = False) -> list[str]:
        image = self.find(name_or_id)
        if image.id in self.used_by() and not force:
            raise ImageInUse(f"{name_or_id} is in use", hint="remove its containers")
        del self._images[image.id]
        self._told()
        return [image.id]

"""What containers-storage keeps of images, layers and containers in files, read without its command.

It replaces each file as a whole, so that one reads the old or the new, never half. The command says the same, and takes
the time of a process for it.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from core.errors import StorageFailed
from core.model.image import Image
from core.storage.command import StorageCommand

_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.")
"""Names of data that are names of files as well; all others are kept as base64 behind a `=`."""


class Layer(msgspec.Struct):
    """`owners`: the ids by which its files are kept; those of the host for none."""

    id: str
    parent: str = ""
    size: int = msgspec.field(default=0, name="diff-size")
    owners: list[dict[str, int]] | None = msgspec.field(default=None, name="uidmap")


class StoredContainer(msgspec.Struct):
    """`layer`: that which it writes into. `owners`: the ids that its users have on the host; its own for none."""

    id: str
    layer: str
    owners: list[dict[str, int]] | None = msgspec.field(default=None, name="uidmap")


def chain(layers: Mapping[str, Layer], top: str) -> Iterator[Layer]:
    """A layer and all below it, the topmost first, as far as they are known; none for an empty id.

    Raises `StorageFailed` for layers that stand upon each other.
    """
    seen = set()
    layer = layers.get(top)
    while layer is not None:
        if layer.id in seen:
            raise StorageFailed(
                f"the storage is damaged: layer {layer.id[:12]} stands upon itself",
                hint="remove the images above it by their ids with podman or containers-storage, and pull them again",
            )
        seen.add(layer.id)
        yield layer
        layer = layers.get(layer.parent)


def image_of(entry: dict[str, Any], layers: dict[str, Layer]) -> Image:
    """An image by its entry in `StoreFiles.images`."""
    size = sum(layer.size for layer in chain(layers, entry.get("layer") or ""))
    return Image(
        id=str(entry["id"]),
        names=tuple(entry.get("names") or ()),
        digest=str((entry.get("big-data-digests") or {}).get("manifest", "")),
        created_at=_unix(str(entry.get("created") or "")),
        size=size or sum((entry.get("big-data-sizes") or {}).values()),
        read_only=not entry["own"],
    )


class StoreFiles:
    """Of the own store, whose directory is `root`, and of the additional ones that the command is given."""

    def __init__(self, command: StorageCommand, root: Path) -> None:
        self._command = command
        self._root = root

    def images(self) -> list[dict[str, Any]]:
        """The images of all stores as the command tells them; `own` is true for what is in the own store.

        One of another store that was given a name here is there twice, once with that name alone.

        Raises `StorageFailed` where a file is damaged.
        """
        found = [{**entry, "own": True} for entry in _images_of(self._root)]
        for store in self._command.additional_stores:
            found += [{**entry, "own": False} for entry in _images_of(store)]
        return found

    def layers(self) -> dict[str, Layer]:
        """The layers of all stores by their ids; the own store goes before the others."""
        layers: dict[str, Layer] = {}
        for store in reversed(list(self._stores())):
            with suppress(OSError, msgspec.MsgspecError):
                content = (store / "overlay-layers" / "layers.json").read_bytes()
                layers |= {layer.id: layer for layer in msgspec.json.decode(content, type=list[Layer])}
        return layers

    def container(self, container_id: str) -> StoredContainer | None:
        """A container of the own store; None for none."""
        try:
            content = (self._root / "overlay-containers" / "containers.json").read_bytes()
            entries = msgspec.json.decode(content, type=list[StoredContainer])
        except FileNotFoundError:
            return None
        except msgspec.MsgspecError:
            entries = msgspec.convert(self._command.json("containers") or [], list[StoredContainer])
        return next((entry for entry in entries if entry.id == container_id), None)

    def container_layer(self, container_id: str) -> str | None:
        """The layer of a container of the own store; None for none."""
        container = self.container(container_id)
        return None if container is None else container.layer

    def layer_place(self, layer_id: str) -> Path | None:
        """The folder of a layer, in which `diff` has its files, in the first store that has it; None for none."""
        places = (store / "overlay" / layer_id for store in self._stores())
        return next((place for place in places if (place / "diff").is_dir()), None)

    def image_data(self, image_id: str, name: str) -> bytes | None:
        """What is kept with an image under a name, as its manifest; None where it is not there."""
        file = name if _PLAIN.issuperset(name) else f"={binascii.b2a_base64(name.encode(), newline=False).decode()}"
        for store in self._stores():
            with suppress(OSError):
                return (store / "overlay-images" / image_id / file).read_bytes()
        return None

    def store_of(self, image_id: str) -> Path | None:
        """The directory of the first store that has an image; None for none."""
        return next((store for store in self._stores() if (store / "overlay-images" / image_id).is_dir()), None)

    def _stores(self) -> Iterator[Path]:
        yield self._root
        yield from self._command.additional_stores


def _images_of(store: Path) -> list[dict[str, Any]]:
    file = store / "overlay-images" / "images.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[dict[str, Any]] | None) or []
    except FileNotFoundError:
        return []
    except msgspec.MsgspecError as error:
        raise StorageFailed(f"the list of images {file} can not be read: {error}") from error


def _unix(timestamp: str) -> float:
    try:
        from datetime import datetime

        return datetime.fromisoformat(timestamp[:19] + "+00:00").timestamp()
    except ValueError:
        return 0.0

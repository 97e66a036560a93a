"""Images that a container shows in itself: a layer of its own upon each, for as long as it runs."""

from __future__ import annotations

import os

from core.errors import NoSuchImage
from core.model.config import BindMount, ContainerConfig, ImageMount
from core.operations.parts import EngineParts, Transaction


def known_image(parts: EngineParts, mount: ImageMount) -> ImageMount:
    """With the id of its image. Raises `NoSuchImage`, `AmbiguousName`."""
    try:
        return ImageMount(
            destination=mount.destination,
            image=mount.image,
            image_id=parts.storage.find_image(mount.image_id or mount.image).id,
            writable=mount.writable,
        )
    except NoSuchImage as error:
        error.message = f'creating image volume "{mount.image}":"{mount.destination}": {error.message}'
        raise


def image_binds(held: Transaction) -> tuple[BindMount, ...]:
    """Mount the images of a container that is about to start; what the runtime is to show. Raises `StorageFailed`.

    What the container writes is in its own layer, which goes with the end of the run, as in podman.
    """
    return tuple(_bind(held, mount) for mount in held.config.image_mounts)


def _bind(held: Transaction, mount: ImageMount) -> BindMount:
    storage, mappings, layer = held.parts.storage, held.config.id_mappings, _layer(held.id, mount)
    storage.create(layer, layer, mount.image_id, mappings)
    place = storage.mount(layer)
    if mappings is not None:
        from core.operations.user_namespace import make_reachable

        os.chown(place, *held.config.root_owner)
        make_reachable(place, (held.parts.paths.root, held.parts.paths.run_root), mappings)
    access = "rw" if mount.writable else "ro"
    return BindMount(source=str(place), destination=mount.destination, options=("bind", "rprivate", access))


def release_images(held: Transaction) -> None:
    """Unmount and forget what `image_binds` made, whatever is there of it. Raises `StorageFailed`."""
    storage = held.parts.storage
    for layer in image_layers(held.config).intersection(storage.containers()):
        storage.unmount(layer)
        storage.delete(layer)


def image_layers(config: ContainerConfig) -> set[str]:
    """The ids of the layers that a container has upon the images that it shows, while it is prepared or runs."""
    return {_layer(config.id, mount) for mount in config.image_mounts}


def _layer(container_id: str, mount: ImageMount) -> str:
    """The id of the layer, by which it is found again after a crash."""
    # It brings OpenSSL with it.
    import hashlib

    return hashlib.sha256(f"{container_id}:{mount.destination}".encode()).hexdigest()

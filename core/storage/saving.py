"""Images written to a file or a directory, which has its name only when it is whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from core.errors import DestinationExists, InvalidArgument
from core.model.content import ImageFormat, LayerPacking
from core.model.image import Image, ImageCopyOptions
from core.storage.contract import Storage

_TRANSPORTS: Final = {
    "docker-archive": "docker-archive",
    "oci-archive": "oci-archive",
    "docker-dir": "dir",
    "oci-dir": "oci",
}


def save(
    storage: Storage,
    images: Sequence[tuple[Image, Sequence[str]]],
    destination: Path,
    form: Literal["docker-archive", "oci-archive", "docker-dir", "oci-dir"],
    packing: LayerPacking = "usual",
) -> None:
    """Write `images` under their names, of which one may have none. Several images or names: docker-archive alone.

    Raises `DestinationExists`, `InvalidArgument`, `StorageFailed`.
    """
    several = len(images) > 1 or len(images[0][1]) > 1
    if several and form != "docker-archive":
        raise InvalidArgument(
            f"{form} holds one image under one name", hint="use --format docker-archive, or save them one by one"
        )
    if destination.exists() and (form.endswith("-dir") or not destination.is_file()):
        raise DestinationExists(f"{destination} exists", hint="choose another name, or remove it first")
    part = destination.with_name(f".{destination.name}.{os.urandom(4).hex()}.part")
    try:
        if several:
            from core.storage.multi_archive import write_multi_archive

            write_multi_archive(images, part, lambda image, place: storage.copy_out(image, f"docker-archive:{place}"))
        else:
            ((image, names),) = images
            # `dir` has no place for a name; skopeo takes what is behind the second colon for one.
            suffix = f":{names[0]}" if names and form != "docker-dir" else ""
            target = f"{_TRANSPORTS[form]}:{part}{suffix}"
            manifest: ImageFormat | None = "docker" if form == "docker-dir" else None
            storage.copy_out(image, target, ImageCopyOptions(form=manifest, packing=packing))
        os.replace(part, destination)
    finally:
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)

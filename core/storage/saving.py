"""An image written to a file or a directory, which has its name only when it is whole."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final, Literal

from core.errors import DestinationExists
from core.model.image import Image
from core.storage.contract import Storage

_TRANSPORTS: Final = {
    "docker-archive": "docker-archive",
    "oci-archive": "oci-archive",
    "docker-dir": "dir",
    "oci-dir": "oci",
}


def save(
    storage: Storage,
    image: Image,
    name: str,
    destination: Path,
    form: Literal["docker-archive", "oci-archive", "docker-dir", "oci-dir"],
) -> None:
    """Write `image` under `name`, which may be empty. Raises `DestinationExists`, `StorageFailed`."""
    if destination.exists() and (form.endswith("-dir") or not destination.is_file()):
        raise DestinationExists(f"{destination} exists", hint="choose another name, or remove it first")
    part = destination.with_name(f".{destination.name}.{os.urandom(4).hex()}.part")
    # `dir` has no place for a name; skopeo takes what is behind the second colon for one.
    suffix = f":{name}" if name and form != "docker-dir" else ""
    try:
        storage.copy_out(image, f"{_TRANSPORTS[form]}:{part}{suffix}", form="docker" if form == "docker-dir" else None)
        os.replace(part, destination)
    finally:
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)

"""Writing an image as an OCI layout on disk (image-spec, image-layout.md)."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import msgspec

from core.model.image import THIS_MACHINE

MANIFEST_TYPE: Final = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE: Final = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE: Final = "application/vnd.oci.image.layer.v1.tar"
NAME_ANNOTATION: Final = "org.opencontainers.image.ref.name"
_ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}


def write_layout(
    folder: Path,
    name: str,
    layer: Path,
    config: Mapping[str, Any],
    comment: str,
    annotations: Mapping[str, str] = MappingProxyType({}),
    *,
    wanted: Mapping[str, str] = THIS_MACHINE,
) -> None:
    """Make `folder` a layout of one image of one layer, an uncompressed tar. `config`: what containers inherit.

    `wanted`: of the platform, in place of this machine's.
    """
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    digest, size = add_file(blobs, layer)
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    image = {
        "created": now,
        **platform(),
        **wanted,
        "config": dict(config),
        "rootfs": {"type": "layers", "diff_ids": [digest]},
        "history": [{"created": now, "created_by": comment, "comment": comment}],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": add_blob(blobs, CONFIG_TYPE, msgspec.json.encode(image)),
        "layers": [{"mediaType": LAYER_TYPE, "digest": digest, "size": size}],
        **({"annotations": dict(annotations)} if annotations else {}),
    }
    entry = add_blob(blobs, MANIFEST_TYPE, msgspec.json.encode(manifest))
    entry["annotations"] = {NAME_ANNOTATION: name}
    (folder / "index.json").write_bytes(msgspec.json.encode({"schemaVersion": 2, "manifests": [entry]}))
    (folder / "oci-layout").write_bytes(b'{"imageLayoutVersion": "1.0.0"}')


def platform() -> dict[str, str]:
    """This machine in the words of image configurations."""
    machine = os.uname().machine
    return {"architecture": _ARCHITECTURES.get(machine, machine), "os": "linux"}


def add_blob(blobs: Path, kind: str, data: bytes) -> dict[str, Any]:
    """Store a blob; its descriptor (image-spec, descriptor.md)."""
    digest = hashlib.sha256(data).hexdigest()
    (blobs / digest).write_bytes(data)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(data)}


def add_file(blobs: Path, file: Path) -> tuple[str, int]:
    """Store a file as a blob; its digest and its bytes."""
    with file.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    target = blobs / digest
    try:
        target.hardlink_to(file)
    except OSError:
        shutil.copyfile(file, target)
    return f"sha256:{digest}", target.stat().st_size

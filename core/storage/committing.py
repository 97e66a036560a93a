"""An image made of a layer upon another image, as an OCI layout without the base's blobs.

The storage has the base's layers already: skopeo looks them up by their digests and never opens the missing files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from core.storage.importing import parse_changes
from core.storage.layout import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE, NAME_ANNOTATION, add_blob, add_file, platform

_OCI_LAYERS: Final = {
    "application/vnd.docker.image.rootfs.diff.tar": LAYER_TYPE,
    "application/vnd.docker.image.rootfs.diff.tar.gzip": f"{LAYER_TYPE}+gzip",
}


class Base(msgspec.Struct, frozen=True):
    """The image below the layer: its whole configuration and its manifest."""

    config: dict[str, Any]
    manifest: dict[str, Any]


def merge_changes(config: Mapping[str, Any], changes: Sequence[str]) -> dict[str, Any]:
    """The configuration with a Dockerfile's lines carried out over it. Raises `InvalidArgument`."""
    merged = dict(config)
    for name, value in parse_changes(changes).items():
        if name == "Env":
            by_name = {line.partition("=")[0]: line for line in [*merged.get("Env", []), *value]}
            merged["Env"] = list(by_name.values())
        elif isinstance(value, dict):
            merged[name] = {**merged.get(name, {}), **value}
        elif name == "OnBuild":
            merged[name] = [*merged.get(name, []), *value]
        else:
            merged[name] = value
    return merged


def write_commit(
    folder: Path,
    layer: Path,
    base: Base | None,
    config: Mapping[str, Any],
    *,
    created_by: str,
    author: str,
    message: str,
) -> None:
    """Make `folder` a layout of the image `commit`."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    digest, size = add_file(blobs, layer)
    now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    below = base.config if base is not None else {}
    step = {"created": now, "created_by": created_by, "author": author, "comment": message}
    image: dict[str, Any] = {
        **platform(),
        **{name: below[name] for name in ("architecture", "os", "variant") if name in below},
        "created": now,
        "author": author,
        "config": dict(config),
        "rootfs": {"type": "layers", "diff_ids": [*(below.get("rootfs") or {}).get("diff_ids", []), digest]},
        "history": [*(below.get("history") or []), {name: value for name, value in step.items() if value}],
    }
    described = add_blob(blobs, CONFIG_TYPE, msgspec.json.encode({k: v for k, v in image.items() if v}))
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": described,
        "layers": [
            *(_as_oci(entry) for entry in (base.manifest.get("layers", []) if base is not None else [])),
            {"mediaType": LAYER_TYPE, "digest": digest, "size": size},
        ],
    }
    entry = add_blob(blobs, MANIFEST_TYPE, msgspec.json.encode(manifest))
    entry["annotations"] = {NAME_ANNOTATION: "commit"}
    (folder / "index.json").write_bytes(msgspec.json.encode({"schemaVersion": 2, "manifests": [entry]}))
    (folder / "oci-layout").write_bytes(b'{"imageLayoutVersion": "1.0.0"}')


def _as_oci(layer: dict[str, Any]) -> dict[str, Any]:
    kind = str(layer.get("mediaType", LAYER_TYPE))
    return {"mediaType": _OCI_LAYERS.get(kind, kind), "digest": layer["digest"], "size": layer.get("size", 0)}

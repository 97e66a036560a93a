"""One docker archive of several images, made of archives of one image each: neither skopeo nor docker adds to one."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from core.model.image import Image

_MANIFEST: Final = "manifest.json"
_REPOSITORIES: Final = "repositories"
_READABLE: Final = 0o444


def write_multi_archive(
    images: Sequence[tuple[Image, Sequence[str]]], destination: Path, save_one: Callable[[Image, Path], None]
) -> None:
    """Write `images`, each with its names, to `destination`; what several have, such as a layer, is there once.

    `save_one`: writes a docker archive of one image.
    """
    manifest: list[dict[str, Any]] = []
    repositories: dict[str, dict[str, str]] = {}
    written: set[str] = set()
    with tarfile.open(destination, "w") as archive:
        for image, names in images:
            part = destination.with_name(f"{destination.name}.one")
            try:
                save_one(image, part)
                with tarfile.open(part) as source:
                    entry = _add(archive, source, written)
            finally:
                part.unlink(missing_ok=True)
            manifest.append(entry | {"RepoTags": list(names)})
            for name in names:
                repository, _, tag = name.rpartition(":")
                repositories.setdefault(repository, {})[tag] = _top_layer(entry)
        _add_json(archive, _MANIFEST, manifest)
        _add_json(archive, _REPOSITORIES, repositories)


def _add(archive: tarfile.TarFile, source: tarfile.TarFile, written: set[str]) -> dict[str, Any]:
    """Copy what is not yet there; the entry that the source's own list has of its image."""
    entry: dict[str, Any] = {}
    for member in source:
        content = source.extractfile(member) if member.isreg() else None
        if member.name == _MANIFEST and content is not None:
            (entry,) = msgspec.json.decode(content.read(), type=list[dict[str, Any]])
        elif member.name != _REPOSITORIES and member.name not in written:
            archive.addfile(member, content)
            written.add(member.name)
    return entry


def _top_layer(entry: dict[str, Any]) -> str:
    """What Docker of before 1.10 finds an image by; no one of today reads it."""
    layers = entry.get("Layers") or [""]
    return str(layers[-1]).removesuffix(".tar")


def _add_json(archive: tarfile.TarFile, name: str, value: object) -> None:
    data = msgspec.json.encode(value)
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), _READABLE
    archive.addfile(member, io.BytesIO(data))

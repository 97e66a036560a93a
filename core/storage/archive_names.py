"""What images in an archive or a layout are called there."""

from __future__ import annotations

import contextlib
import re
import tarfile
from pathlib import Path
from typing import Any

import msgspec

from core.errors import DamagedArchive, EngineError, InvalidArgument
from core.storage.references import full_name


def archive_images(archive: Path) -> list[tuple[str, list[str]]]:
    """What skopeo can copy from an archive, with the names of each. Raises `DamagedArchive`, `InvalidArgument`."""
    if not archive.is_file():
        raise InvalidArgument(f"the archive {archive} is not there", hint="check the path")
    try:
        with tarfile.open(archive) as tar:
            names = set()
            manifest: list[dict[str, Any]] = []
            for member in tar:
                name = member.name.removeprefix("./")
                names.add(name)
                content = tar.extractfile(member) if name in ("manifest.json", "index.json") else None
                if content is not None and name == "manifest.json":
                    manifest = msgspec.json.decode(content.read(), type=list[dict[str, Any]])
    except (tarfile.TarError, EOFError, OSError, msgspec.MsgspecError) as error:
        raise _damaged(archive, str(error)) from error
    if manifest:
        return [
            (f"docker-archive:{archive}:@{number}", list(entry.get("RepoTags") or ()))
            for number, entry in enumerate(manifest)
        ]
    if {"oci-layout", "index.json"} <= names:
        return [(f"oci-archive:{archive}", [name] if (name := _name_in_index(_index_in(archive))) else [])]
    raise _damaged(archive, "it holds neither a docker nor an OCI image")


def own_name(reference: str) -> str:
    """The name that an image has where a transport takes it from, as podman keeps it; empty for none.

    What is wrong with the place is left to who copies.
    """
    transport, _, rest = reference.partition(":")
    path, _, wanted = rest.partition(":")
    with contextlib.suppress(EngineError, IndexError, OSError, tarfile.TarError, msgspec.MsgspecError):
        if transport == "docker-archive":
            number = int(wanted[1:]) if re.fullmatch(r"@\d+", wanted) else 0
            names = archive_images(Path(path))[number][1]
            return full_name(wanted if wanted and not wanted.startswith("@") else names[0])
        if transport == "oci-archive":
            return full_name(_name_in_index(_index_in(Path(path)), wanted))
        if transport == "oci":
            index = msgspec.json.decode((Path(path) / "index.json").read_bytes(), type=dict[str, Any])
            return full_name(_name_in_index(index, wanted))
    return ""


def _index_in(archive: Path) -> dict[str, Any]:
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.name.removeprefix("./") == "index.json":
                content = tar.extractfile(member)
                return msgspec.json.decode(content.read() if content else b"{}", type=dict[str, Any])
    return {}


def _name_in_index(index: dict[str, Any], wanted: str = "") -> str:
    """The name of the image that is `wanted` by it, else of the first (image-spec, annotations.md)."""
    for manifest in index.get("manifests") or ():
        annotations = manifest.get("annotations") or {}
        name = annotations.get("io.containerd.image.name") or annotations.get("org.opencontainers.image.ref.name")
        if not wanted or wanted == name:
            return str(name or "")
    return ""


def _damaged(archive: Path, reason: str) -> DamagedArchive:
    one_line = "; ".join(line.strip(" -") for line in reason.splitlines())
    return DamagedArchive(
        f"{archive} is not a whole image archive: {one_line}", hint="make or copy the archive again; nothing was loaded"
    )

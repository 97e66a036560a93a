"""What containers mount, as the volumes of a pod's manifest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from core.kube.files import CONFIG_MAP, EMPTY_DIR, SECRET
from core.model.config import ContainerConfig
from core.model.secret import SecretKind

Document = dict[str, Any]
NAME_LENGTH: Final = 63
_NO_NAME: Final = "volume"


def dns_name(name: str) -> str:
    """A name as a cluster takes it (RFC 1123): small letters, digits and dashes."""
    return re.sub(r"[^a-z0-9-]+", "-", name.lower().replace("_", "")).strip("-")[:NAME_LENGTH].rstrip("-")


class PodMounts:
    """The volumes of one pod, each once. `folder`: what was written for the pod, where it was played."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._volumes: dict[str, Document] = {}

    def documents(self) -> list[Document]:
        return [{"name": name, **source} for name, source in self._volumes.items()]

    def of(self, config: ContainerConfig) -> list[Document]:
        """The `volumeMounts` of a container."""
        mounts = []
        for bind in config.bind_mounts:
            name = self._name(*self._of_path(Path(bind.source)))
            mounts.append(_mount(name, bind.destination, bind.options))
        for number, tmpfs in enumerate(config.tmpfs_mounts):
            in_memory = {"emptyDir": {"medium": "Memory", **_size_limit(tmpfs.options)}}
            name = self._name(f"{config.id[:12]}-memory-{number}", in_memory)
            mounts.append(_mount(name, tmpfs.destination, tmpfs.options))
        for volume in config.volume_mounts:
            claim: Document = {"persistentVolumeClaim": {"claimName": dns_name(volume.name)}}
            name = self._name(f"{volume.name[:40]}-pvc", {"emptyDir": {}} if volume.anonymous else claim)
            mounts.append(_mount(name, volume.destination, volume.options))
        for use in config.secrets:
            if use.kind is SecretKind.MOUNT:
                items = [{"key": use.key or use.name, "path": use.name, "mode": use.mode}]
                source = {"secret": {"secretName": dns_name(use.name), "items": items}}
                name = self._name(f"{use.name[:40]}-secret", source)
                mounts.append({**_mount(name, use.destination, ("ro",)), "subPath": use.name})
        return mounts

    def _name(self, wanted: str, source: Document) -> str:
        """The name of the volume with this source, a new one where there is none."""
        base = dns_name(wanted) or _NO_NAME
        name, number = base, 1
        while self._volumes.setdefault(name, source) != source:
            number += 1
            name = f"{base[: NAME_LENGTH - len(str(number)) - 1]}-{number}"
        return name

    def _of_path(self, path: Path) -> tuple[str, Document]:
        """A name, and the source: the path itself, unless it was made of another kind of volume."""
        if self._folder is not None and path.is_relative_to(self._folder):
            kind, name, *_ = path.relative_to(self._folder).parts
            sources: dict[str, Document] = {
                EMPTY_DIR: {"emptyDir": {}},
                CONFIG_MAP: {"configMap": {"name": name}},
                SECRET: {"secret": {"secretName": name}},
            }
            return path.name, sources[kind]
        return f"{str(path)[-40:]}-host", {"hostPath": {"path": str(path)}}


def config_maps_in(folder: Path) -> list[Document]:
    """The ConfigMaps of which files were written for a pod. Secrets are not shown: their manifests have to be had."""
    made = []
    for config_map in sorted((folder / CONFIG_MAP).glob("*")):
        files = [file for file in sorted(config_map.glob("*/*")) if file.is_file()]
        data = {file.name: file.read_text(errors="replace") for file in files}
        made.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": config_map.name}, "data": data})
    return made


def _mount(name: str, destination: str, options: Iterable[str]) -> Document:
    return {"name": name, "mountPath": destination, **({"readOnly": True} if "ro" in options else {})}


def _size_limit(options: Iterable[str]) -> Document:
    sizes = [option.removeprefix("size=") for option in options if option.startswith("size=")]
    match = re.fullmatch(r"(\d+)([kmg]?)", sizes[-1].lower()) if sizes else None
    return {"sizeLimit": f"{match[1]}{f'{match[2].upper()}i' if match[2] else ''}"} if match else {}

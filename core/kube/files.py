"""A pod's volumes: what each shows, in which place of the host."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from core.errors import InvalidArgument
from core.kube import manifest
from core.kube.environment import Sources, config_map, secret
from core.kube.quantity import parse_quantity
from core.model.config import BindMount, TmpfsMount, VolumeMount

_KIND_OF_PATH: Final = {
    "Directory": Path.is_dir,
    "File": Path.is_file,
    "Socket": Path.is_socket,
    "CharDevice": Path.is_char_device,
    "BlockDevice": Path.is_block_device,
}
EMPTY_DIR: Final = "empty"
CONFIG_MAP: Final = "configmap"
SECRET: Final = "secret"
"""Folders of a pod's files: below, the name of what it is of, except for the first, and that of the volume."""
_WAYS: Final = ("rbind", "rprivate")


class Mounts(msgspec.Struct, frozen=True, kw_only=True):
    """What a container's `volumeMounts` are."""

    binds: tuple[BindMount, ...] = ()
    in_memory: tuple[TmpfsMount, ...] = ()
    volumes: tuple[VolumeMount, ...] = ()


class PodVolumes:
    """The volumes of one pod; what has to be written lies in `folder`, which goes with the pod.

    `in_memory` makes a volume in memory by options of mount(8), and gives its name.
    """

    def __init__(self, spec: manifest.PodSpec, sources: Sources, folder: Path, in_memory: Callable[[str], str]) -> None:
        self._volumes = {volume.name: volume for volume in spec.volumes}
        self._sources = sources
        self._folder = folder
        self._in_memory = in_memory
        self._shared: dict[str, str] = {}
        self._group = spec.security_context.fs_group
        self._users: dict[str, int] = {}
        for container in (*spec.init_containers, *spec.containers):
            for name in {mount.name for mount in container.volume_mounts}:
                self._users[name] = self._users.get(name, 0) + 1

    def mounts(self, container: manifest.Container) -> Mounts:
        """What a container shows. Raises `InvalidArgument` for what is not there, or not of the kind it should be."""
        binds: list[BindMount] = []
        in_memory: list[TmpfsMount] = []
        volumes: list[VolumeMount] = []
        for wanted in container.volume_mounts:
            volume = self._volumes.get(wanted.name)
            if volume is None:
                raise InvalidArgument(
                    f"volume mount {wanted.name} specified for container but not configured in volumes",
                    hint="add it to the pod's volumes, or correct its name",
                )
            claim, empty = volume.persistent_volume_claim, volume.empty_dir
            if claim is not None:
                access = "ro" if wanted.read_only or claim.read_only else "rw"
                options: tuple[str, ...] = (*_WAYS, access, "nosuid", "nodev")
                volumes.append(VolumeMount(name=claim.claim_name, destination=wanted.mount_path, options=options))
            elif empty is not None and empty.medium == "Memory" and self._users[wanted.name] == 1:
                in_memory.append(TmpfsMount(destination=wanted.mount_path, options=self._memory_options(empty)))
            elif empty is not None and empty.medium == "Memory" and not wanted.sub_path:
                if wanted.name not in self._shared:
                    self._shared[wanted.name] = self._in_memory(",".join(self._memory_options(empty)))
                options = (*_WAYS, "ro" if wanted.read_only else "rw", "nosuid", "nodev")
                shared = self._shared[wanted.name]
                volumes.append(
                    VolumeMount(name=shared, destination=wanted.mount_path, options=options, copy=False, anonymous=True)
                )
            else:
                source, read_only = self._source(volume)
                path = source / wanted.sub_path if wanted.sub_path else source
                if not path.resolve().is_relative_to(source.resolve()):
                    raise InvalidArgument(
                        f"the subPath {wanted.sub_path} leads out of volume {volume.name}",
                        hint="use a path without .. below the volume",
                    )
                options = (*_WAYS, "ro" if wanted.read_only or read_only else "rw")
                binds.append(BindMount(source=str(path), destination=wanted.mount_path, options=options))
        return Mounts(binds=tuple(binds), in_memory=tuple(in_memory), volumes=tuple(volumes))

    def _source(self, volume: manifest.Volume) -> tuple[Path, bool]:
        """The host's path, and whether it is only to be read."""
        if volume.host_path is not None:
            return _host_path(volume.host_path), False
        if volume.empty_dir is not None:
            folder = self._folder / EMPTY_DIR / volume.name
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o777)
            if self._group is not None:
                give_to_group(folder, self._group)
            return folder, False
        if volume.config_map is not None:
            folder = self._folder / CONFIG_MAP / volume.config_map.name / volume.name
            data = config_map(volume.config_map.name, self._sources, optional=volume.config_map.optional)
            self._write(folder, data, volume.config_map.items, volume.config_map.default_mode)
            return folder, True
        if volume.secret is not None:
            folder = self._folder / SECRET / volume.secret.secret_name / volume.name
            data = secret(volume.secret.secret_name, self._sources, optional=volume.secret.optional)
            self._write(folder, data, volume.secret.items, volume.secret.default_mode)
            return folder, True
        raise InvalidArgument(
            f"the kind of volume {volume.name} is not supported",
            hint="use hostPath, emptyDir, configMap, secret or persistentVolumeClaim",
        )

    def _memory_options(self, empty: manifest.EmptyDir) -> tuple[str, ...]:
        limit = () if empty.size_limit is None else (f"size={int(parse_quantity(empty.size_limit))}",)
        group = () if self._group is None else (f"gid={self._group}",)
        return ("rw", "nosuid", "nodev", "mode=1777", *group, *limit)

    def _write(self, folder: Path, data: Mapping[str, bytes], items: Sequence[manifest.KeyToPath], mode: int) -> None:
        """The keys as files; of `items` only those, at their paths below."""
        folder.mkdir(parents=True, exist_ok=True)
        chosen = items or [manifest.KeyToPath(key=key, path=key) for key in data]
        for item in chosen:
            path = folder / item.path
            if os.path.isabs(item.path) or ".." in Path(item.path).parts:
                raise InvalidArgument(
                    f"the path {item.path} of a volume's item leads out of the volume",
                    hint="use a path without .. that does not begin with /",
                )
            if item.key not in data:
                raise InvalidArgument(
                    f"the key {item.key} of a volume's item does not exist",
                    hint=f"use one of {', '.join(sorted(data))}" if data else "put it into what the volume is made of",
                )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data[item.key])
            path.chmod(mode if item.mode is None else item.mode)
            if self._group is not None:
                give_to_group(path, self._group)


def give_to_group(path: Path, group: int) -> None:
    """What fsGroup does: the group may do what the owner may, and has what is made in a directory."""
    os.chown(path, -1, group)
    mode = path.stat().st_mode & 0o777
    shared = mode | (mode & 0o700) >> 3
    path.chmod(shared | 0o2000 if path.is_dir() else shared)


def _host_path(wanted: manifest.HostPath) -> Path:
    path = Path(wanted.path)
    if not path.is_absolute():
        raise InvalidArgument(f"the hostPath {wanted.path} is not an absolute path", hint="begin it with /")
    if wanted.type == "DirectoryOrCreate":
        path.mkdir(parents=True, exist_ok=True)
    elif wanted.type == "FileOrCreate" and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o644)
    elif wanted.type in _KIND_OF_PATH and not _KIND_OF_PATH[wanted.type](path):
        raise InvalidArgument(
            f"the hostPath {wanted.path} is no {wanted.type}, or is not there",
            hint="correct the path or the type, or make it first",
        )
    if not path.exists():
        raise InvalidArgument(f"the hostPath {wanted.path} does not exist", hint="use the type DirectoryOrCreate")
    return path

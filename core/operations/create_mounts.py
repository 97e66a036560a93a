"""What is to be shown in a new container besides its root: asked for, taken from others, or named by the image."""

from __future__ import annotations

import posixpath
from pathlib import Path

import msgspec

from core.errors import InvalidArgument, NoSuchContainer
from core.model.config import BindMount, ContainerConfig, ImageMount, TmpfsMount, VolumeMount
from core.model.image import ImageConfig
from core.model.options import CreateOptions
from core.operations.parts import EngineParts

AnyMount = BindMount | TmpfsMount | VolumeMount
WantedMount = AnyMount | ImageMount


class Mounts(msgspec.Struct, frozen=True):
    """By their kinds."""

    binds: tuple[BindMount, ...]
    tmpfs: tuple[TmpfsMount, ...]
    volumes: tuple[VolumeMount, ...]
    images: tuple[ImageMount, ...]


def finalize_mounts(parts: EngineParts, options: CreateOptions, image: ImageConfig | None) -> Mounts:
    """All mounts, each destination once: the request before the containers it takes from, those before the image.

    Raises `InvalidArgument`, `NoSuchImage`.
    """
    chosen: dict[str, WantedMount] = {}
    asked: list[WantedMount] = [
        *options.bind_mounts,
        *options.tmpfs_mounts,
        *options.volume_mounts,
        *_image_mounts(parts, options),
    ]
    for wanted in asked:
        mount = _checked(wanted)
        if mount.destination in chosen:
            raise InvalidArgument(
                f"{mount.destination}: duplicate mount destination", hint="mount there once, or at different places"
            )
        chosen[mount.destination] = mount
    for text in options.volumes_from:
        for mount in _mounts_of(parts, text):
            chosen.setdefault(mount.destination, mount)
    for destination in image.volumes if image is not None else ():
        if options.image_volumes == "anonymous":
            chosen.setdefault(posixpath.normpath(destination), _checked(VolumeMount(destination=destination)))
        elif options.image_volumes == "tmpfs":
            tmpfs = TmpfsMount(destination=destination, options=("rw", "nosuid", "nodev", "tmpcopyup"))
            chosen.setdefault(posixpath.normpath(destination), _checked(tmpfs))
    return Mounts(
        tuple(mount for mount in chosen.values() if isinstance(mount, BindMount)),
        tuple(mount for mount in chosen.values() if isinstance(mount, TmpfsMount)),
        tuple(mount for mount in chosen.values() if isinstance(mount, VolumeMount)),
        tuple(mount for mount in chosen.values() if isinstance(mount, ImageMount)),
    )


def _image_mounts(parts: EngineParts, options: CreateOptions) -> list[ImageMount]:
    if not options.image_mounts:
        return []
    from core.operations.image_use import known_image

    return [known_image(parts, mount) for mount in options.image_mounts]


def _checked(mount: WantedMount) -> WantedMount:
    destination = posixpath.normpath(mount.destination)
    if not destination.startswith("/"):
        raise InvalidArgument(
            f'invalid container path "{mount.destination}", must be an absolute path', hint="begin it with /"
        )
    if destination.strip("/") == "":
        raise InvalidArgument(
            "the mount destination / is the container's root itself", hint="choose a directory in it, as /data"
        )
    mount = msgspec.structs.replace(mount, destination=destination)
    if isinstance(mount, BindMount) and not Path(mount.source).exists():
        raise InvalidArgument(
            f"the mount source {mount.source} does not exist", hint="create it first, or correct the path"
        )
    if isinstance(mount, VolumeMount):
        from core.operations.volumes import check_name, new_name

        if not mount.name:
            return msgspec.structs.replace(mount, name=new_name(), anonymous=True)
        check_name(mount.name)
    return mount


def _mounts_of(parts: EngineParts, text: str) -> list[AnyMount]:
    """The mounts of `NAME-OR-ID[:OPTIONS]`, another container."""
    name, _, given = text.partition(":")
    wanted = [option for option in given.split(",") if option]
    for option in wanted:
        if option not in ("z", "ro", "rw"):
            raise InvalidArgument(
                f'invalid option "{option}" specified - volumes from another container can only use z,ro,rw options',
                hint="leave the others out",
            )
    if {"ro", "rw"} <= set(wanted):
        raise InvalidArgument("the mounts of another container can not be both ro and rw", hint="leave one of them out")
    try:
        config = parts.store.get(parts.store.resolve(name)).config
    except NoSuchContainer as error:
        raise InvalidArgument(
            f'looking up container "{name}" for volumes-from: {error.message}', hint="see wharf ps --all for the names"
        ) from error
    access = next((option for option in wanted if option in ("ro", "rw")), "")
    return [_with_access(mount, access) for mount in mounts_in(config)]


def mounts_in(config: ContainerConfig) -> list[AnyMount]:
    """All mounts of a container that somebody asked for."""
    return [*config.bind_mounts, *config.tmpfs_mounts, *config.volume_mounts]


def volume_binds(parts: EngineParts, mounts: tuple[VolumeMount, ...]) -> tuple[BindMount, ...]:
    """The volumes as the folders of the host that the runtime is to show."""
    return tuple(
        BindMount(source=str(parts.paths.volume_data(mount.name)), destination=mount.destination, options=mount.options)
        for mount in mounts
    )


def _with_access(mount: AnyMount, access: str) -> AnyMount:
    if not access:
        return mount
    kept = tuple(option for option in mount.options if option not in ("ro", "rw"))
    return msgspec.structs.replace(mount, options=(*kept, access))

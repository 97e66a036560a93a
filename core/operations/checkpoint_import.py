"""A container made of an archive of a checkpoint, to be restored."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from pathlib import Path

import msgspec

from core.errors import EngineError, InvalidArgument, NameInUse, NoSuchImage
from core.events import EventKind
from core.host.files import make_private_directory
from core.host.locks import FileLock
from core.host.rooted import RootedTree
from core.host.trees import unpack
from core.model.config import ContainerConfig, ContainerRecord
from core.model.dependencies import dependencies
from core.model.network import Attachment
from core.model.options import CreateOptions, ImportOptions
from core.model.state import ContainerState, Intent, Status
from core.operations import checkpoint_archive as layout
from core.operations.checkpoint_pod import moved_to_pod
from core.operations.create import check_name, kept, refuse_used_name
from core.operations.image_use import known_image
from core.operations.mount import mounted_root
from core.operations.parts import EngineParts, Transaction
from core.operations.publishing import finalize_ports
from core.operations.release import erase
from core.operations.volumes import catalogue, ensure_volumes


def import_checkpoint(parts: EngineParts, archive: Path, options: ImportOptions) -> str:
    """Make the container that the archive is of, exited and with a checkpoint; its id, a new one for a new name.

    Raises `DamagedArchive`, `NameInUse`, `NoSuchImage`, and `InvalidArgument` for one that needs what is not here.
    """
    previous = Path(options.previous) if options.previous else None
    with layout.unpacked(parts, archive, previous) as (folder, dump, own):
        config, name = own.config, options.name or dump.name
        if options.name:
            config = msgspec.structs.replace(config, id=os.urandom(32).hex())
        if options.pod:
            config = moved_to_pod(parts, config, options.pod)
        if options.publish:
            ports = finalize_ports(CreateOptions(ports=options.publish), (), config.network)
            config = msgspec.structs.replace(config, ports=ports)
        _check(parts, config, name, options)
        volumes = _new_volumes(parts, config, folder, options)
        record = ContainerRecord(
            config=config,
            name=name,
            state=ContainerState(
                status=Status.CONFIGURED,
                intent=Intent.CREATING,
                boot_id=parts.boot_id,
                networks=own.networks if options.name else _as_before(own),
            ),
        )
        with FileLock(parts.paths.lock(config.id)):
            with kept(parts, dependencies(config), config.pod):
                parts.store.add(record)
            held = Transaction(parts, record)
            try:
                _fill(held, folder, options)
                for volume in volumes:
                    with (folder / layout.VOLUMES / f"{volume}.tar").open("rb") as content:
                        unpack(content, parts.paths.volume_data(volume))
            except (EngineError, OSError):
                erase(held)
                raise
            held.save(intent=None, checkpointed=True)
            held.emit(EventKind.CREATE, image=config.image or config.rootfs)
        return config.id


def _check(parts: EngineParts, config: ContainerConfig, name: str, options: ImportOptions) -> None:
    check_name(name)
    refuse_used_name(parts, name)
    if any(record.id == config.id for record in parts.store.all()):
        raise NameInUse(f"the container {config.id[:12]} is still there", hint="remove it, or give a new --name")
    if not options.pod and (config.pod or dependencies(config)):
        raise InvalidArgument(
            "the container was in a pod, or in the namespaces of another, and can not be restored alone",
            hint="name a pod for it with --pod" if config.pod else "restore it where they are",
        )
    for mount in config.image_mounts:
        known_image(parts, mount)
    if config.image_id:
        try:
            parts.storage.find_image(config.image_id)
        except NoSuchImage:
            image = parts.storage.pull(config.image)
            if image.id != config.image_id:
                raise InvalidArgument(
                    f"the image {config.image} is another one by now than that of the checkpoint",
                    hint=f"load the image {config.image_id[:12]} first",
                ) from None


def _new_volumes(parts: EngineParts, config: ContainerConfig, folder: Path, options: ImportOptions) -> list[str]:
    """Those that come with the archive. Raises `InvalidArgument` for one that is here already."""
    if options.ignore_volumes:
        return []
    known = {volume.name for volume in catalogue(parts).all()}
    names = [mount.name for mount in config.volume_mounts if (folder / layout.VOLUMES / f"{mount.name}.tar").exists()]
    for name in names:
        if name in known:
            raise InvalidArgument(
                f"volume with name {name} already exists",
                hint="use --ignore-volumes to leave the content of volumes as it is",
            )
    return names


def _as_before(own: layout.Own) -> tuple[Attachment, ...]:
    """With the addresses that it had: its connections know it by them."""
    had = {lease.network: lease for lease in own.leases}
    return tuple(
        msgspec.structs.replace(
            one,
            addresses=tuple(address.partition("/")[0] for address in had[one.network].addresses),
            mac=had[one.network].mac,
        )
        if one.network in had
        else one
        for one in own.networks
    )


def _fill(held: Transaction, folder: Path, options: ImportOptions) -> None:
    parts, config = held.parts, held.config
    paths = parts.paths
    make_private_directory(paths.container(held.id))
    if config.image_id:
        parts.storage.create(config.id, config.id, config.image_id, config.id_mappings)
    ensure_volumes(parts, config)
    if config.image_id and not options.ignore_rootfs:
        _apply_difference(folder, mounted_root(held))
    kept = (paths.checkpoint(held.id), paths.pre_checkpoint(held.id), paths.shared_memory_archive(held.id))
    for place in kept:
        if (folder / place.name).exists():
            shutil.move(folder / place.name, place)


def _apply_difference(folder: Path, root: Path) -> None:
    deleted, difference = folder / layout.DELETED, folder / layout.DIFFERENCE
    if deleted.exists():
        with RootedTree.open(root) as tree:
            for path in msgspec.json.decode(deleted.read_bytes(), type=list[str]):
                with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                    _delete(tree, path)
    if difference.exists():
        with difference.open("rb") as content:
            unpack(content, root)


def _delete(tree: RootedTree, path: str) -> None:
    parent, _, name = path.rstrip("/").rpartition("/")
    place = tree.find_directory(parent or "/")
    try:
        if stat.S_ISDIR(os.stat(name, dir_fd=place, follow_symlinks=False).st_mode):
            shutil.rmtree(name, dir_fd=place)
        else:
            os.unlink(name, dir_fd=place)
    finally:
        os.close(place)

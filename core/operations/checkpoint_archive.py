"""A checkpoint as an archive that another machine restores, in podman's layout (podman-container-checkpoint(1)).

checkpoint/              CRIU's files; pre-checkpoint/ alone in an archive of a pre-checkpoint
config.dump              whose it is, under podman's names, and all of its configuration under our own
spec.dump                the runtime's configuration
network.status           its addresses in its networks
rootfs-diff.tar          what differs from the image, and deleted.files: what is gone
devshm-checkpoint.tar    what was in /dev/shm
volumes/NAME.tar         its volumes
"""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from core.errors import DamagedArchive, DestinationExists, ExportFailed
from core.host.files import make_private_directory, temporary_directory
from core.host.mounts import is_mounted
from core.host.processes import find_program, run
from core.model.config import ContainerConfig
from core.model.network import Attachment, Lease
from core.model.options import CheckpointOptions, Compression
from core.operations.commit import mount_points_made
from core.operations.inspect import timestamp
from core.operations.parts import EngineParts, Transaction
from core.storage.export import export_tree
from core.storage.layer_archive import leave_out
from core.storage.layout import platform, write_layout

CHECKPOINT: Final = "checkpoint"
PREVIOUS: Final = "pre-checkpoint"
CONFIG: Final = "config.dump"
SPEC: Final = "spec.dump"
NETWORK: Final = "network.status"
DIFFERENCE: Final = "rootfs-diff.tar"
DELETED: Final = "deleted.files"
VOLUMES: Final = "volumes"
_ANNOTATION: Final = "io.podman.annotations.checkpoint."
_COMPRESSIONS: Final = {"zstd": ["--zstd"], "gzip": ["--gzip"], "none": []}
_WHITEOUT, _OPAQUE = ".wh.", ".wh..wh..opq"


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """What we need to make the container anew."""

    config: ContainerConfig
    networks: tuple[Attachment, ...] = ()
    leases: tuple[Lease, ...] = ()


class ConfigDump(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """config.dump. The first fields are those that podman and checkpointctl read."""

    id: str
    name: str
    rootfs_image: str = msgspec.field(default="", name="rootfsImageID")
    rootfs_image_name: str = ""
    runtime: str = ""
    created_time: str = ""
    wharfinger: Own | None = None


def write_archive(held: Transaction, options: CheckpointOptions) -> None:
    """Write what the checkpoint has left. The archive has its name only when it is whole. Raises `ExportFailed`."""
    target = Path(options.export)
    if target.is_dir():
        raise DestinationExists(f"{target} is a directory", hint="name a file")
    part = target.with_name(f".{target.name}.{os.urandom(4).hex()}.part")
    try:
        _pack(held, options, part, options.compression)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def make_image(held: Transaction, options: CheckpointOptions) -> None:
    """Make an image of what the checkpoint has left, with podman's annotations. Raises `ExportFailed`."""
    config, host = held.config, os.uname()
    told = {
        "name": held.name,
        "rawImageName": config.image,
        "rootfsImageID": config.image_id,
        "rootfsImageName": config.image,
        "runtime.name": os.path.basename(held.runtime.path),
        "host.arch": platform()["architecture"],
        "host.kernel": host.release,
    }
    annotations = {f"{_ANNOTATION}{name}": value for name, value in told.items() if value}
    with temporary_directory(held.parts.paths.transfers) as folder:
        layer = folder / "layer.tar"
        _pack(held, options, layer, "none")
        comment = f"checkpoint of {held.name}"
        write_layout(folder / "layout", CHECKPOINT, layer, {}, comment, annotations)
        held.parts.storage.copy_layout(folder / "layout", CHECKPOINT, options.create_image)


def _pack(held: Transaction, options: CheckpointOptions, target: Path, compression: Compression) -> None:
    """Write all that belongs to the checkpoint into a tar archive. Raises `ExportFailed`."""
    parts = held.parts
    with temporary_directory(parts.paths.transfers) as folder:
        _write_facts(held, folder)
        if options.pre_checkpoint:
            images = PREVIOUS
        else:
            images = CHECKPOINT
            if held.config.image_id and not options.ignore_rootfs:
                _write_difference(held, folder)
            if not options.ignore_volumes:
                _write_volumes(held, folder)
            shared = parts.paths.shared_memory_archive(held.id)
            if shared.exists():
                shutil.copyfile(shared, folder / shared.name)
        argv = [find_program("tar"), "--create", f"--file={target}", *_COMPRESSIONS[compression]]
        argv += ["--numeric-owner", f"--directory={parts.paths.container(held.id)}", images]
        argv += [f"--directory={folder}", *sorted(os.listdir(folder))]
        finished = run(argv)
        if finished.returncode:
            raise ExportFailed(f"the checkpoint could not be written to {target}: {finished.error_text()}")


def keep_shared_memory(held: Transaction) -> None:
    """Write what is in /dev/shm beside CRIU's files, which do not have it: it is a mount from outside."""
    shm = held.parts.paths.shm(held.id)
    if is_mounted(shm):
        target = held.parts.paths.shared_memory_archive(held.id)
        target.unlink(missing_ok=True)
        export_tree(shm, target)


@contextmanager
def unpacked(parts: EngineParts, archive: Path, previous: Path | None) -> Iterator[tuple[Path, ConfigDump, Own]]:
    """An archive, or a folder with the content of one, in a folder that is gone afterwards, and whose it is.

    It is with the pre-checkpoint that it builds upon, where there is one.
    Raises `DamagedArchive`.
    """
    with temporary_directory(parts.paths.transfers) as folder:
        for one in (archive, *([previous] if previous is not None else [])):
            _unpack(one, folder)
        try:
            dump = msgspec.json.decode((folder / CONFIG).read_bytes(), type=ConfigDump)
        except (OSError, msgspec.MsgspecError) as error:
            raise DamagedArchive(f"{archive} is no archive of a checkpoint: {error}") from error
        if dump.wharfinger is None:
            raise DamagedArchive(
                f"{archive} was made by another engine, which describes its containers otherwise",
                hint="restore it there",
            )
        if not (folder / CHECKPOINT).is_dir():
            raise DamagedArchive(
                f"{archive} holds a pre-checkpoint alone", hint="give it with --import-previous, beside the checkpoint"
            )
        yield folder, dump, dump.wharfinger


def _unpack(archive: Path, folder: Path) -> None:
    if archive.is_dir():
        try:
            shutil.copytree(archive, folder, symlinks=True, dirs_exist_ok=True)
        except OSError as error:
            raise DamagedArchive(
                f"{archive} can not be read: {error}", hint="name an archive of a checkpoint"
            ) from error
        return
    if not archive.is_file():
        raise DamagedArchive(f"the archive {archive} is not there", hint="check the path")
    finished = run([find_program("tar"), "--extract", f"--file={archive}", f"--directory={folder}", "--no-same-owner"])
    if finished.returncode:
        raise DamagedArchive(f"{archive} can not be unpacked: {finished.error_text()}", stderr=finished.error_text())


def _write_facts(held: Transaction, folder: Path) -> None:
    config, state, parts = held.config, held.state, held.parts
    dump = ConfigDump(
        id=config.id,
        name=held.name,
        rootfs_image=config.image_id,
        rootfs_image_name=config.image,
        runtime=os.path.basename(held.runtime.path),
        created_time=timestamp(config.created_at),
        wharfinger=Own(config=config, networks=state.networks, leases=state.leases),
    )
    (folder / CONFIG).write_bytes(msgspec.json.encode(dump))
    shutil.copyfile(parts.paths.spec(held.id), folder / SPEC)
    (folder / NETWORK).write_bytes(msgspec.json.encode({lease.network: _status(lease) for lease in state.leases}))


def _status(lease: Lease) -> dict[str, Any]:
    """An address in podman's StatusBlock."""
    gateways = [*lease.gateways, *[""] * len(lease.addresses)]
    subnets = [
        {"ipnet": address, **({"gateway": gateway} if gateway else {})}
        for address, gateway in zip(lease.addresses, gateways, strict=False)
    ]
    return {"interfaces": {lease.interface: {"mac_address": lease.mac, "subnets": subnets}}}


def _write_difference(held: Transaction, folder: Path) -> None:
    """The layer without its whiteouts, which are named beside it."""
    layer = folder / DIFFERENCE
    held.parts.storage.write_difference(held.id, layer, left_out=mount_points_made(held))
    deleted, whiteouts = [], set()
    with tarfile.open(layer, "r:") as tar:
        for member in tar:
            place, _, name = member.name.rpartition("/")
            if name == _OPAQUE:
                deleted.append(place)
            elif name.startswith(_WHITEOUT):
                deleted.append(os.path.join(place, name.removeprefix(_WHITEOUT)))
            else:
                continue
            whiteouts.add(member.name)
    leave_out(layer, whiteouts)
    if deleted:
        (folder / DELETED).write_bytes(msgspec.json.encode([f"/{path.lstrip('./')}" for path in deleted]))


def _write_volumes(held: Transaction, folder: Path) -> None:
    for mount in held.config.volume_mounts:
        make_private_directory(folder / VOLUMES)
        export_tree(held.parts.paths.volume_data(mount.name), folder / VOLUMES / f"{mount.name}.tar")

"""diff: which files of a container differ from its image."""

from __future__ import annotations

from typing import Final

from core.errors import InvalidArgument
from core.model.config import ContainerConfig
from core.model.content import FileChange
from core.operations.create_mounts import mounts_in
from core.operations.parts import Transaction

_MOUNT_POINTS: Final = (
    *("/dev", "/proc", "/sys", "/run/.containerenv"),
    *("/etc/hostname", "/etc/hosts", "/etc/resolv.conf"),
)
"""What the runtime makes in the root to mount upon; none of it is the container's work. As in podman's diff."""


def diff(held: Transaction) -> list[FileChange]:
    """The changes in the order of their paths. Allowed: any state but unknown. Raises `StorageFailed`.

    Raises `InvalidArgument` for a container of a root file system directory: there is nothing to compare it with.
    """
    if not held.config.image_id:
        raise InvalidArgument(
            f"container {held.name} is not made of an image: there is nothing to compare its files with",
            container_id=held.id,
            hint=f"look into its directory: {held.config.rootfs}",
        )
    points = mount_points(held.config)
    return sorted(change for change in held.parts.storage.changes(held.id) if not _is_below(change.path, points))


def mount_points(config: ContainerConfig) -> tuple[str, ...]:
    """Where something else than the root is seen in the container."""
    own = [mount.destination for mount in mounts_in(config)]
    return (*_MOUNT_POINTS, *(destination.rstrip("/") for destination in own))


def _is_below(path: str, points: tuple[str, ...]) -> bool:
    return any(path == point or path.startswith(f"{point}/") for point in points)

"""What images, containers and volumes take on disk, and what a prune would give back. Sizes are bytes."""

import msgspec

from core.model.image import Image
from core.model.snapshot import ContainerSnapshot
from core.model.volume import VolumeSnapshot


class ImageUsage(msgspec.Struct, frozen=True, kw_only=True):
    """`shared`: of layers that other images have, too; `unique`: of the others. `containers`: how many are of it."""

    image: Image
    shared: int
    unique: int
    containers: int


class ContainerUsage(msgspec.Struct, frozen=True, kw_only=True):
    """`size`: what it has written into its root. `volumes`: how many it has, bind mounts counted."""

    container: ContainerSnapshot
    size: int
    volumes: int


class VolumeUsage(msgspec.Struct, frozen=True, kw_only=True):
    volume: VolumeSnapshot
    size: int


class UsageSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of object: how many, how many of them in use, their size, and what removing the others would free."""

    total: int
    active: int
    size: int
    reclaimable: int


class DiskUsage(msgspec.Struct, frozen=True, kw_only=True):
    images: tuple[ImageUsage, ...]
    images_size: int
    """All layers of all images, each counted once."""
    containers: tuple[ContainerUsage, ...]
    volumes: tuple[VolumeUsage, ...]

    @property
    def of_images(self) -> UsageSummary:
        used = [usage for usage in self.images if usage.containers]
        free = sum(usage.unique for usage in self.images if not usage.containers and not usage.image.read_only)
        return UsageSummary(total=len(self.images), active=len(used), size=self.images_size, reclaimable=free)

    @property
    def of_containers(self) -> UsageSummary:
        idle = [usage for usage in self.containers if not usage.container.pid]
        return UsageSummary(
            total=len(self.containers),
            active=len(self.containers) - len(idle),
            size=sum(usage.size for usage in self.containers),
            reclaimable=sum(usage.size for usage in idle),
        )

    @property
    def of_volumes(self) -> UsageSummary:
        free = [usage for usage in self.volumes if not usage.volume.used_by]
        return UsageSummary(
            total=len(self.volumes),
            active=len(self.volumes) - len(free),
            size=sum(usage.size for usage in self.volumes),
            reclaimable=sum(usage.size for usage in free),
        )


class PrunePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a prune removes: a picture that can be shown before anything is done."""

    containers: tuple[ContainerUsage, ...] = ()
    volumes: tuple[VolumeUsage, ...] = ()
    images: tuple[ImageUsage, ...] = ()
    networks: tuple[str, ...] = ()
    """By name."""
    pods: tuple[str, ...] = ()
    """By id; their containers go with them and are not among `containers`."""

    @property
    def size(self) -> int:
        """About what it frees: a layer that two of the images share is not counted."""
        return (
            sum(usage.size for usage in self.containers)
            + sum(usage.size for usage in self.volumes)
            + sum(usage.unique for usage in self.images)
        )

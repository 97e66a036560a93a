"""What takes room in one root directory, and giving back what nothing uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from core.container import Container
from core.errors import (
    ContainerInUse,
    EngineError,
    ImageInUse,
    NetworkInUse,
    NoSuchContainer,
    NoSuchImage,
    NoSuchObject,
    StateForbids,
    VolumeInUse,
)
from core.host.trees import size_on_disk
from core.images import Images
from core.model.config import ContainerRecord
from core.model.image import Image
from core.model.network import DEFAULT_NETWORK, Network
from core.model.pod import PodSnapshot
from core.model.snapshot import ContainerSnapshot
from core.model.state import IDLE_STATUSES
from core.model.usage import ContainerUsage, DiskUsage, ImageUsage, PrunePlan, VolumeUsage
from core.model.volume import VolumeSnapshot
from core.networks import Networks
from core.operations.parts import EngineParts
from core.operations.snapshot import snapshot_of
from core.pods import PRUNED, Pods
from core.volumes import Volumes

Usage = TypeVar("Usage")


class Housekeeping:
    """The `housekeeping` of an engine. May be called from any thread.

    A prune is planned first and carried out then: what came into use meanwhile stays.
    """

    def __init__(self, parts: EngineParts, images: Images, volumes: Volumes, networks: Networks, pods: Pods) -> None:
        self._parts = parts
        self._images = images
        self._volumes = volumes
        self._networks = networks
        self._pods = pods

    def disk_usage(self) -> DiskUsage:
        """Sizes of all images, containers and volumes. Reads the trees of containers and volumes: it takes a while."""
        images, size = self._image_usages(self._parts.store.all())
        return DiskUsage(
            images=images,
            images_size=size,
            containers=tuple(self._container_usage(record) for record in self._parts.store.all()),
            volumes=tuple(self._volume_usage(volume) for volume in self._volumes.all()),
        )

    def plan(
        self,
        *,
        containers: Callable[[ContainerSnapshot], bool] | None = None,
        volumes: Callable[[VolumeSnapshot], bool] | None = None,
        images: Callable[[Image], bool] | None = None,
        networks: Callable[[Network], bool] | None = None,
        pods: Callable[[PodSnapshot], bool] | None = None,
    ) -> PrunePlan:
        """What a prune of those kinds that are given, and in them of what fits, would remove.

        Of pods those of which nothing runs any more; of containers those without a process, but for what belongs to
        those pods and for infra containers; of volumes and images of this
        store and of networks those that no container has, the containers that go with them not counted.
        """
        records: list[ContainerRecord] = list(self._parts.store.all())
        gone: list[ContainerRecord] = []
        ended = self._ended_pods(pods) if pods is not None else []
        if containers is not None:
            pictures = [(record, snapshot_of(self._parts, record)) for record in records]
            gone = [
                record
                for record, picture in pictures
                if picture.status in IDLE_STATUSES and not picture.is_infra and containers(picture)
                if picture.pod not in ended
            ]
        ids = {record.id for record in gone} | {record.id for record in records if record.config.pod in ended}
        return PrunePlan(
            pods=tuple(ended),
            containers=tuple(self._container_usage(record) for record in gone),
            networks=tuple(self._free_networks(networks, ids)) if networks is not None else (),
            volumes=tuple(self._free_volumes(volumes, ids)) if volumes is not None else (),
            images=tuple(self._free_images(images, [one for one in records if one.id not in ids])) if images else (),
        )

    def prune(self, plan: PrunePlan, failed: Callable[[EngineError], None] = lambda _: None) -> PrunePlan:
        """Remove what the plan has and is still unused; what went. `failed` is told what could not be removed."""
        return PrunePlan(
            pods=tuple(pod for pod in plan.pods if self._went(self._remove_pod, pod, failed)),
            containers=tuple(usage for usage in plan.containers if self._went(self._remove_container, usage, failed)),
            networks=tuple(name for name in plan.networks if self._went(self._networks.remove, name, failed)),
            volumes=tuple(usage for usage in plan.volumes if self._went(self._remove_volume, usage, failed)),
            images=tuple(usage for usage in plan.images if self._went(self._remove_image, usage, failed)),
        )

    def _went(self, remove: Callable[[Usage], object], usage: Usage, failed: Callable[[EngineError], None]) -> bool:
        try:
            remove(usage)
        except (
            NoSuchContainer,
            NoSuchObject,
            NoSuchImage,
            StateForbids,
            VolumeInUse,
            ImageInUse,
            NetworkInUse,
            ContainerInUse,
        ):
            return False
        except EngineError as error:
            failed(error)
            return False
        return True

    def _ended_pods(self, fits: Callable[[PodSnapshot], bool]) -> list[str]:
        return [pod.id for pod in self._pods.all() if pod.status in PRUNED and fits(pod)]

    def _remove_pod(self, pod_id: str) -> None:
        self._pods.remove(pod_id)

    def _remove_container(self, usage: ContainerUsage) -> None:
        Container(self._parts, usage.container.id).remove()

    def _remove_volume(self, usage: VolumeUsage) -> None:
        self._volumes.remove(usage.volume.name)

    def _remove_image(self, usage: ImageUsage) -> None:
        self._images.prune(lambda image: image.id == usage.image.id)

    def _free_volumes(self, fits: Callable[[VolumeSnapshot], bool], without: set[str]) -> Iterable[VolumeUsage]:
        for volume in self._volumes.all():
            if not set(volume.used_by) - without and fits(volume):
                yield self._volume_usage(volume)

    def _free_networks(self, fits: Callable[[Network], bool], without: set[str]) -> Iterable[str]:
        used = self._networks.used_by()
        for network in self._networks.all():
            free = not set(used.get(network.name, ())) - without
            if free and network.name != DEFAULT_NETWORK and fits(network):
                yield network.name

    def _free_images(self, fits: Callable[[Image], bool], records: list[ContainerRecord]) -> Iterable[ImageUsage]:
        for usage in self._image_usages(records)[0]:
            if not usage.containers and not usage.image.read_only and fits(usage.image):
                yield usage

    def _image_usages(self, records: Iterable[ContainerRecord]) -> tuple[tuple[ImageUsage, ...], int]:
        images, layers = self._images.all(), self._parts.storage.image_layers()
        owners = Counter(layer for chain in layers.values() for layer in chain)
        containers = Counter(record.config.image_id for record in records if record.config.image_id)
        sizes = {layer: size for chain in layers.values() for layer, size in chain.items()}
        usages = []
        for image in images:
            chain = layers.get(image.id, {})
            shared = sum(size for layer, size in chain.items() if owners[layer] > 1)
            usages.append(
                ImageUsage(
                    image=image,
                    shared=shared,
                    unique=sum(chain.values()) - shared,
                    containers=containers[image.id],
                )
            )
        return tuple(usages), sum(sizes.values())

    def _container_usage(self, record: ContainerRecord) -> ContainerUsage:
        return ContainerUsage(
            container=snapshot_of(self._parts, record),
            size=self._parts.storage.written_size(record.id) if record.config.image_id else 0,
            volumes=len(record.config.bind_mounts) + len(record.config.volume_mounts),
        )

    def _volume_usage(self, volume: VolumeSnapshot) -> VolumeUsage:
        return VolumeUsage(volume=volume, size=size_on_disk(Path(volume.path)))

"""Images mounted on the host, to be read."""

from __future__ import annotations

from pathlib import Path

from core.errors import StorageFailed
from core.host.mounts import mount_points, unmount
from core.paths import EnginePaths
from core.storage.command import StorageCommand, failure


class ImageMounts:
    """Where images are mounted, by the kernel's own table. Raises `StorageFailed`."""

    def __init__(self, paths: EnginePaths, command: StorageCommand) -> None:
        self._paths = paths
        self._command = command

    def mount(self, image_id: str) -> Path:
        """Mount an image read only; where. Idempotent."""
        found = self.all().get(image_id)
        if found is not None:
            return found
        self._command.check("mount", "--ro", image_id)
        found = self.all().get(image_id)
        if found is None:
            raise StorageFailed(f"the image {image_id[:12]} is not mounted after its mount")
        return found

    def unmount(self, image_id: str) -> bool:
        """Undo `mount`; False where it was not mounted."""
        point = self.all().get(image_id)
        if point is None:
            return False
        finished = self._command.run("unmount", "-f", image_id)
        # As of containers: the counter of the storage may be off, the kernel's table is what counts.
        unmount(point, lazy=True)
        if image_id in self.all():
            raise failure("unmount", finished)
        return True

    def all(self) -> dict[str, Path]:
        """The mounted images."""
        mounted = set(mount_points())
        places = {
            str(entry["id"]): self._paths.storage_root / "overlay" / str(entry.get("layer")) / "merged"
            for entry in self._command.json("images") or []
        }
        return {image_id: place for image_id, place in places.items() if place.resolve() in mounted}

"""commit: an image made of a container."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.events import EventKind
from core.model.config import ContainerConfig
from core.model.content import ChangeKind, CommitOptions
from core.model.state import Intent, Status
from core.operations.diff import mount_points
from core.operations.mount import readable_root
from core.operations.parts import Transaction
from core.operations.rootless import refuse_freezing
from core.storage.export import export_tree

_OF_THE_ENGINE: Final = ("container=", "TERM=", "HOSTNAME=")
"""Variables that a container is given at its start, whatever its image."""


def read_layer(held: Transaction, options: CommitOptions, target: Path) -> bool:
    """Write what the image's newest layer is to hold as a tar; whether that is the whole root, and no difference.

    A running container is frozen meanwhile where that is asked for; whoever finds it left frozen by a caller that was
    killed lets it go on.
    """
    freeze = options.pause and held.state.status is Status.RUNNING
    if freeze:
        refuse_freezing(held.record)
        held.save(intent=Intent.COMMITTING)
        held.runtime.pause(held.id)
    try:
        if options.squash or not held.config.image_id:
            with readable_root(held) as root:
                export_tree(root, target, ids=held.config.id_mappings)
            return True
        held.parts.storage.write_difference(
            held.id, target, left_out=mount_points_made(held), ids=held.config.id_mappings
        )
        return False
    finally:
        if freeze:
            held.runtime.resume(held.id)
            held.save(intent=None)


def mount_points_made(held: Transaction) -> list[str]:
    """Mount points that are not in the image, and that nobody wrote below."""
    points = set(mount_points(held.config))
    return [
        change.path
        for change in held.parts.storage.changes(held.id)
        if change.kind is not ChangeKind.DELETED and change.path in points
    ]


def image_config(
    config: ContainerConfig, base: dict[str, object], *, include_volumes: bool = False
) -> dict[str, object]:
    """What containers of the new image inherit: the base's configuration with the container's own in its place.

    `include_volumes`: also where the container has volumes and folders of the host.
    """
    process = config.process
    entrypoint = base.get("Entrypoint") or []
    inherits = isinstance(entrypoint, list) and list(process.args[: len(entrypoint)]) == entrypoint
    command = process.args[len(entrypoint) :] if inherits and isinstance(entrypoint, list) else process.args
    made = {
        **base,
        "Entrypoint": entrypoint if inherits else [],
        "Cmd": list(command),
        "Env": [line for line in process.env if not line.startswith(_OF_THE_ENGINE)],
        "WorkingDir": process.cwd,
        "User": process.user,
        "Labels": dict(config.labels),
        "StopSignal": str(config.stop_signal),
    }
    if include_volumes:
        known = base.get("Volumes")
        places = [
            *(volume.destination for volume in config.volume_mounts),
            *(bind.destination for bind in config.bind_mounts),
        ]
        made["Volumes"] = (known if isinstance(known, dict) else {}) | {place: {} for place in places}
    return {name: value for name, value in made.items() if value}


def commit(held: Transaction, options: CommitOptions, layer: Path, *, whole: bool) -> str:
    """Make the image of the layer; its id. Needs no lock: nothing of the container is read any more."""
    config = held.config
    storage = held.parts.storage
    base = storage.image_raw_config(config.image_id).get("config") or {} if config.image_id else {}
    image_id = storage.commit(
        layer,
        base_image="" if whole else config.image_id,
        config=image_config(config, base, include_volumes=options.include_volumes),
        created_by=" ".join(config.process.args),
        options=options,
    )
    held.emit(EventKind.COMMIT, image=options.reference or image_id)
    return image_id

"""Layers that belong to no image and no container."""

from __future__ import annotations

from core.storage.command import StorageCommand


def delete_orphans(command: StorageCommand) -> bool:
    """Delete the layers that nothing stands upon and nobody has; whether there were any, so that others may be now."""
    layers = {entry["id"]: entry.get("parent") or "" for entry in command.json("layers") or []}
    kept: set[str] = set()
    owners = [*(command.json("images") or []), *(command.json("containers") or [])]
    for owner in owners:
        tops = [owner.get("layer") or "", *(owner.get("mapped-layers") or [])]
        for top in tops:
            layer = top
            while layer and layer not in kept:
                kept.add(layer)
                layer = layers.get(layer, "")
    parents = set(layers.values())
    orphans = [layer for layer in layers if layer not in kept and layer not in parents]
    deleted = [layer for layer in orphans if not command.run("delete-layer", layer).returncode]
    return bool(deleted)

"""Which ids of the host the files of images have, and those of other engines' containers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from core.host.files import read_regular_file
from core.model.id_mappings import IdRange
from core.storage.command import StorageCommand

_LARGEST_LIST: Final = 64 << 20
"""Bytes."""


class _Mapping(msgspec.Struct):
    container_id: int
    host_id: int
    size: int


class _Container(msgspec.Struct):
    """A container as containers-storage has it in its list."""

    uidmap: list[_Mapping] | None = None
    gidmap: list[_Mapping] | None = None


_containers: Final = msgspec.json.Decoder(list[_Container])


def owners(command: StorageCommand, image_id: str) -> set[int]:
    """The users and groups that files of an image have."""
    top = [entry["layer"] for entry in command.json("images") or [] if entry["id"] == image_id]
    layers = {entry["id"]: entry for entry in command.json("layers") or []}
    found, layer = {0}, layers.get(top[0]) if top else None
    while layer is not None:
        found.update(layer.get("uidset") or (), layer.get("gidset") or ())
        layer = layers.get(layer.get("parent"))
    return found


def foreign_mappings(stores: Iterable[Path]) -> list[tuple[tuple[IdRange, ...], tuple[IdRange, ...]]]:
    """The ids, of users and of groups, that containers of the engines of these stores have."""
    found = []
    for store in stores:
        content = read_regular_file(store / "overlay-containers" / "containers.json", limit=_LARGEST_LIST)
        for entry in _containers.decode(content) if content else ():
            if entry.uidmap and entry.gidmap:
                found.append((_ranges(entry.uidmap), _ranges(entry.gidmap)))
    return found


def _ranges(mappings: list[_Mapping]) -> tuple[IdRange, ...]:
    return tuple(IdRange(one.container_id, one.host_id, one.size) for one in mappings)

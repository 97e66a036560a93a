"""The lists of containers-storage: what in them is a container of podman or CRI-O, and whether it has ever run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.foreign.stored import StoredContainers, known_lists
from core.model.foreign import Keeper
from core.model.state import Status


def entry(container_id: str, names: list[str], **metadata: object) -> dict[str, object]:
    told = {name.replace("_", "-"): value for name, value in metadata.items()}
    return {"id": container_id, "names": names, "metadata": json.dumps(told) if told else ""}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "overlay-containers"
    folder.mkdir()
    entries = [
        entry("a" * 64, ["renamed"], name="web", image_name="demo:1", created_at=12),
        entry("b" * 64, ["k8s_x"], pod_name="shop", pod_id="p", container_name="cart", image_name="app:1"),
        entry("c" * 64, ["working-container"]),
        entry("../" + "d" * 60, ["evil"], name="evil"),
        {"id": "e" * 64, "metadata": "{"},
    ]
    (folder / "containers.json").write_text(json.dumps(entries))
    return tmp_path


def test_who_keeps_what(store: Path) -> None:
    [folder] = [one for one in known_lists([str(store)]) if one.is_relative_to(store)]
    stored = StoredContainers()
    web, cart = stored.pictures([folder])
    assert (web.name, web.keeper, web.image, web.created_at, web.status) == (
        *("renamed", Keeper.PODMAN, "demo:1", 12),
        Status.CONFIGURED,
    )
    assert (cart.name, cart.keeper) == ("shop/cart", Keeper.CRIO)
    (folder / ("a" * 64) / "userdata").mkdir(parents=True)
    spec = {"process": {"args": ["sleep", "1"]}}
    (folder / ("a" * 64) / "userdata" / "config.json").write_text(json.dumps(spec))
    web = stored.pictures([folder])[0]
    assert (web.status, web.command) == (Status.EXITED, ("sleep", "1")), "its list is the same, its bundle is not"


def test_a_list_that_is_damaged_or_gone(store: Path) -> None:
    folder = store / "overlay-containers"
    stored = StoredContainers()
    (folder / "containers.json").write_text("[{")
    assert stored.pictures([folder]) == []
    (folder / "containers.json").unlink()
    assert stored.pictures([folder, store / "nowhere"]) == []

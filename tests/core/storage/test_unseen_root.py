"""Which layers a container's root is read from without being mounted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.paths import EnginePaths
from core.settings import Settings
from core.storage import unseen_root
from core.storage.command import StorageCommand
from core.storage.store_files import StoreFiles

ID = "c" * 64
MAPPED = [{"container_id": 0, "host_id": 100_000, "size": 65536}]


class Stores:
    """An own store with a container upon two layers, of which the lower one is in another store."""

    def __init__(self, folder: Path) -> None:
        self.own, self.other = folder / "root" / "storage", folder / "other"
        self.command = StorageCommand(
            EnginePaths(folder / "root", folder / "run"), Settings(additional_image_stores=(str(self.other),))
        )
        (self.other / "overlay-images").mkdir(parents=True)
        self.write(self.own, "containers", {"id": ID, "layer": "top"})
        self.write(self.own, "layers", {"id": "top", "parent": "middle"}, {"id": "middle", "parent": "base"})
        self.write(self.other, "layers", {"id": "base"})
        for store, layer in ((self.own, "top"), (self.own, "middle"), (self.other, "base")):
            (store / "overlay" / layer / "diff").mkdir(parents=True)
        self.flag = self.own / "overlay" / ".has-mount-program"
        self.flag.write_text("false")

    def write(self, store: Path, kind: str, *entries: dict[str, object]) -> None:
        file = store / f"overlay-{kind}" / f"{kind}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(entries))

    def opened(self, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
        """The folders that would be read, the uppermost first; none where the root has to be mounted."""
        found: list[Path] = []
        monkeypatch.setattr(unseen_root, "open_overlay", lambda folders: found.extend(folders) or 7)
        descriptor = unseen_root.open_unseen_root(self.command, StoreFiles(self.command, self.own), ID)
        assert descriptor == (7 if found else None)
        return found


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return Stores(tmp_path)


def test_layers_are_taken_from_whichever_store_has_them(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stores.opened(monkeypatch) == [
        stores.own / "overlay/top/diff",
        stores.own / "overlay/middle/diff",
        stores.other / "overlay/base/diff",
    ]


def test_of_a_layer_that_is_in_two_stores_the_own_one_is_taken(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    (stores.own / "overlay/base/diff").mkdir(parents=True)
    assert stores.opened(monkeypatch)[-1] == stores.own / "overlay/base/diff"


@pytest.mark.parametrize("name", ["diff1", "composefs-data"])
def test_files_that_are_not_all_in_one_folder_are_not_guessed(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (stores.other / "overlay/base" / name).mkdir()
    assert stores.opened(monkeypatch) == []


def test_a_layer_that_is_nowhere_is_not_left_out(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    stores.write(stores.other, "layers")
    assert stores.opened(monkeypatch) == []
    stores.write(stores.other, "layers", {"id": "base"})
    (stores.other / "overlay/base/diff").rmdir()
    assert stores.opened(monkeypatch) == []


def test_mapped_ids_need_the_mount_that_maps_them(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    stores.write(stores.own, "containers", {"id": ID, "layer": "top", "uidmap": MAPPED})
    assert stores.opened(monkeypatch) == []
    stores.write(stores.own, "containers", {"id": ID, "layer": "top"})
    stores.write(stores.other, "layers", {"id": "base", "uidmap": MAPPED})
    assert stores.opened(monkeypatch) == []


def test_where_a_program_mounts_it_has_to(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    stores.flag.write_text("true")
    assert stores.opened(monkeypatch) == []
    stores.flag.unlink()
    assert stores.opened(monkeypatch) == []


def test_what_the_kernel_refuses_is_told_in_the_log_alone(
    stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folders: list[Path]) -> int:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(unseen_root, "open_overlay", refuse)
    unseen_root.LOG.send_to(str(tmp_path / "log"), "debug")
    try:
        assert unseen_root.open_unseen_root(stores.command, StoreFiles(stores.command, stores.own), ID) is None
    finally:
        unseen_root.LOG.send_to("", "warning")
    assert "Operation not permitted" in (tmp_path / "log").read_text()

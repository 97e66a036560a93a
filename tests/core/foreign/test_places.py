"""Where runtime roots are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.foreign import places
from core.foreign.places import known_roots, leads_to_root, shim_options


def test_roots_at_known_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_ROOTS", (str(tmp_path / "runc"), str(tmp_path / "crun")))
    monkeypatch.setattr(places, "_ROOT_FOLDERS", (str(tmp_path / "containerd/runc"), str(tmp_path / "docker")))
    monkeypatch.setattr(places, "_USERS", tmp_path / "user")
    there = ("runc", "containerd/runc/default", "containerd/runc/k8s.io", "user/1000/crun")
    for place in (*there, "user/1000/bus", "user/1001"):
        (tmp_path / place).mkdir(parents=True)
    assert sorted(known_roots()) == sorted(tmp_path / place for place in there)


def test_what_comes_and_goes_beside_the_roots_is_passed_over() -> None:
    assert leads_to_root(Path("/run"), "containerd")
    assert leads_to_root(Path("/run/user"), "1000")
    assert leads_to_root(Path("/run/user/1000"), "crun")
    assert leads_to_root(Path("/run/containerd/runc"), "k8s.io")
    assert not leads_to_root(Path("/run"), "lock.tmp")
    assert not leads_to_root(Path("/run/user/1000"), "bus")


def test_options_of_containerd(tmp_path: Path) -> None:
    assert shim_options("").root == ""
    (tmp_path / "options.json").write_text('{"binary_name": "crun", "root": "/run/docker/runtime-runc", "more": 1}')
    assert (shim_options(str(tmp_path)).binary_name, shim_options(str(tmp_path)).root) == (
        "crun",
        "/run/docker/runtime-runc",
    )
    (tmp_path / "options.json").write_text("[")
    assert shim_options(str(tmp_path)).root == ""

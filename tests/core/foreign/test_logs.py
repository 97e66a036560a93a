"""Logs that are not conmon's, and where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.console.log import read_log
from core.foreign import docker, logs
from core.foreign.identity import Identity, identify
from core.foreign.logs import log_place, parse_json_line
from core.foreign.state_files import RuntimeState
from core.model.foreign import Keeper, LogFormat

STATE = RuntimeState(
    program="runc", pid=0, pid_start=0, created_at=0.0, bundle="", rootfs="", cgroup_paths={}, annotations={}
)


def test_a_container_of_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker, "CONTAINERS", tmp_path)
    log = tmp_path / "json.log"
    log.write_text(
        '{"log":"one\\n","stream":"stdout","time":"2026-01-02T03:04:05.123456789Z"}\n'
        '{"log":"two","stream":"stderr","time":"2026-01-02T03:04:06Z"}\nno line of it\n'
    )
    (tmp_path / "ID").mkdir()
    (tmp_path / "ID/config.v2.json").write_text(
        f'{{"Name": "/web", "Config": {{"Image": "nginx"}}, "LogPath": "{log}"}}'
    )
    who = identify("ID", Path("/run/docker/runtime-runc/moby"), STATE, None, None)
    assert who[:4] == (Keeper.DOCKER, "moby", "web", "nginx")
    place = log_place("ID", who, None, {})
    assert (place.path, place.form) == (str(log), LogFormat.JSON)
    lines = list(read_log(log, parse=parse_json_line))
    assert [(line.stream, line.data, line.partial) for line in lines] == [
        ("stdout", b"one", False),
        ("stderr", b"two", True),
    ]
    assert 0.12 < lines[0].time % 1 < 0.13


def test_a_container_of_kubernetes_under_containerd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_POD_LOGS", tmp_path)
    folder = tmp_path / "default_shop_uid-1/cart"
    folder.mkdir(parents=True)
    for number in (2, 10):
        (folder / f"{number}.log").touch()
    names = {"sandbox-namespace": "default", "sandbox-name": "shop", "sandbox-uid": "uid-1", "container-name": "cart"}
    annotations = {f"io.kubernetes.cri.{name}": value for name, value in names.items()}
    who = Identity(Keeper.CONTAINERD, "k8s.io", "shop/cart", "")
    assert log_place("ID", who, None, annotations).path == str(folder / "10.log")
    hostile = {**annotations, "io.kubernetes.cri.container-name": "../../etc"}
    assert log_place("ID", who, None, hostile).path == ""

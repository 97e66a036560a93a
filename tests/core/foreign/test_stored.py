"""The lists of containers-storage: what in them is a container of podman or CRI-O, and whether it has ever run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.foreign.containerd import _as_now
from core.foreign.docker import stored_by_docker
from core.foreign.stored import StoredContainers, known_lists
from core.model.foreign import ForeignContainer, Keeper, LogFormat
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


def test_how_one_of_cri_o_ended(store: Path) -> None:
    bundle = store / "overlay-containers" / ("b" * 64) / "userdata"
    bundle.mkdir(parents=True)
    annotations = {"io.kubernetes.cri-o.Labels": '{"app": "shop"}', "note": "x"}
    (bundle / "config.json").write_text(json.dumps({"process": {"args": ["true"]}, "annotations": annotations}))
    stored = StoredContainers()
    _, cart = stored.pictures([store / "overlay-containers"])
    assert (cart.status, cart.exit_code, cart.labels["app"], cart.labels["note"]) == (Status.EXITED, None, "shop", "x")
    (bundle / "state.json").write_text(json.dumps({"finished": "2026-01-02T03:06:05Z", "exitCode": 9}))
    _, cart = stored.pictures([store / "overlay-containers"])
    assert (cart.exit_code, int(cart.finished_at)) == (9, 1767323165)
    (bundle / "state.json").write_text("{")
    assert stored.pictures([store / "overlay-containers"])[1].exit_code is None


def test_those_of_docker(tmp_path: Path) -> None:
    told = {
        "Name": "/web",
        "Created": "2026-01-02T03:04:05.123456789Z",
        "Path": "nginx",
        "Args": ["-g", "daemon off;"],
        "Config": {"Image": "nginx:1", "Tty": True, "Labels": {"tier": "front"}},
        "LogPath": "/var/lib/docker/containers/x/x-json.log",
        "State": {
            "Running": False,
            "ExitCode": 1,
            "StartedAt": "2026-01-02T03:05:05Z",
            "FinishedAt": "2026-01-02T03:06:05Z",
        },
    }
    for name, content in (
        ("a" * 64, json.dumps(told)),
        ("b" * 64, json.dumps({**told, "Name": "/new", "State": {"StartedAt": "0001-01-01T00:00:00Z"}})),
        ("c" * 64, "{"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.v2.json").write_text(content)
    web, new = stored_by_docker(tmp_path)
    assert (web.name, web.image, web.status, web.terminal) == ("web", "nginx:1", Status.EXITED, True)
    assert (web.command, web.log_format) == (("nginx", "-g", "daemon off;"), LogFormat.JSON)
    assert int(web.created_at) == 1767323045
    assert (web.exit_code, int(web.finished_at), web.labels) == (1, 1767323165, {"tier": "front"})
    assert (new.name, new.status, new.exit_code) == ("new", Status.CONFIGURED, None)
    assert list(stored_by_docker(tmp_path / "nowhere")) == []


def test_a_list_that_is_damaged_or_gone(store: Path) -> None:
    folder = store / "overlay-containers"
    stored = StoredContainers()
    (folder / "containers.json").write_text("[{")
    assert stored.pictures([folder]) == []
    (folder / "containers.json").unlink()
    assert stored.pictures([folder, store / "nowhere"]) == []


def test_how_one_of_kubernetes_ended_in_containerd(tmp_path: Path) -> None:
    picture = ForeignContainer(
        key=f"{tmp_path}/io.containerd.metadata.v1.bolt/meta.db#k8s.io/cart",
        id="cart",
        name="shop/cart",
        keeper=Keeper.CONTAINERD,
        namespace="k8s.io",
        owner="root",
        image="app",
        status=Status.CONFIGURED,
        created_at=0.0,
        console_refusal="",
        log_hint="",
        verbs=frozenset(),
    )
    assert _as_now(picture) is picture
    file = tmp_path / "io.containerd.grpc.v1.cri/containers/cart/status"
    file.parent.mkdir(parents=True)
    for unfinished in ("{", '{"Version": "v1", "StartedAt": 5, "FinishedAt": 0}'):
        file.write_text(unfinished)
        assert _as_now(picture) is picture
    file.write_text('{"Version": "v1", "FinishedAt": 1500000000, "ExitCode": 7}')
    now = _as_now(picture)
    assert (now.status, now.exit_code, now.finished_at) == (Status.EXITED, 7, 1.5)

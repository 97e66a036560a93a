"""Whose container it is, and what that engine calls it and its image."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from core.foreign.monitors import ConmonCall, ShimCall
from core.foreign.state_files import RuntimeState
from core.host.files import read_regular_file
from core.host.installation import is_own_command
from core.model.foreign import Keeper

_MANAGER: Final = "io.container.manager"
_MANAGERS: Final = {"libpod": Keeper.PODMAN, "cri-o": Keeper.CRIO}
_DOCKER_NAMESPACE: Final = "moby"
_DOCKER_FOLDER: Final = Path("/var/lib/docker/containers")
_LIST_LIMIT: Final = 16 << 20


class Identity(NamedTuple):
    """`namespace`: containerd's. `log_path`: Docker's own log, or empty."""

    keeper: Keeper
    namespace: str
    name: str
    image: str
    log_path: str = ""
    labels: Mapping[str, str] = MappingProxyType({})


class _Stored(msgspec.Struct):
    """An entry of containers.json (containers-storage)."""

    id: str
    names: list[str] | None = None
    metadata: str = ""


class _StoredMetadata(msgspec.Struct, rename="kebab"):
    name: str = ""
    image_name: str = ""


class _DockerConfig(msgspec.Struct):
    image: str = msgspec.field(name="Image", default="")
    labels: dict[str, str] | None = msgspec.field(name="Labels", default=None)


class _DockerContainer(msgspec.Struct):
    """config.v2.json of a container of Docker."""

    name: str = msgspec.field(name="Name", default="")
    log_path: str = msgspec.field(name="LogPath", default="")
    config: _DockerConfig = msgspec.field(name="Config", default_factory=_DockerConfig)


def keeper_of(
    root: Path, state: RuntimeState | None, conmon: ConmonCall | None, shim: ShimCall | None
) -> tuple[Keeper, str]:
    """Whose container it is, and containerd's namespace of it."""
    manager = _MANAGERS.get(state.annotations.get(_MANAGER, "") if state else "")
    if manager is not None:
        return manager, ""
    if shim is not None or root.parent.name in ("runc", "runtime-runc"):
        namespace = shim.namespace if shim is not None else root.name
        return (Keeper.DOCKER if namespace == _DOCKER_NAMESPACE else Keeper.CONTAINERD), namespace
    if conmon is not None and is_own_command(conmon.exit_command):
        return Keeper.WHARFINGER, ""
    return (Keeper.CRUN if state is not None and state.program == "crun" else Keeper.RUNC), ""


def identify(
    container_id: str, root: Path, state: RuntimeState, conmon: ConmonCall | None, shim: ShimCall | None
) -> Identity:
    """Whose it is, and the names that its keeper shows. Files of the keeper are read, where they can be."""
    keeper, namespace = keeper_of(root, state, conmon, shim)
    # A command line may have any bytes.
    told = conmon.name.encode(errors="surrogateescape").decode(errors="replace") if conmon is not None else ""
    if keeper is Keeper.PODMAN:
        stored = _stored(Path(state.bundle), container_id)
        return Identity(keeper, namespace, stored[0] or told or container_id, stored[1] or state.rootfs)
    if keeper is Keeper.CRIO:
        name, image = _from_crio(state.annotations, told or container_id)
        return Identity(keeper, namespace, name, image, labels=_crio_labels(state.annotations))
    if keeper is Keeper.DOCKER:
        return _docker(container_id, namespace)
    if keeper is Keeper.CONTAINERD:
        return Identity(keeper, namespace, *_from_containerd(state.annotations, container_id))
    image = "" if keeper is Keeper.WHARFINGER else state.rootfs
    return Identity(keeper, namespace, told or container_id, image)


def _from_crio(annotations: Mapping[str, str], otherwise: str) -> tuple[str, str]:
    """`POD/CONTAINER` and the image; a sandbox is the POD alone, as its container has no name."""
    pod = annotations.get("io.kubernetes.pod.name", "")
    container = annotations.get("io.kubernetes.container.name", "")
    if annotations.get("io.kubernetes.cri-o.ContainerType") == "sandbox":
        container = ""
    image = annotations.get("io.kubernetes.cri-o.ImageName") or annotations.get("io.kubernetes.cri-o.Image", "")
    return "/".join(filter(None, (pod, container))) or otherwise, image


def _crio_labels(annotations: Mapping[str, str]) -> dict[str, str]:
    try:
        return msgspec.json.decode(annotations.get("io.kubernetes.cri-o.Labels", "{}"), type=dict[str, str])
    except (msgspec.MsgspecError, RecursionError):
        return {}


def _from_containerd(annotations: Mapping[str, str], otherwise: str) -> tuple[str, str]:
    pod = annotations.get("io.kubernetes.cri.sandbox-name", "")
    container = annotations.get("io.kubernetes.cri.container-name", "")
    image = annotations.get("io.kubernetes.cri.image-name", "")
    return "/".join(filter(None, (pod, container))) or otherwise, image


def _stored(bundle: Path, container_id: str) -> tuple[str, str]:
    """The name and the image that containers-storage has of a container of podman."""
    content = read_regular_file(bundle.parent.parent / "containers.json", _LIST_LIMIT)
    try:
        for entry in msgspec.json.decode(content or b"[]", type=list[_Stored]):
            if entry.id == container_id:
                metadata = msgspec.json.decode(entry.metadata or "{}", type=_StoredMetadata)
                return (entry.names or [metadata.name])[0], metadata.image_name
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        pass
    return "", ""


def _docker(container_id: str, namespace: str) -> Identity:
    content = read_regular_file(_DOCKER_FOLDER / container_id / "config.v2.json")
    try:
        facts = msgspec.json.decode(content or b"{}", type=_DockerContainer)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        facts = _DockerContainer()
    name = facts.name.removeprefix("/") or container_id
    return Identity(Keeper.DOCKER, namespace, name, facts.config.image, facts.log_path, facts.config.labels or {})

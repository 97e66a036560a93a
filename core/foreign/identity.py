"""Whose container it is, and what that engine calls it and its image."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from core.foreign.crio import crio_labels
from core.foreign.docker import NAMESPACE, read_docker
from core.foreign.monitors import ConmonCall, ShimCall
from core.foreign.state_files import RuntimeState
from core.foreign.stored import LIST, read_list
from core.host.installation import is_own_command
from core.model.foreign import Keeper

_MANAGER: Final = "io.container.manager"
_MANAGERS: Final = {"libpod": Keeper.PODMAN, "cri-o": Keeper.CRIO}


class Identity(NamedTuple):
    """`namespace`: containerd's. `log_path`: Docker's own log, or empty."""

    keeper: Keeper
    namespace: str
    name: str
    image: str
    log_path: str = ""
    labels: Mapping[str, str] = MappingProxyType({})


def keeper_of(
    root: Path, state: RuntimeState | None, conmon: ConmonCall | None, shim: ShimCall | None
) -> tuple[Keeper, str]:
    """Whose container it is, and containerd's namespace of it."""
    manager = _MANAGERS.get(state.annotations.get(_MANAGER, "") if state else "")
    if manager is not None:
        return manager, ""
    if shim is not None or root.parent.name in ("runc", "runtime-runc"):
        namespace = shim.namespace if shim is not None else root.name
        return (Keeper.DOCKER if namespace == NAMESPACE else Keeper.CONTAINERD), namespace
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
        return Identity(keeper, namespace, name, image, labels=crio_labels(state.annotations))
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


def _from_containerd(annotations: Mapping[str, str], otherwise: str) -> tuple[str, str]:
    pod = annotations.get("io.kubernetes.cri.sandbox-name", "")
    container = annotations.get("io.kubernetes.cri.container-name", "")
    image = annotations.get("io.kubernetes.cri.image-name", "")
    return "/".join(filter(None, (pod, container))) or otherwise, image


def _stored(bundle: Path, container_id: str) -> tuple[str, str]:
    """The name and the image that containers-storage has of a container of podman."""
    entry = next((entry for entry in read_list(bundle.parent.parent / LIST) if entry.id == container_id), None)
    metadata = entry.told() if entry is not None else None
    if entry is None or metadata is None:
        return "", ""
    return (entry.names or [metadata.name])[0], metadata.image_name


def _docker(container_id: str, namespace: str) -> Identity:
    facts = read_docker(container_id)
    name = facts.name.removeprefix("/") or container_id
    return Identity(Keeper.DOCKER, namespace, name, facts.config.image, facts.log_path, facts.config.labels or {})

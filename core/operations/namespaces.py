"""Namespaces: what a request means, and what the runtime is to join."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.errors import InvalidArgument, NoSuchContainer, StateForbids
from core.model.config import ContainerConfig, ContainerRecord
from core.model.namespaces import Namespace, NamespaceOptions, Namespaces, Sharing
from core.operations.observe import LIVE_STATUSES, observed_state
from core.operations.parts import EngineParts

_ONLY_IPC: Final = (Sharing.SHAREABLE, Sharing.NONE)


def resolve_namespaces(parts: EngineParts, options: NamespaceOptions, user: Namespace) -> Namespaces:
    """The namespaces that are asked for, with containers by their ids; `user` as it is. Raises `InvalidArgument`."""
    return Namespaces(
        ipc=_resolve(parts, "ipc", options.ipc) or Namespace(sharing=Sharing.SHAREABLE),
        pid=_resolve(parts, "pid", options.pid) or Namespace(),
        uts=_resolve(parts, "uts", options.uts) or Namespace(),
        cgroup=_resolve(parts, "cgroup", options.cgroup),
        user=user,
    )


def _resolve(parts: EngineParts, kind: str, text: str) -> Namespace | None:
    if not text:
        return None
    word, _, target = text.partition(":")
    try:
        sharing = Sharing(word)
    except ValueError:
        raise _unknown(kind, text) from None
    if (sharing in _ONLY_IPC and kind != "ipc") or bool(target) != (sharing in (Sharing.CONTAINER, Sharing.PATH)):
        raise _unknown(kind, text)
    if sharing is Sharing.PATH:
        if not Path(target).exists():
            raise InvalidArgument(
                f"the {kind} namespace {target} does not exist", hint="check its path: ls -l /proc/PID/ns"
            )
        return Namespace(sharing=sharing, path=target)
    if sharing is not Sharing.CONTAINER:
        return Namespace(sharing=sharing)
    try:
        donor = parts.store.get(parts.store.resolve(target))
    except NoSuchContainer as error:
        raise InvalidArgument(
            f"the {kind} namespace of {target} can not be joined: {error.message}",
            hint=error.hint or "see wharf ps --all for the names",
        ) from error
    if kind == "ipc" and donor.config.namespaces.ipc.sharing in (Sharing.PRIVATE, Sharing.NONE):
        raise InvalidArgument(
            f"joining IPC of container {donor.name} is not allowed: non-shareable IPC",
            hint="make the other container with --ipc shareable",
        )
    return Namespace(sharing=sharing, container=donor.id)


def _unknown(kind: str, text: str) -> InvalidArgument:
    more = ", none or shareable" if kind == "ipc" else ""
    return InvalidArgument(
        f"unrecognized namespace mode {text!r} for {kind}", hint=f"use host, private, container:NAME, ns:PATH{more}"
    )


def namespace_paths(parts: EngineParts, config: ContainerConfig, *, cgroup_v2: bool) -> dict[str, str | None]:
    """By the runtime's word for it, each namespace that can be chosen: a path to join, empty for a new one, None for
    the host's. Raises `StateForbids` where a container that is joined does not run.
    """
    chosen = config.namespaces
    own = Sharing.PRIVATE if cgroup_v2 and not config.security.privileged else Sharing.HOST
    by_kind = {
        "ipc": chosen.ipc,
        "pid": chosen.pid,
        "uts": chosen.uts,
        "cgroup": chosen.cgroup or Namespace(sharing=own),
        "user": chosen.user,
    }
    return {kind: _path(parts, config, kind, namespace) for kind, namespace in by_kind.items()}


def _path(parts: EngineParts, config: ContainerConfig, kind: str, namespace: Namespace) -> str | None:
    if namespace.sharing is Sharing.HOST:
        return None
    if namespace.container:
        donor = running_donor(parts, config, namespace.container, kind)
        return f"/proc/{donor.state.pid}/ns/{kind}"
    return namespace.path


def running_donor(parts: EngineParts, config: ContainerConfig, donor_id: str, kind: str) -> ContainerRecord:
    """The container whose namespace is joined. Raises `StateForbids` where it does not run."""
    donor = parts.store.get(donor_id)
    status = observed_state(parts, donor).status
    if status not in LIVE_STATUSES:
        raise StateForbids(
            f"the {kind} namespace of container {donor.name} can not be joined: it is {status}",
            hint=f"start {donor.name} first",
            container_id=config.id,
        )
    return donor


def shared_memory(parts: EngineParts, config: ContainerConfig) -> str:
    """What of the host is shown as /dev/shm; empty for nothing."""
    ipc = config.namespaces.ipc
    if ipc.sharing is Sharing.NONE:
        return ""
    if ipc.sharing is Sharing.HOST:
        return "/dev/shm"
    if ipc.container:
        return shared_memory(parts, parts.store.get(ipc.container).config)
    return str(parts.paths.shm(config.id))


def host_name(parts: EngineParts, config: ContainerConfig) -> str:
    """The name that the container's UTS namespace has; that of the one that it joins."""
    uts = config.namespaces.uts
    return host_name(parts, parts.store.get(uts.container).config) if uts.container else config.hostname

"""A container's or a pod's configuration as the request that makes another one like it."""

from __future__ import annotations

import contextlib
from collections.abc import Container
from typing import Final

import msgspec

from core.errors import AmbiguousName, NoSuchImage
from core.model.config import ContainerConfig, ContainerRecord, NetworkMode, VolumeMount
from core.model.health import HealthCheck, StartupOptions
from core.model.namespaces import Namespace, NamespaceOptions, Sharing
from core.model.network import Attachment
from core.model.options import CreateOptions, HealthOptions, UserNamespaceOptions
from core.model.pod import Pod, PodOptions
from core.operations.parts import EngineParts
from core.operations.pod_membership import find_pod, members_of, pods_of

_SUFFIX: Final = "-clone"


def container_options(parts: EngineParts, record: ContainerRecord) -> CreateOptions:
    """What makes a container like this one: the limits in force, volumes by their names, fresh anonymous ones.

    Neither its name nor its pod, and of networks no fixed address, which two can not have.
    """
    config = record.config
    return CreateOptions(
        image=_image(parts, config),
        rootfs=config.rootfs,
        entrypoint=(),
        command=config.process.args,
        env=config.process.env,
        workdir=config.process.cwd,
        user=config.process.user,
        terminal=config.process.terminal,
        stdin_open=config.process.stdin_open,
        stdin_once=config.process.stdin_once,
        hostname="" if config.hostname in (config.id[:12], "") else config.hostname,
        labels=config.labels,
        annotations=config.annotations,
        stop_signal=str(config.stop_signal),
        stop_timeout=config.stop_timeout,
        bind_mounts=config.bind_mounts,
        tmpfs_mounts=config.tmpfs_mounts,
        volume_mounts=tuple(map(_volume, config.volume_mounts)),
        image_mounts=config.image_mounts,
        image_volumes="ignore",
        shm_size=config.shm_size,
        resources=record.limits,
        security=config.security,
        network=_network(config),
        attachments=_attachments(record.state.networks),
        ports=config.ports,
        exposed_ports=config.exposed_ports,
        names=config.names,
        namespaces=_namespaces(config),
        user_namespace=_users(config),
        requires=config.requires,
        init_kind=config.init_kind,
        secrets=config.secrets,
        env_of_secrets=config.env_of_secrets,
        init=config.init,
        auto_remove=config.auto_remove,
        restart=record.restart,
        health=_health(config.health_check),
        log_size_max=config.log_size_max,
        log=msgspec.structs.replace(config.log, path=""),
        time_limit=config.time_limit,
        kernel=config.kernel,
        surroundings=config.surroundings,
        runtime=config.runtime,
        systemd="always" if config.systemd else "false",
        without_cgroup=config.without_cgroup,
    )


def pod_options(parts: EngineParts, pod: Pod) -> PodOptions:
    """What makes a pod like this one, without a name."""
    infra = CreateOptions(network="none")
    if pod.infra_id:
        record = parts.store.get(pod.infra_id)
        infra = container_options(parts, record)
        if not record.config.image_id:
            # What makes the built-in one is added anew.
            infra = msgspec.structs.replace(infra, rootfs="", entrypoint=None, command=(), env=(), bind_mounts=())
    return PodOptions(
        infra=bool(pod.infra_id),
        infra_options=infra,
        share=pod.share,
        share_parent=bool(pod.cgroup),
        cgroup_parent=pod.cgroup.rpartition("/")[0],
        hostname="" if pod.hostname == pod.name else pod.hostname,
        labels=pod.labels,
        resources=pod.resources,
        exit_policy=pod.exit_policy,
        defaults=pod.defaults,
    )


def member_options(parts: EngineParts, pod: Pod) -> list[CreateOptions]:
    """What makes containers like those of the pod, in their order; each with a name, and to be put into a pod."""
    used = {record.name for record in parts.store.all()} | {one.name for one in pods_of(parts).all()}
    found = []
    for record in members_of(parts, pod.id):
        if record.id == pod.infra_id:
            continue
        options = _for_pod(container_options(parts, record), pod.infra_id)
        found.append(msgspec.structs.replace(options, name=clone_name(record.name, used)))
    return found


def options_in_pod(parts: EngineParts, record: ContainerRecord, pod: str) -> CreateOptions:
    """What makes a container like this one in `pod`, and in its own where that is empty; without a name.

    In another pod it loses what it shares with others, as in podman. Raises `NoSuchObject`.
    """
    options = container_options(parts, record)
    own = find_pod(parts, record.config.pod) if record.config.pod else None
    if not pod:
        return options if own is None else msgspec.structs.replace(_for_pod(options, own.infra_id), pod=own.id)
    return msgspec.structs.replace(
        options,
        pod=find_pod(parts, pod).id,
        network="",
        attachments=(),
        ports=(),
        namespaces=NamespaceOptions(),
        user_namespace=UserNamespaceOptions(),
    )


def _for_pod(options: CreateOptions, infra_id: str) -> CreateOptions:
    """With what is shared with the infra container left to the pod that it is made in."""
    joined = f"{NetworkMode.CONTAINER}:{infra_id}"
    own = {kind: getattr(options.namespaces, kind) for kind in ("ipc", "pid", "uts", "cgroup")}
    return msgspec.structs.replace(
        options,
        network="" if options.network == joined else options.network,
        namespaces=NamespaceOptions(**{kind: "" if own[kind] == joined else own[kind] for kind in own}),
        user_namespace=_outside(options.user_namespace, infra_id),
    )


def clone_name(name: str, used: Container[str]) -> str:
    """`NAME-clone`, with a number behind it where that is taken, as podman's."""
    wanted, number = f"{name}{_SUFFIX}", 0
    while wanted in used:
        number += 1
        wanted = f"{name}{_SUFFIX}{number}"
    return wanted


def _image(parts: EngineParts, config: ContainerConfig) -> str:
    """The name that was asked for, where that is still the same image."""
    with contextlib.suppress(NoSuchImage, AmbiguousName):
        if config.image and parts.storage.find_image(config.image).id == config.image_id:
            return config.image
    return config.image_id


def _outside(asked: UserNamespaceOptions, infra_id: str) -> UserNamespaceOptions:
    return UserNamespaceOptions() if asked.mode == f"container:{infra_id}" else asked


def _volume(mount: VolumeMount) -> VolumeMount:
    return msgspec.structs.replace(mount, name="", anonymous=False) if mount.anonymous else mount


def _network(config: ContainerConfig) -> str:
    target = config.network_container or config.network_path or config.network_options
    return f"{config.network}:{target}" if target else str(config.network)


def _attachments(networks: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    return tuple(msgspec.structs.replace(one, addresses=(), mac="") for one in networks)


def _namespaces(config: ContainerConfig) -> NamespaceOptions:
    spaces = config.namespaces
    return NamespaceOptions(
        ipc=_asked(spaces.ipc), pid=_asked(spaces.pid), uts=_asked(spaces.uts), cgroup=_asked(spaces.cgroup)
    )


def _asked(namespace: Namespace | None) -> str:
    return "" if namespace is None or namespace == Namespace() else str(namespace)


def _users(config: ContainerConfig) -> UserNamespaceOptions:
    mappings, user = config.id_mappings, config.namespaces.user
    if mappings is None:
        return UserNamespaceOptions()
    if user.sharing in (Sharing.CONTAINER, Sharing.PATH):
        return UserNamespaceOptions(mode=str(user))
    if mappings.automatic:
        return UserNamespaceOptions(mode="auto")
    return UserNamespaceOptions(
        uid_map=tuple(str(one) for one in mappings.users), gid_map=tuple(str(one) for one in mappings.groups)
    )


def _health(check: HealthCheck | None) -> HealthOptions:
    if check is None:
        return HealthOptions(disabled=True)
    startup = check.startup
    return HealthOptions(
        args=check.args,
        interval=check.interval,
        timeout=check.timeout,
        start_period=check.start_period,
        retries=check.retries,
        on_failure=check.on_failure,
        startup=StartupOptions() if startup is None else StartupOptions(**msgspec.structs.asdict(startup)),
    )

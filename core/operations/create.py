"""create: a container's configuration, its record and its layer."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import msgspec

from core.errors import EngineError, HostIncomplete, InvalidArgument, NameInUse
from core.events import EventKind
from core.host.files import make_private_directory
from core.host.locks import FileLock
from core.model.config import (
    DEFAULT_CGROUP_PARENT,
    ContainerConfig,
    ContainerRecord,
    InitKind,
    NetworkMode,
    ProcessConfig,
)
from core.model.dependencies import dependencies
from core.model.image import ImageConfig
from core.model.kernel_settings import KernelSettings
from core.model.log_target import LogDriver
from core.model.namespaces import Namespace, Sharing
from core.model.options import CreateOptions
from core.model.restart import RestartName
from core.model.state import ContainerState, Intent, Status
from core.model.surroundings import Surroundings
from core.oci.capabilities import compute
from core.oci.merge import merge_health_check, merge_process
from core.oci.signals import parse_signal
from core.oci.systemd import STOP_SIGNAL, runs_systemd
from core.operations.cgroup_choice import check_without_cgroup, checked_cgroup_parent
from core.operations.create_mounts import finalize_mounts
from core.operations.kernel_checks import check_kernel_settings
from core.operations.names import random_name
from core.operations.namespaces import resolve_namespaces
from core.operations.network_request import resolve_attachments, resolve_network
from core.operations.parts import EngineParts, Transaction
from core.operations.pod_membership import find_pod, join_pod, pods_of
from core.operations.publishing import exposed_ports, finalize_ports
from core.operations.release import erase
from core.operations.rootless import refuse_limits
from core.operations.secrets import copy_secrets, resolve_uses
from core.operations.user_namespace import allocation_lock, resolve_user_namespace

NAME_LENGTH: Final = 253
JOURNAL: Final = "/run/systemd/journal/socket"


def check_name(name: str) -> None:
    """Raise `InvalidArgument` for a name that podman would not take either."""
    rest = name.replace("_", "").replace(".", "").replace("-", "")
    if not (rest.isascii() and rest.isalnum() and name[0].isalnum()) or len(name) > NAME_LENGTH:
        raise InvalidArgument(
            f"the name {name[:40]!r} is not valid",
            hint=f"use letters, digits, '_', '.' and '-', a letter or digit first, at most {NAME_LENGTH} in all",
        )


def create(parts: EngineParts, options: CreateOptions) -> str:
    """Make a container and return its id. It is configured then: nothing is mounted and nothing runs.

    Raises `InvalidArgument`, `NoSuchImage`, `AmbiguousName`, `NameInUse`, `NoSuchObject` (a network), `StorageFailed`.
    """
    with ExitStack() as locks:
        with allocation_lock(parts, options.user_namespace):
            config = finalize_config(parts, options)
            record = ContainerRecord(
                config=config,
                name=options.name or _free_name(parts),
                state=ContainerState(
                    status=Status.CONFIGURED,
                    intent=Intent.CREATING,
                    boot_id=parts.boot_id,
                    networks=resolve_attachments(parts, options, config.network),
                ),
            )
            locks.enter_context(FileLock(parts.paths.lock(config.id)))
            with kept(parts, dependencies(config), "" if config.is_infra else config.pod):
                parts.store.add(record)
        held = Transaction(parts, record)
        try:
            make_private_directory(parts.paths.container(config.id))
            if config.log.path:
                parts.paths.log(config.id).symlink_to(config.log.path)
            elif config.log.keeps_file:
                # Not left to the start, which a new file on a disk may keep longer than all else that conmon does.
                parts.paths.log(config.id).touch(mode=0o600)
            copy_secrets(parts, config)
            if config.image_id:
                parts.storage.create(config.id, config.id, config.image_id, config.id_mappings)
            if config.volume_mounts:
                from core.operations.volumes import ensure_volumes

                ensure_volumes(parts, config)
        except (EngineError, OSError):
            erase(held)
            raise
        held.save(intent=None)
        held.emit(EventKind.CREATE, image=config.image or config.rootfs)
    return config.id


@contextmanager
def kept(parts: EngineParts, container_ids: Iterable[str], pod: str) -> Iterator[None]:
    """Hold what is about to be needed, so that nobody removes it meanwhile: the pod first, containers by their ids.

    Raises `NoSuchContainer`, `NoSuchObject`.
    """
    with ExitStack() as locks:
        if pod:
            locks.enter_context(FileLock(parts.paths.lock(pod)))
            find_pod(parts, pod)
        for container_id in sorted(container_ids):
            locks.enter_context(FileLock(parts.paths.lock(container_id)))
            parts.store.get(container_id)
        yield


def finalize_config(parts: EngineParts, options: CreateOptions) -> ContainerConfig:
    """Check a request and merge the image's configuration into it."""
    pod = None
    if options.pod:
        options, pod = join_pod(parts, options)
    if bool(options.image) == bool(options.rootfs):
        raise InvalidArgument("give either an image or a root file system directory", hint="name one of them alone")
    if options.name:
        check_name(options.name)
        refuse_used_name(parts, options.name)
    _check_values(options)
    check_kernel_settings(parts, options)
    compute(options.security)
    image_id, image_name, image = "", "", None
    if options.image:
        found = parts.storage.find_image(options.image)
        image_id, image = found.id, parts.storage.image_config(found.id)
        image_name = parts.storage.asked_name(found, options.image) or next(iter(found.names), options.image)
    elif not Path(options.rootfs).is_dir():
        raise InvalidArgument(f"the root file system {options.rootfs} is not a directory", hint="check its path")
    container_id = os.urandom(32).hex()
    mounts = finalize_mounts(parts, options, image)
    network, joined = resolve_network(parts, options.network)
    refuse_limits(options.resources)
    exposed = exposed_ports(options, image)
    user_namespace = resolve_user_namespace(parts, options, image_id)
    namespaces = resolve_namespaces(parts, options.namespaces, user_namespace.namespace)
    check_without_cgroup(options, options.runtime or parts.settings.runtime)
    process = _run_by(user_namespace.user, merge_process(options, image))
    systemd = runs_systemd(options.systemd, process.args)
    parent = checked_cgroup_parent(options.cgroup_parent) or (pod.cgroup if pod else "")
    return ContainerConfig(
        id=container_id,
        created_at=time.time(),
        process=process,
        systemd=systemd,
        runtime=options.runtime or parts.settings.runtime,
        image=image_name,
        image_id=image_id,
        rootfs=os.path.realpath(options.rootfs) if options.rootfs else "",
        hostname=_hostname(options, network, namespaces.uts, container_id),
        labels={**(image.labels if image else {}), **options.labels},
        annotations=options.annotations,
        stop_signal=_stop_signal(options, image, systemd=systemd),
        stop_timeout=options.stop_timeout if options.stop_timeout is not None else 10,
        bind_mounts=mounts.binds,
        tmpfs_mounts=mounts.tmpfs,
        volume_mounts=mounts.volumes,
        image_mounts=mounts.images,
        shm_size=options.shm_size,
        resources=options.resources,
        security=options.security,
        network=network,
        network_container=joined if network is NetworkMode.CONTAINER else "",
        network_path=joined if network is NetworkMode.PATH else "",
        network_options=joined if network.is_user_mode else "",
        ports=finalize_ports(options, exposed, network),
        exposed_ports=exposed,
        names=options.names,
        namespaces=namespaces,
        id_mappings=user_namespace.mappings,
        requires=tuple(parts.store.resolve(name) for name in options.requires),
        pod=pod.id if pod else "",
        is_infra=options.is_infra,
        init_kind=_init_kind(options),
        without_cgroup=options.without_cgroup,
        cgroup_parent=parent or DEFAULT_CGROUP_PARENT,
        secrets=resolve_uses(parts, options.secrets),
        env_of_secrets=options.env_of_secrets,
        init=options.init,
        auto_remove=options.auto_remove,
        restart=options.restart,
        health_check=merge_health_check(options.health, image),
        log_size_max=options.log_size_max,
        log=options.log,
        time_limit=options.time_limit,
        kernel=_with_group(options.kernel, user_namespace.group),
        surroundings=_with_account(options.surroundings, user_namespace.account),
        removes_image=options.removes_image and bool(image_id),
        create_command=options.create_command,
    )


def refuse_used_name(parts: EngineParts, name: str) -> None:
    """Raise `NameInUse` where a container or a pod has the name."""
    user = parts.store.named(name)
    if user is not None:
        raise NameInUse(
            f'the container name "{name}" is already in use by {user}',
            hint="remove or rename that container, or choose another name",
            container_id=user,
        )
    if pods_of(parts).find(name) is not None:
        raise NameInUse(f'the name "{name}" is in use by a pod', hint="choose another name")


def _free_name(parts: EngineParts) -> str:
    while parts.store.named(name := random_name()) is not None:
        pass
    return name


def _check_values(options: CreateOptions) -> None:
    if options.shm_size <= 0:
        raise InvalidArgument("the size of shm must be more than 0 bytes", hint="give --shm-size 64m, or leave it out")
    if options.auto_remove and options.restart.name is not RestartName.NO:
        raise InvalidArgument(
            "a container that is removed at its end can not be restarted by a policy",
            hint="leave --rm out, or --restart",
        )
    if options.log.driver is LogDriver.JOURNALD and not Path(JOURNAL).exists():
        raise HostIncomplete(
            f"this host has no journal: {JOURNAL} is not there",
            hint="write its log to a file: --log-driver k8s-file",
        )
    if options.stop_timeout is not None and options.stop_timeout < 0:
        raise InvalidArgument("the stop timeout can not be negative", hint="use 0 to kill it at once, or more seconds")


def _init_kind(options: CreateOptions) -> InitKind | None:
    if options.init_kind is not None and not options.pod:
        raise InvalidArgument(
            "must specify pod value with init-ctr", hint="name a pod with --pod, or leave --init-ctr out"
        )
    return options.init_kind


def _hostname(options: CreateOptions, network: NetworkMode, uts: Namespace, container_id: str) -> str:
    if options.hostname:
        if network is NetworkMode.CONTAINER:
            raise InvalidArgument(
                "a host name can not be set for a container that joins another's network",
                hint="leave --hostname out, or give it to that container",
            )
        if not uts.is_new:
            raise InvalidArgument(
                f"a host name can not be set for a container in the UTS namespace {uts}",
                hint="leave --hostname out, or --uts",
            )
        return options.hostname
    of_host = network is NetworkMode.HOST or uts.sharing is Sharing.HOST
    return os.uname().nodename if of_host else container_id[:12]


def _run_by(user: str, process: ProcessConfig) -> ProcessConfig:
    """The process with its usual user, where nobody else is named."""
    return process if process.user or not user else msgspec.structs.replace(process, user=user)


def _with_account(surroundings: Surroundings, user: int | None) -> Surroundings:
    if user is None:
        return surroundings
    accounts = msgspec.structs.replace(surroundings.accounts, kept_user=user)
    return msgspec.structs.replace(surroundings, accounts=accounts)


def _with_group(kernel: KernelSettings, group: int | None) -> KernelSettings:
    return kernel if group is None else msgspec.structs.replace(kernel, groups=(*kernel.groups, str(group)))


def _stop_signal(options: CreateOptions, image: ImageConfig | None, *, systemd: bool) -> int:
    usual = STOP_SIGNAL if systemd else "TERM"
    return parse_signal(options.stop_signal or (image.stop_signal if image else "") or usual)

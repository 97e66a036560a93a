"""init: everything a container needs around it, and its process created but not yet started."""

from __future__ import annotations

import os
import posixpath
import resource
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from core.errors import EngineError, HostIncomplete, InvalidArgument, MonitorFailed, StorageFailed
from core.events import EventKind
from core.host.architectures import runs_x32
from core.host.files import make_private_directory, write_atomically
from core.host.freezer import freezer_file
from core.host.mounts import mount_tmpfs
from core.host.process_stat import process_start
from core.host.process_table import capability_bounds
from core.host.processes import find_program
from core.host.seccomp_library import call_numbers
from core.log import LOG
from core.model.config import BindMount, ContainerConfig, NetworkMode
from core.model.options import RestoreOptions
from core.model.state import ContainerState, Intent, Status
from core.monitor.contract import MonitorRequest
from core.oci.capabilities import compute
from core.oci.seccomp import in_quickest_order, translate
from core.oci.spec import SpecRequest, build_spec
from core.oci.systemd import SystemdPlace
from core.oci.user import Owner, ResolvedUser, resolve_user, with_groups
from core.operations.accounts import account_file, write_accounts
from core.operations.create_mounts import volume_binds
from core.operations.devices import spec_block_io, spec_devices
from core.operations.hook_folders import with_host_hooks
from core.operations.name_files import write_name_files
from core.operations.namespaces import host_name, namespace_paths, shared_memory
from core.operations.notify import notify_environment, notify_mounts, socket_for_container
from core.operations.parts import Transaction
from core.operations.pid_files import write_pid_files
from core.operations.publishing import taken_ports
from core.operations.release import release, stop_by_force
from core.operations.rootless import cgroup_path, is_rootless, possible_limits, refuse_limits
from core.operations.secrets import secret_environment, secret_files

INIT: Final = "catatonit"
_HIERARCHY: Final = Path("/sys/fs/cgroup/systemd")
SECCOMP_LABEL: Final = "io.containers.seccomp.profile"
"""Where an image may bring its own seccomp profile, as podman reads it."""


def init(held: Transaction, descriptors: int = 0, *, then: Intent | None = None) -> None:
    """Mount root and shm, write the spec and let conmon create the process. Allowed: configured, exited.

    `descriptors`: how many of the caller's, from 3 on, the process gets. Ends in created, with the intent `then`: what
    the caller goes on with. Raises `RuntimeFailed`, `MonitorFailed`, `StorageFailed`, `NoSuchExecutable`,
    `NotExecutable`, `InvalidArgument` (an unknown user, a device or file that can not be had), `NoSuchObject` (a volume
    or network is gone), `PortInUse`, `NetworkFailed`, `StateForbids` (what it joins is not there).
    """
    before = held.state
    held.save(intent=Intent.INITIALISING, error="")
    try:
        release(held)
        _bring_up(held, _prepare_root(held), descriptors=descriptors)
        held.save(intent=then)
    except (EngineError, OSError) as error:
        LOG.warning("init of %s failed: %s", held.id, error)
        _undo(held, before, str(error))
        raise
    held.emit(EventKind.INIT)


def bring_up_again(held: Transaction, image: Path, options: RestoreOptions) -> None:
    """As `init`, but with the processes of a checkpoint, which run at once."""
    before = held.state
    flags = ("tcp_established", "file_locks")
    wanted = tuple(f"--{flag.replace('_', '-')}" for flag in flags if getattr(options, flag))
    held.save(intent=Intent.INITIALISING, error="")
    try:
        release(held)
        root = _prepare_root(held)
        _fill_shared_memory(held)
        _bring_up(held, root, restore=str(image), runtime_options=wanted)
        held.save(intent=None)
    except (EngineError, OSError) as error:
        LOG.warning("restoring %s failed: %s", held.id, error)
        _undo(held, before, str(error))
        raise


def _fill_shared_memory(held: Transaction) -> None:
    """What was in /dev/shm at the checkpoint."""
    from core.host.trees import unpack

    archive = held.parts.paths.shared_memory_archive(held.id)
    if archive.exists() and shared_memory(held.parts, held.config) == str(held.parts.paths.shm(held.id)):
        with archive.open("rb") as content:
            unpack(content, held.parts.paths.shm(held.id))


def _prepare_root(held: Transaction) -> Path:
    parts, config = held.parts, held.config
    make_private_directory(parts.paths.bundle(held.id))
    root = Path(config.rootfs)
    if config.image_id:
        root = parts.storage.mounted_at(held.id) or _mount(held)
    elif not root.is_dir():
        raise InvalidArgument(
            f"the root file system {root} is not there any more", hint="put it back, or remove the container"
        )
    held.note(mount_point=str(root))
    if config.id_mappings is not None and config.image_id:
        # The storage leaves the root itself to the host's root, who is nobody in there.
        os.chown(root, *config.root_owner)
    shm = parts.paths.shm(held.id)
    if shared_memory(parts, config) == str(shm):
        make_private_directory(shm)
        mount_tmpfs(shm, size=config.shm_size, owner=config.root_owner)
    return root


def _mount(held: Transaction) -> Path:
    mappings = held.config.id_mappings
    try:
        return held.parts.storage.mount(held.id)
    except StorageFailed as error:
        if mappings is not None and max(len(mappings.users), len(mappings.groups)) > 1:
            error.hint = "containers-storage may be too old to map several ranges: map one range of users and of groups"
        raise


def _bring_up(
    held: Transaction,
    root: Path,
    *,
    restore: str = "",
    runtime_options: tuple[str, ...] = (),
    descriptors: int = 0,
) -> None:
    refuse_limits(held.record.limits)
    # A port that is taken is told before anything is done with networks.
    with taken_ports(held) as ports:
        request = _spec_request(held, root, _network_namespace(held))
        spec = with_host_hooks(held, build_spec(request))
        write_atomically(held.parts.paths.spec(held.id), msgspec.json.encode(spec), lasting=False)
        asked = msgspec.structs.replace(
            _monitor_request(held, ports), handed_on=descriptors, is_alone=not (restore or spec.get("hooks"))
        )
        if restore:
            asked = msgspec.structs.replace(asked, restore=restore, runtime_options=runtime_options)
        pid = held.parts.monitor.create(asked)
        _connect_late(held, pid)
    _note_process(held, pid)
    write_pid_files(held)


def _network_namespace(held: Transaction) -> str | None:
    """The path of the network namespace to join; empty for a new one, None for the host's.

    What connects to networks is loaded where there is one to connect to.
    """
    if held.config.network is NetworkMode.NONE:
        return ""
    if held.config.network is NetworkMode.HOST:
        return None
    from core.operations.networking import namespace_to_join

    return namespace_to_join(held)


def _connect_late(held: Transaction, pid: int) -> None:
    if any(not lease.complete for lease in held.state.leases):
        from core.operations.networking import connect_process

        connect_process(held, pid)


def _spec_request(held: Transaction, root: Path, network_namespace: str | None) -> SpecRequest:
    parts, config = held.parts, held.config
    etc_files = _in_each_root(config, write_name_files(held)) | write_accounts(held, root)
    user = user_of(held, root)
    if config.kernel.groups:
        user = with_groups(user, config.kernel.groups, account_file(parts, held.id, root, "group"))
    if config.pod:
        from core.operations.pod_membership import prepare_pod_cgroup

        prepare_pod_cgroup(held)
    cgroup_v2 = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    owner = owner_of(held, user)
    if config.volume_mounts or any(bind.chown for bind in config.bind_mounts):
        from core.operations.volume_use import prepare_volumes

        prepare_volumes(held, root, owner)
    if config.id_mappings is not None:
        from core.operations.user_namespace import make_reachable

        own = (parts.paths.root, parts.paths.run_root)
        make_reachable(root, own, config.id_mappings)
    return SpecRequest(
        config=config,
        limits=possible_limits(held.record.limits),
        init_program=os.path.realpath(find_program(config.surroundings.init_path or INIT)) if config.init else "",
        root_path=str(root),
        user=user,
        capabilities=compute(config.security, capability_bounds()),
        seccomp=_seccomp(held),
        shm_path=shared_memory(parts, config),
        etc_files=etc_files | secret_files(parts, config),
        volumes=(*volume_binds(parts, config.volume_mounts), *_image_binds(held), *notify_mounts(parts, config)),
        network_namespace=network_namespace,
        hostname=host_name(parts, config),
        nofile_limit=resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        nproc_limit=resource.getrlimit(resource.RLIMIT_NPROC)[1],
        cgroup_path=cgroup_path(config),
        lowers_oom_score=not is_rootless(),
        systemd=SystemdPlace(cgroup_v2=cgroup_v2, hierarchy=_HIERARCHY.is_dir()) if config.systemd else None,
        namespaces=namespace_paths(parts, config, cgroup_v2=cgroup_v2),
        environment=(*secret_environment(parts, config), *notify_environment(config)),
        devices=tuple(spec_devices(config.kernel.devices)),
        block_io=spec_block_io(held.record.limits),
    )


def _image_binds(held: Transaction) -> tuple[BindMount, ...]:
    if not held.config.image_mounts:
        return ()
    from core.operations.image_use import image_binds

    return image_binds(held)


def _in_each_root(config: ContainerConfig, files: dict[str, str]) -> dict[str, str]:
    """The files, and those about names in the directories of --chrootdirs, too."""
    of_names = {place: files[place] for place in ("/etc/hosts", "/etc/resolv.conf") if place in files}
    inner = {
        posixpath.normpath(f"/{directory}{place}"): source
        for directory in config.surroundings.chroot_dirs
        for place, source in of_names.items()
    }
    return {**files, **inner}


def _monitor_request(held: Transaction, ports: tuple[int, ...]) -> MonitorRequest:
    config, exit_command = held.config, held.parts.settings.exit_command
    return MonitorRequest(
        container_id=held.id,
        name=held.name,
        terminal=config.process.terminal,
        stdin_open=config.process.stdin_open,
        stdin_once=config.process.stdin_once,
        log_size_max=config.log_size_max,
        log=config.log,
        time_limit=config.time_limit,
        runtime=find_program(held.runtime.path),
        runtime_arguments=("--cgroup-manager=disabled",) if config.without_cgroup else (),
        notify_socket=socket_for_container(config),
        exit_command=(*exit_command, "cleanup", "--ended", held.id) if exit_command else (),
        descriptors=ports,
    )


def _note_process(held: Transaction, pid: int) -> None:
    parts = held.parts
    monitor = parts.monitor.find(held.id)
    if monitor is None:
        raise MonitorFailed(f"the monitor of container {held.name} ended at once", container_id=held.id)
    held.note(
        status=Status.CREATED,
        pid=pid,
        pid_start=process_start(pid) or 0,
        monitor_pid=monitor[0],
        monitor_start=monitor[1],
        freezer=freezer_file(held.runtime.observe(held.id).cgroup_paths),
        monitor_lost=False,
        oom_killed=False,
        boot_id=parts.boot_id,
    )


def _undo(held: Transaction, before: ContainerState, reason: str) -> None:
    """Back to the state before; what goes wrong meanwhile is logged, the first error is the one that counts."""
    for step in (stop_by_force, release):
        try:
            step(held)
        except (EngineError, OSError):
            LOG.exception("undoing the init of %s", held.id)
    after = msgspec.structs.replace(before, error=reason, intent=None, leases=held.state.leases)
    if not held.state.mount_point:
        after = msgspec.structs.replace(after, mount_point="", kept_mounted=False)
    held.write(after)


def owner_of(held: Transaction, user: ResolvedUser) -> Owner:
    """A user of the container as the host counts it. Raises `InvalidArgument` for one that is not mapped."""
    mappings = held.config.id_mappings
    found = (user.uid, user.gid) if mappings is None else mappings.outside(user.uid, user.gid)
    if found is None:
        raise InvalidArgument(
            f"the user {user.uid}:{user.gid} is not mapped into the container {held.name}",
            hint="choose another --user, or map more ids",
            container_id=held.id,
        )
    return Owner(*found)


def user_of(held: Transaction, root: Path, user: str | None = None) -> ResolvedUser:
    """A user by the container's own /etc/passwd and /etc/group, read without leaving its root."""
    passwd, group = (account_file(held.parts, held.id, root, name) for name in ("passwd", "group"))
    return resolve_user(held.config.process.user if user is None else user, passwd, group)


def _seccomp(held: Transaction) -> dict[str, object] | None:
    security = held.config.security
    if security.privileged or security.seccomp_profile == "unconfined":
        return None
    path = Path(security.seccomp_profile or held.parts.settings.seccomp_profile)
    of_image = held.config.labels.get(SECCOMP_LABEL, "") if security.seccomp_of_image else ""
    try:
        content = of_image.encode() or path.read_bytes()
        return _translated(content, compute(security, capability_bounds()))
    except FileNotFoundError as error:
        raise HostIncomplete(
            f"the seccomp profile {path} is not there",
            hint="install it (apt-get install golang-github-containers-common) or use seccomp=unconfined",
        ) from error
    except (OSError, msgspec.MsgspecError) as error:
        where = "of the image" if of_image else path
        raise InvalidArgument(
            f"the seccomp profile {where} can not be read: {error}",
            hint="correct the file, or use --security-opt seccomp=unconfined",
        ) from error


@lru_cache(maxsize=4)
def _translated(content: bytes, capabilities: tuple[str, ...]) -> dict[str, object]:
    """A profile for this machine, worked out once for all containers that have the same. Raises `MsgspecError`."""
    profile = msgspec.json.decode(content, type=dict[str, object])
    seccomp, number = translate(profile, os.uname().machine, capabilities, has_x32=runs_x32()), call_numbers()
    return seccomp if number is None else in_quickest_order(seccomp, number)

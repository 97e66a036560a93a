"""A container's configuration as an OCI runtime spec (runtime-spec 1.0.2), secure by default as podman's."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from core.model.config import BindMount, ContainerConfig
from core.model.id_mappings import IdRange
from core.model.limits import ResourceLimits
from core.model.options import ExecOptions
from core.oci.merge import merge_env
from core.oci.resources import spec_resources
from core.oci.systemd import SystemdPlace, systemd_masks, systemd_mounts
from core.oci.user import ResolvedUser

OCI_VERSION: Final = "1.0.2"
INIT_PATH: Final = "/run/podman-init"
"""Where an init is shown in a container, as podman has it."""
NOFILE: Final = 1_048_576
NPROC: Final = 4_194_304
TTY_GROUP: Final = 5
"""The group of terminals, as every distribution counts it."""
UNLIMITED: Final = -1
_INFINITY: Final = (1 << 64) - 1

MASKED_PATHS: Final = (
    "/proc/acpi",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/dev/block",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
    "/sys/fs/selinux",
)
READ_ONLY_PATHS: Final = ("/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")


class SpecRequest(msgspec.Struct, frozen=True, kw_only=True):
    """All that a spec is made of. Paths are the host's.

    `network_namespace`: a path to join, empty for a new one, None for the host's; `namespaces`: the same of `ipc`,
    `pid`, `uts` and `cgroup`. `nofile_limit`, `nproc_limit`: the hard limits of this machine, -1 for none, above which
    nothing is asked. `shm_path`: what is shown as /dev/shm, empty for none. `hostname` is set where the UTS namespace
    is new.
    """

    config: ContainerConfig
    limits: ResourceLimits
    init_program: str = ""
    """Of the host, to run the program as its first process; empty for none."""
    root_path: str
    user: ResolvedUser
    capabilities: tuple[str, ...]
    seccomp: dict[str, Any] | None
    shm_path: str
    etc_files: dict[str, str]
    volumes: tuple[BindMount, ...] = ()
    network_namespace: str | None
    hostname: str
    nofile_limit: int
    nproc_limit: int
    cgroup_path: str
    """Empty for none of its own."""
    lowers_oom_score: bool = True
    """Whether its process may be less likely to be killed than this one: not for an ordinary user."""
    systemd: SystemdPlace | None = None
    """Where its first process is treated as systemd."""
    namespaces: dict[str, str | None] = {}
    environment: tuple[str, ...] = ()
    """`NAME=VALUE` that the configuration does not have."""
    devices: tuple[dict[str, Any], ...] = ()
    """Entries of `linux.devices`, each with its `access`."""
    block_io: dict[str, Any] = {}
    """The part of `linux.resources.blockIO` that is of single devices."""


def build_spec(request: SpecRequest) -> dict[str, Any]:
    """The spec as plain values, to be written as config.json."""
    config = request.config
    return {
        "ociVersion": OCI_VERSION,
        "process": _process(request),
        "root": {"path": request.root_path, "readonly": config.security.read_only_root},
        **({} if request.namespaces.get("uts", "") != "" else {"hostname": request.hostname}),
        "mounts": _mounts(request),
        "annotations": {**config.annotations, "io.container.manager": "wharfinger"},
        "linux": _linux(request),
    }


def process_for_exec(
    config: ContainerConfig,
    user: ResolvedUser,
    options: ExecOptions,
    capabilities: tuple[str, ...],
    environment: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The process of an exec (`runc exec --process`). `environment`: `NAME=VALUE` that the configuration lacks."""
    term = ("TERM=xterm-256color",) if options.terminal else ()
    home = (f"HOME={user.home or '/'}",)
    process: dict[str, Any] = {
        "terminal": options.terminal,
        "user": _user(user),
        "args": list(options.args),
        "env": list(merge_env(config.process.env, environment, home, term, options.env)),
        "cwd": options.workdir or config.process.cwd,
        "capabilities": _capability_sets(capabilities, user),
        "noNewPrivileges": config.security.no_new_privileges,
    }
    if options.terminal:
        process["consoleSize"] = {"height": options.rows, "width": options.columns}
    return process


def _process(request: SpecRequest) -> dict[str, Any]:
    process, kernel = request.config.process, request.config.kernel
    apparmor = request.config.security.apparmor_profile
    lowers = request.cgroup_path and request.lowers_oom_score
    return {
        "terminal": process.terminal,
        "user": {**_user(request.user), **({} if kernel.umask is None else {"umask": kernel.umask})},
        "args": [*((INIT_PATH, "--") if request.init_program else ()), *process.args],
        "env": list(merge_env(_own_environment(request), process.env, request.environment)),
        "cwd": process.cwd,
        "capabilities": _capability_sets(request.capabilities, request.user),
        "rlimits": _rlimits(request),
        "noNewPrivileges": request.config.security.no_new_privileges,
        **({"oomScoreAdj": kernel.oom_score_adj or 0} if lowers or kernel.oom_score_adj else {}),
        **({"apparmorProfile": apparmor} if apparmor else {}),
    }


def _own_environment(request: SpecRequest) -> tuple[str, ...]:
    home = request.user.home or ("/root" if request.user.uid == 0 else "/")
    named = () if request.systemd is None else (f"container_uuid={request.config.id[:32]}",)
    return (f"HOME={home}", f"HOSTNAME={request.hostname}", *named)


def _user(user: ResolvedUser) -> dict[str, Any]:
    return {"uid": user.uid, "gid": user.gid, "additionalGids": [user.gid, *user.additional_gids]}


def _capability_sets(capabilities: tuple[str, ...], user: ResolvedUser) -> dict[str, list[str]]:
    """Only root gets them in effect; another user could regain them through a setuid program, as with podman."""
    effective = list(capabilities) if user.uid == 0 else []
    return {"bounding": list(capabilities), "effective": effective, "permitted": effective}


def _rlimits(request: SpecRequest) -> list[dict[str, Any]]:
    standard = {
        "RLIMIT_NOFILE": _rlimit("RLIMIT_NOFILE", NOFILE, request.nofile_limit),
        "RLIMIT_NPROC": _rlimit("RLIMIT_NPROC", NPROC, request.nproc_limit),
    }
    for limit in request.config.kernel.rlimits:
        name = f"RLIMIT_{limit.name.upper()}"
        soft, hard = (value if value != UNLIMITED else _INFINITY for value in (limit.soft, limit.hard))
        standard[name] = {"type": name, "hard": hard, "soft": soft}
    return list(standard.values())


def _rlimit(name: str, wanted: int, host: int) -> dict[str, Any]:
    value = wanted if host == UNLIMITED else min(wanted, host)
    return {"type": name, "hard": value, "soft": value}


def _mounts(request: SpecRequest) -> list[dict[str, Any]]:
    security = request.config.security
    sysfs = ["nosuid", "noexec", "nodev", "rw" if security.privileged else "ro"]
    dev = ["nosuid", "strictatime", "mode=755", "size=65536k"]
    pts = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]
    mappings = request.config.id_mappings
    if mappings is None or mappings.outside(0, TTY_GROUP) is not None:
        pts.append(f"gid={TTY_GROUP}")
    hidden = ["nosuid", "noexec", "nodev"]
    cgroup = [*hidden, "relatime", "rw" if security.privileged else "ro"]
    mounts = [
        _mount("/proc", "bind", "/proc", ["rbind", "rprivate", *hidden])
        if _is_foreign(request, "pid")
        else _mount("/proc", "proc", "proc", [*hidden, *security.proc_options]),
        _mount("/dev", "tmpfs", "tmpfs", dev),
        _mount("/dev/pts", "devpts", "devpts", pts),
        *([] if _is_foreign(request, "ipc") else [_mount("/dev/mqueue", "mqueue", "mqueue", hidden)]),
        _sysfs(request, sysfs),
        _mount("/sys/fs/cgroup", "cgroup", "cgroup", cgroup),
    ]
    if request.shm_path:
        mounts.append(_mount("/dev/shm", "bind", request.shm_path, ["bind", "rprivate", *hidden]))
    own = [_mount(one.destination, one.kind, one.kind, list(one.options)) for one in request.config.tmpfs_mounts]
    for bind in (*request.config.bind_mounts, *request.volumes):
        own.append(_mount(bind.destination, "bind", bind.source, list(bind.options)))
    taken = {mount["destination"] for mount in own}
    if request.init_program:
        own.append(_mount(INIT_PATH, "bind", request.init_program, ["bind", "ro"]))
    if request.systemd is not None:
        own_cgroups = request.namespaces.get("cgroup") is not None
        own += systemd_mounts(request.systemd, taken, own_cgroups=own_cgroups)
        taken |= {mount["destination"] for mount in own}
    for destination, source in request.etc_files.items():
        if destination not in taken:
            own.append(_mount(destination, "bind", source, ["bind", "rprivate"]))
    standard = [mount for mount in mounts if mount["destination"] not in taken]
    return standard + sorted(own, key=lambda mount: mount["destination"].count("/"))


def _is_foreign(request: SpecRequest, kind: str) -> bool:
    """Whether a namespace belongs to none of the container's own users: what shows it can not be mounted by them."""
    return request.config.id_mappings is not None and request.namespaces.get(kind, "") != ""


def _sysfs(request: SpecRequest, options: list[str]) -> dict[str, Any]:
    privileged = request.config.security.privileged and request.config.id_mappings is None
    foreign = request.config.id_mappings is not None and request.network_namespace != ""
    if foreign or (request.network_namespace is None and not privileged):
        # A sysfs of the host's own network namespace can only be had by a bind mount of it.
        return _mount("/sys", "bind", "/sys", ["rbind", "rprivate", "nosuid", "noexec", "nodev", "ro"])
    return _mount("/sys", "sysfs", "sysfs", options)


def _mount(destination: str, kind: str, source: str, options: list[str]) -> dict[str, Any]:
    return {"destination": destination, "type": kind, "source": source, "options": options}


def _linux(request: SpecRequest) -> dict[str, Any]:
    security = request.config.security
    linux: dict[str, Any] = {
        "namespaces": _namespaces(request),
        **(_cgroup(request) if request.cgroup_path else {}),
        "rootfsPropagation": "private",
    }
    if request.devices:
        linux["devices"] = [{key: device[key] for key in device if key != "access"} for device in request.devices]
    if request.config.kernel.sysctls:
        linux["sysctl"] = dict(request.config.kernel.sysctls)
    if request.config.kernel.personality:
        linux["personality"] = {"domain": request.config.kernel.personality}
    mappings = request.config.id_mappings
    if mappings is not None:
        linux["uidMappings"] = [_id_range(one) for one in mappings.users]
        linux["gidMappings"] = [_id_range(one) for one in mappings.groups]
    if not security.privileged:
        masked = [*MASKED_PATHS, *(systemd_masks(request.systemd) if request.systemd is not None else ())]
        linux["maskedPaths"] = [*_shown_again(masked, security.unmasked_paths), *security.masked_paths]
        linux["readonlyPaths"] = _shown_again(READ_ONLY_PATHS, security.unmasked_paths)
        if request.seccomp is not None:
            linux["seccomp"] = request.seccomp
    return linux


def _cgroup(request: SpecRequest) -> dict[str, Any]:
    kernel = request.config.kernel
    resources = spec_resources(
        request.limits,
        privileged=request.config.security.privileged,
        devices=[
            *({"allow": True, **msgspec.to_builtins(rule)} for rule in kernel.device_rules),
            *(_device_rule(device) for device in request.devices),
        ],
        block_io=request.block_io,
    )
    if kernel.cgroup_settings:
        resources["unified"] = dict(kernel.cgroup_settings)
    return {"cgroupsPath": request.cgroup_path, "resources": resources}


def _device_rule(device: dict[str, Any]) -> dict[str, Any]:
    return {"allow": True, **{key: device[key] for key in ("type", "major", "minor", "access")}}


def _shown_again(paths: Sequence[str], unmasked: tuple[str, ...]) -> list[str]:
    """The paths without those that a pattern of `unmasked` fits."""
    if any(pattern.lower() == "all" for pattern in unmasked):
        return []
    return [path for path in paths if not any(fnmatch.fnmatchcase(path, pattern) for pattern in unmasked)]


def _id_range(one: IdRange) -> dict[str, int]:
    return {"containerID": one.inside, "hostID": one.host, "size": one.size}


def _namespaces(request: SpecRequest) -> list[dict[str, str]]:
    wanted: dict[str, str | None] = {"pid": "", "ipc": "", "uts": "", "mount": "", **request.namespaces}
    wanted["network"] = request.network_namespace
    return [{"type": kind, **({"path": path} if path else {})} for kind, path in wanted.items() if path is not None]

"""inspect: all that is known of a container, in the shape of `podman inspect`."""

from __future__ import annotations

from datetime import UTC, datetime

from core.host.process_table import capability_bounds
from core.model.config import ContainerRecord
from core.model.dependencies import dependencies
from core.model.health import HealthCheck, StartupCheck
from core.model.id_mappings import IdMappings
from core.model.state import podman_state
from core.oci.capabilities import compute
from core.oci.signals import signal_name
from core.operations.kernel_facts import DEFAULT_UMASK, kernel_facts
from core.operations.network_inspect import network_settings, port_bindings
from core.operations.parts import EngineParts
from core.operations.snapshot import snapshot_of

NANO = 1_000_000_000
_PROPAGATION = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})
_APART = _PROPAGATION | {"ro", "rw"}
"""Mount options that have a field of their own."""


def timestamp(seconds: float) -> str:
    """RFC 3339 in UTC; Go's zero time for never, as podman prints it."""
    if not seconds:
        return "0001-01-01T00:00:00Z"
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def inspect(parts: EngineParts, record: ContainerRecord) -> dict[str, object]:
    """The container as nested plain values, keys as podman's."""
    config, state, paths = record.config, record.state, parts.paths
    return {
        "Id": config.id,
        "Created": timestamp(config.created_at),
        "Path": config.process.args[0] if config.process.args else "",
        "Args": list(config.process.args[1:]),
        "State": {
            "OciVersion": "1.0.2",
            "Status": podman_state(state.status),
            "Running": state.status == "running",
            "Paused": state.status == "paused",
            "OOMKilled": state.oom_killed,
            "Dead": False,
            "Pid": state.pid,
            "ConmonPid": state.monitor_pid,
            "MonitorLost": state.monitor_lost,
            "ExitCode": state.exit_code if state.exit_code is not None else 0,
            "Error": state.error,
            "Checkpointed": state.checkpointed,
            "StartedAt": timestamp(state.started_at),
            "FinishedAt": timestamp(state.finished_at),
            "Health": _health(parts, record),
        },
        "Image": config.image_id,
        "ImageName": config.image,
        "Rootfs": config.rootfs,
        "Name": record.name,
        "RestartCount": state.restarts,
        "OCIRuntime": config.runtime or parts.settings.runtime,
        "OCIConfigPath": str(paths.spec(config.id)),
        "ConmonPidFile": config.surroundings.monitor_pid_file or str(paths.monitor_pid_file(config.id)),
        "PidFile": config.surroundings.pid_file or str(paths.pid_file(config.id)),
        "Mounted": bool(state.mount_point),
        "MountPoint": state.mount_point,
        "Pod": config.pod,
        "IsInfra": config.is_infra,
        "Dependencies": list(dependencies(config)),
        "Mounts": _mounts(parts, record),
        "NetworkSettings": network_settings(parts, record),
        "Driver": "overlay" if config.image_id else "",
        "AppArmorProfile": config.security.apparmor_profile,
        "EffectiveCaps": _capabilities(record) if config.process.user.partition(":")[0] in ("", "0", "root") else [],
        "BoundingCaps": _capabilities(record),
        "Config": _config(record),
        "HostConfig": _host_config(parts, record),
    }


def _healthcheck(check: HealthCheck | None) -> dict[str, object] | None:
    """The check as `inspect` shows it; times in nanoseconds, as Docker has them."""
    if check is None:
        return None
    return {
        "Test": ["CMD", *check.args],
        "Interval": int(check.interval * NANO),
        "Timeout": int(check.timeout * NANO),
        "StartPeriod": int(check.start_period * NANO),
        "Retries": check.retries,
    }


def _startup_check(check: HealthCheck | None) -> dict[str, object]:
    """As podman shows it: only for those that have one."""
    startup: StartupCheck | None = check.startup if check is not None else None
    if startup is None:
        return {}
    shown: dict[str, object] = {
        "Test": ["CMD", *startup.args],
        "Interval": int(startup.interval * NANO),
        "Timeout": int(startup.timeout * NANO),
    }
    counted = {"Retries": startup.retries, "Successes": startup.successes}
    return {"StartupHealthCheck": shown | {name: number for name, number in counted.items() if number}}


def _health(parts: EngineParts, record: ContainerRecord) -> dict[str, object] | None:
    health = record.state.health
    if health is None:
        return None
    return {
        "Status": str(health.status),
        "FailingStreak": health.failing_streak,
        "Log": [
            {
                "Start": timestamp(result.started_at),
                "End": timestamp(result.finished_at),
                "ExitCode": result.exit_code,
                "Output": result.output,
            }
            for result in parts.store.health_results(record.id)
        ],
    }


def _mounts(parts: EngineParts, record: ContainerRecord) -> list[dict[str, object]]:
    binds: list[dict[str, object]] = [
        {
            "Type": "bind",
            "Source": bind.source,
            "Destination": bind.destination,
            "Options": list(bind.options),
            "RW": "ro" not in bind.options,
        }
        for bind in record.config.bind_mounts
    ]
    tmpfs: list[dict[str, object]] = [
        {"Type": mount.kind, "Source": "", "Destination": mount.destination, "Options": list(mount.options), "RW": True}
        for mount in record.config.tmpfs_mounts
    ]
    volumes: list[dict[str, object]] = [
        {
            "Type": "volume",
            "Name": mount.name,
            "Source": str(parts.paths.volume_data(mount.name)),
            "Destination": mount.destination,
            "Driver": "local",
            "Mode": "",
            "Options": [option for option in mount.options if option not in _APART],
            "RW": "ro" not in mount.options,
            "Propagation": "".join(option for option in mount.options if option in _PROPAGATION),
        }
        for mount in record.config.volume_mounts
    ]
    images: list[dict[str, object]] = [
        {
            "Type": "image",
            "Source": mount.image,
            "Destination": mount.destination,
            "Driver": "",
            "Mode": "",
            "Options": [],
            "RW": mount.writable,
            "Propagation": "",
        }
        for mount in record.config.image_mounts
    ]
    return binds + tmpfs + volumes + images


def _capabilities(record: ContainerRecord) -> list[str]:
    return list(compute(record.config.security, capability_bounds()))


def _config(record: ContainerRecord) -> dict[str, object]:
    config = record.config
    return {
        "Hostname": config.hostname,
        "User": config.process.user,
        "Tty": config.process.terminal,
        "OpenStdin": config.process.stdin_open,
        "StdinOnce": config.process.stdin_once,
        "Env": list(config.process.env),
        "Cmd": list(config.process.args),
        "WorkingDir": config.process.cwd,
        "ExposedPorts": {port: {} for port in config.exposed_ports},
        "Labels": dict(config.labels),
        "Annotations": dict(config.annotations),
        "StopSignal": config.stop_signal,
        "StopSignalName": signal_name(config.stop_signal),
        "StopTimeout": config.stop_timeout,
        "CreateCommand": list(config.create_command),
        "Healthcheck": _healthcheck(record.health_check),
        **_startup_check(record.health_check),
        "Image": config.image,
        "Umask": f"{DEFAULT_UMASK if config.kernel.umask is None else config.kernel.umask:04o}",
        "Timeout": config.time_limit,
        "SystemdMode": config.systemd,
    }


def _id_mappings(mappings: IdMappings | None) -> dict[str, object] | None:
    if mappings is None:
        return None
    return {"UidMap": list(map(str, mappings.users)), "GidMap": list(map(str, mappings.groups))}


def _host_config(parts: EngineParts, record: ContainerRecord) -> dict[str, object]:
    config = record.config
    security, limits = config.security, record.limits
    return {
        "LogConfig": {
            "Type": str(config.log.driver),
            "Path": (config.log.path or str(parts.paths.log(config.id))) if config.log.keeps_file else "",
            "Tag": config.log.tag,
            "Size": config.log_size_max,
        },
        "NetworkMode": snapshot_of(parts, record).network,
        "IpcMode": str(config.namespaces.ipc),
        "PidMode": str(config.namespaces.pid),
        "UsernsMode": "" if config.id_mappings is None else str(config.namespaces.user),
        "IDMappings": _id_mappings(config.id_mappings),
        "UTSMode": str(config.namespaces.uts),
        "Cgroups": "disabled" if config.without_cgroup else "default",
        "CgroupParent": config.cgroup_parent,
        "CgroupMode": str(config.namespaces.cgroup or ""),
        "PortBindings": port_bindings(config.ports),
        "Dns": list(config.names.servers),
        "DnsSearch": list(config.names.search),
        "DnsOptions": list(config.names.options),
        "ExtraHosts": list(config.names.hosts),
        "AutoRemove": config.auto_remove,
        "AutoRemoveImage": config.removes_image,
        "Init": config.init,
        "RestartPolicy": {"Name": str(record.restart.name), "MaximumRetryCount": record.restart.retries},
        "CapAdd": list(security.capabilities_add),
        "CapDrop": list(security.capabilities_drop),
        "Privileged": security.privileged,
        "ReadonlyRootfs": security.read_only_root,
        "NoNewPrivileges": security.no_new_privileges,
        "SeccompProfile": security.seccomp_profile,
        "ShmSize": config.shm_size,
        "Memory": limits.memory,
        "MemorySwap": limits.memory_swap,
        "NanoCpus": int(limits.cpus * NANO),
        "CpuShares": limits.cpu_shares,
        "MemoryReservation": limits.memory_reservation,
        "CpusetCpus": limits.cpuset_cpus,
        "CpusetMems": limits.cpuset_mems,
        "BlkioWeight": limits.blkio_weight,
        "PidsLimit": limits.pids,
        **kernel_facts(config, limits),
    }

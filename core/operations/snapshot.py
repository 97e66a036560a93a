"""A container's record as the frozen picture that is shown."""

from __future__ import annotations

import contextlib

from core.errors import NoSuchContainer
from core.model.config import ContainerConfig, ContainerRecord
from core.model.network import PortMapping
from core.model.snapshot import ContainerSnapshot
from core.operations.parts import EngineParts


def snapshot_of(parts: EngineParts, record: ContainerRecord) -> ContainerSnapshot:
    """A record as a frozen picture."""
    config, state = record.config, record.state
    network = str(config.network)
    if joined := config.network_container or config.network_path:
        network = f"{config.network}:{joined}"
    return ContainerSnapshot(
        id=config.id,
        name=record.name,
        image=config.image or config.rootfs,
        image_id=config.image_id,
        command=config.process.args,
        status=state.status,
        intent=state.intent,
        pid=state.pid,
        exit_code=state.exit_code,
        oom_killed=state.oom_killed,
        monitor_lost=state.monitor_lost,
        created_at=config.created_at,
        started_at=state.started_at,
        finished_at=state.finished_at,
        mount_point=state.mount_point,
        terminal=config.process.terminal,
        stdin_open=config.process.stdin_open,
        labels=dict(config.labels),
        log_path=parts.paths.log_name(config.id),
        log_driver=config.log.driver,
        stop_timeout=config.stop_timeout,
        network=network,
        networks=tuple(attachment.network for attachment in state.networks),
        addresses=tuple(address.partition("/")[0] for lease in state.leases for address in lease.addresses),
        ports=_ports(parts, config),
        restarts=state.restarts,
        restart_policy=str(record.restart),
        stopped_by_user=state.stopped_by_user,
        resources=record.limits,
        health=state.health,
        pod=config.pod,
        pod_name=_pod_name(parts, config) if config.pod else "",
        is_infra=config.is_infra,
        mounts=tuple(
            name
            for pair in (
                *((volume.name, volume.destination) for volume in config.volume_mounts),
                *((bind.source, bind.destination) for bind in config.bind_mounts),
            )
            for name in pair
        ),
        error=state.error,
        checkpointed=state.checkpointed,
    )


def _pod_name(parts: EngineParts, config: ContainerConfig) -> str:
    from core.operations.pod_membership import pod_name_of

    return pod_name_of(parts, config.pod)


def _ports(parts: EngineParts, config: ContainerConfig) -> tuple[PortMapping, ...]:
    """Its own, or those of its pod, which lead to all of the pod's containers."""
    if config.pod and config.network_container:
        with contextlib.suppress(NoSuchContainer):
            return parts.store.get(config.network_container).config.ports
    return config.ports
